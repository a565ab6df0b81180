/** Workloads and pods that are only described: which of them are judged, and where what is wrong with them stands. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJson, readText } from '../testing/repository.ts';
import { osmAuditor } from '../testing/recording-terminal.ts';

const MESH = 'examples/manifests/mesh.yaml';
const SHOP = 'examples/manifests/shop.yaml';
const PORTS = 'openservicemesh.io/outbound-port-exclusion-list';

interface Told {
  readonly name: string;
  readonly kind?: string;
  readonly namespace: string;
  readonly status: string;
  readonly findings: readonly { readonly code: string }[];
}

async function judged(objects: readonly object[], ...args: readonly string[]): Promise<readonly string[]> {
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { stdout, stderr } = await osmAuditor(['check', '-f', MESH, '-f', '-', '-o', 'json', ...args], {
    stdin,
  });
  expect(stderr).to.equal('');
  const { pods } = JSON.parse(stdout) as { readonly pods: readonly Told[] };
  return pods.map(({ name, kind = '', namespace, status, findings }) => {
    return [`${namespace}/${kind}/${name}`, status, ...findings.map(({ code }) => code)].join(' ');
  });
}

function workload(
  kind: string,
  name: string,
  annotations: object = {},
  rest: { readonly owner?: readonly [string, string]; readonly replicas?: number } = {},
): object {
  const { owner, replicas = 1 } = rest;
  const ownerReferences = owner === undefined ? [] : [{ kind: owner[0], name: owner[1], controller: true }];
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace: 'shop', ownerReferences },
    spec: {
      replicas,
      template: { metadata: { annotations }, spec: { containers: [{ name: 'app' }] } },
    },
  };
}

/** A pod of the Deployment web, as it runs. */
function running(annotations: object = {}): object {
  const pod = readJson('examples/recorded/good.json') as { metadata: object };
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      namespace: 'shop',
      name: 'web-1-x',
      annotations,
      labels: { 'pod-template-hash': '1', 'osm-proxy-uuid': 'x' },
      ownerReferences: [{ kind: 'ReplicaSet', name: 'web-1', controller: true }],
    },
  };
}
const isOfWorkload = (line: string): boolean => !line.startsWith('shop//');

describe('manifests', () => {
  it('of a ReplicaSet and a Job are left to the workload that makes them, if it is there', async () => {
    const made = workload('ReplicaSet', 'web-1', {}, { owner: ['Deployment', 'web'] });
    const old = workload('ReplicaSet', 'web-0', {}, { owner: ['Deployment', 'web'], replicas: 0 });
    expect(await judged([workload('Deployment', 'web'), made, old])).to.deep.equal([
      'shop/Deployment/web Verified',
    ]);
    expect(await judged([made, old])).to.deep.equal(['shop/ReplicaSet/web-1 Verified']);
  });

  it('are not told again beside the running pods that say the same', async () => {
    const told = await judged([running(), workload('Deployment', 'web'), workload('Deployment', 'other')]);
    expect(told.filter(isOfWorkload)).to.deep.equal(['shop/Deployment/other Verified']);
  });

  it('are told beside running pods where new ones would be judged otherwise', async () => {
    const template = workload('Deployment', 'web', { [PORTS]: 'http' });
    // The running pod tells that the injector is of v0.8 to v0.11, which drops the annotation.
    expect((await judged([running(), template])).filter(isOfWorkload)).to.deep.equal([
      'shop/Deployment/web Verified OA405',
    ]);
    const told = await judged([running({ [PORTS]: 'http' }), template]);
    expect(told.filter(isOfWorkload)).to.deep.equal([]);
  });

  it('are told beside running pods where new ones would differ once a change is in force', async () => {
    const template = workload('Deployment', 'web', { [PORTS]: '8200' });
    const items = [running(), template];
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const fifteen = Array.from({ length: 15 }, (_, i) => 81 + i);
    const config = JSON.stringify({
      apiVersion: 'config.openservicemesh.io/v1alpha2',
      kind: 'MeshConfig',
      metadata: { name: 'osm-mesh-config', namespace: 'osm-system' },
      spec: { traffic: { outboundPortExclusionList: fifteen } },
    });
    const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
    try {
      writeFileSync(join(folder, 'config.json'), config);
      const proposal = ['--with', join(folder, 'config.json')];
      const args = ['check', '-f', MESH, '-f', '-', '-o', 'json', ...proposal];
      const { pods } = JSON.parse((await osmAuditor(args, { stdin })).stdout) as {
        readonly pods: readonly { readonly kind?: string; readonly outcome: string }[];
      };
      expect(pods.map(({ kind, outcome }) => [kind, outcome])).to.deep.equal([
        [undefined, 'restart'],
        ['Deployment', 'cannot-start'],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of pods count as running once the API server has seen them', async () => {
    const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'app' }] } };
    const metadata = { name: 'books', namespace: 'shop' };
    const seen = { ...pod, metadata: { ...metadata, uid: '7', creationTimestamp: '2026-11-23T08:00:00Z' } };
    expect(await judged([{ ...pod, metadata }])).to.deep.equal(['shop/Pod/books Verified']);
    expect(await judged([seen])).to.deep.equal(['shop//books Discrepant OA101']);
  });

  it('without a namespace are of the one that -n names, else of default', async () => {
    const bare = { ...workload('Deployment', 'web'), metadata: { name: 'web' } };
    expect(await judged([bare])).to.deep.equal(['default/Deployment/web Unknown OA104']);
    expect(await judged([bare], '-n', 'shop')).to.deep.equal(['shop/Deployment/web Verified']);
    const elsewhere = workload('Deployment', 'web');
    expect(await judged([bare, elsewhere], '-n', 'default')).to.deep.equal([
      'default/Deployment/web Unknown OA104',
    ]);
  });

  it('of the controller of OSM tell of the mesh and are not judged', async () => {
    const controller = {
      ...workload('Deployment', 'osm-controller'),
      metadata: {
        name: 'osm-controller',
        namespace: 'osm-system',
        labels: { app: 'osm-controller', meshName: 'osm', 'app.kubernetes.io/version': 'v1.0.0' },
      },
    };
    // The injector of v1.0 drops what that of v1.2 refuses.
    const template = workload('Deployment', 'web', { [PORTS]: 'http' });
    expect(await judged([template])).to.deep.equal(['shop/Deployment/web Discrepant OA405']);
    expect(await judged([template, controller])).to.deep.equal(['shop/Deployment/web Verified OA405']);
  });

  it('are told no restarts, and are no pods of `expected`', async () => {
    const { stdout } = await osmAuditor(['check', '-f', MESH, '-f', SHOP, '-o', 'json']);
    expect(JSON.parse(stdout)).to.deep.include({ restarts: [] });
    const { stdout: commands } = await osmAuditor(['expected', '-f', MESH, '-f', SHOP]);
    expect(commands.match(/^# .*$/gm)?.[0]).to.equal('# default/probe, OSM v1.1.1 to v1.2');
    expect(commands).not.to.include('web');
  });

  it('have the line of the annotation in their template', async () => {
    const { stdout } = await osmAuditor(['check', '-f', MESH, '-f', SHOP, '-o', 'github']);
    const lines = readText(SHOP).split('\n');
    const at = (code: string): string | undefined => {
      const line = new RegExp(`,line=([0-9]+),title=${code} `).exec(stdout)?.[1];
      return lines[Number(line) - 1]?.trim();
    };
    expect(at('OA414')).to.equal('openservicemesh.io/outbound-port-exclusion-list: "8200, 8300, 8500, 8600"');
    expect(at('OA412')).to.match(/^openservicemesh.io\/outbound-ip-range-exclusion-list: /);
    expect(at('OA105')).to.equal('openservicemesh.io/sidecar-injection: "off"');
  });

  it('of the wrong shape are an error with its line', async () => {
    const text = readText(SHOP).replace('"10.0.0.5, 192.168.0.0/16"', '6379');
    const { status, stderr } = await osmAuditor(['check', '-f', '-'], { stdin: text });
    expect(status).to.equal(2);
    expect(stderr).to.equal(
      'error: standard input:46: document 2: spec.template.metadata.annotations.openservicemesh.io/outbound-ip-range-exclusion-list: expected text\n',
    );
  });
});
