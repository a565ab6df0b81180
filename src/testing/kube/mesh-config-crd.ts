/**
 * The definitions (CRDs) of MeshConfig as OSM and its successor FSM install them, reduced to what an API server must
 * know to store one: any content is allowed, and stored in the last of the versions.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Answer } from '../../../e2e/control-plane/request.ts';
import { until } from './until.ts';

export const OSM_CONFIG_GROUP = 'config.openservicemesh.io';
export const FSM_CONFIG_GROUP = 'config.flomesh.io';

/** A control plane, as far as it is needed here. */
export interface Server {
  request(method: string, path: string, body?: unknown): Promise<Answer>;
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** The definition of `meshconfigs` in `group` with `versions`, oldest first. */
export function meshConfigDefinition(group: string, versions: readonly string[]): object {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `meshconfigs.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        plural: 'meshconfigs',
        singular: 'meshconfig',
        kind: 'MeshConfig',
        listKind: 'MeshConfigList',
        shortNames: ['meshconfig'],
      },
      versions: versions.map((name) => ({ name, served: true, storage: name === versions.at(-1), schema })),
    },
  };
}

/** Creates or updates the definition and returns when the server has the resource in exactly these versions. */
export async function installMeshConfigs(
  server: Server,
  group: string,
  versions: readonly string[],
): Promise<void> {
  const path = `${DEFINITIONS}/meshconfigs.${group}`;
  const wanted = meshConfigDefinition(group, versions);
  const before = await server.request('GET', path);
  if (before.status === 404) {
    await ask(server, 'POST', DEFINITIONS, wanted);
  } else {
    const { metadata } = JSON.parse(before.body) as { metadata: object };
    await ask(server, 'PUT', path, { ...wanted, metadata });
  }
  await until(`${group} with ${versions.join(', ')}`, async () => {
    const answer = await server.request('GET', `/apis/${group}`);
    if (answer.status !== 200) return false;
    const known = JSON.parse(answer.body) as { versions: { version: string }[] };
    if (!isDeepStrictEqual(known.versions.map(({ version }) => version).sort(), [...versions].sort())) {
      return false;
    }
    // What discovery shows may be served a moment later.
    const lists = versions.map((version) => server.request('GET', `/apis/${group}/${version}/meshconfigs`));
    return (await Promise.all(lists)).every(({ status }) => status === 200);
  });
}

/** Deletes the definition, and all objects with it, and returns when the server no longer knows the group. */
export async function removeMeshConfigs(server: Server, group: string): Promise<void> {
  await ask(server, 'DELETE', `${DEFINITIONS}/meshconfigs.${group}`);
  await until(`no ${group}`, async () => (await server.request('GET', `/apis/${group}`)).status === 404);
}

async function ask(server: Server, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await server.request(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.body}`);
}
