/** Tests of what a service account of ours may do and what not: the server is asked with real requests, on real objects. */
import { expect } from 'chai';
import { installMeshConfigs } from '../src/testing/kube/mesh-config-crd.ts';
import type { ControlPlane } from './control-plane/control-plane.ts';
import type { Answer } from './control-plane/request.ts';
import { MESH_CONFIGS, POD, type Probe } from './requests.ts';

/** A request by the service account. */
export type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** Creates what the requests of requests.ts are about. */
export async function createSubjects(plane: ControlPlane): Promise<void> {
  const create = async (path: string, body: unknown): Promise<void> => {
    const answer = await plane.request('POST', path, body);
    expect(answer.status, answer.body).to.equal(201);
  };
  await create('/api/v1/namespaces/default/pods', POD);
  await create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'osm-config' } });
  for (const { group, version } of MESH_CONFIGS) await installMeshConfigs(plane, group, [version]);
}

/**
 * Adds a test for each request to the current `describe`: it is allowed.
 *
 * @param accepted what the server may answer
 */
export function mayDo(ask: Ask, probes: readonly Probe[], accepted: readonly number[] = [200, 201]): void {
  for (const [what, method, path, body] of probes) {
    it(what, async () => {
      const answer = await ask(method, path, body);
      expect(answer.status, answer.body).to.be.oneOf(accepted);
    });
  }
}

/**
 * The same for what is forbidden.
 *
 * @param rest of the titles
 */
export function mayNotDo(ask: Ask, probes: readonly Probe[], rest = ''): void {
  for (const [what, method, path, body] of probes) {
    it(`not ${what}${rest}`, async () => {
      const answer = await ask(method, path, body);
      expect(answer.status, answer.body).to.equal(403);
    });
  }
}
