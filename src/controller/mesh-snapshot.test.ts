import { expect } from 'chai';
import type { Mesh } from '../core/osm/choose-config.ts';
import { meshOfDeployment, meshOfWebhook } from './mesh-snapshot.ts';
import { SnapshotError } from './read-object.ts';

describe('meshOfWebhook', () => {
  const webhook = (rest: object = {}): object => ({
    name: 'osm-inject.k8s.io',
    namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': 'osm' } },
    clientConfig: { service: { namespace: 'osm-system', name: 'osm-injector' }, caBundle: 'QQ==' },
    ...rest,
  });
  const fsm = webhook({
    name: 'fsm-inject.k8s.io',
    namespaceSelector: { matchLabels: { 'flomesh.io/monitored-by': 'fsm' } },
    clientConfig: { service: { namespace: 'fsm-system' }, caBundle: 'QQ==' },
  });
  const injector = { webhook: 'osm-webhook-osm', failsOpen: false, hasAuthority: true };
  const osmMesh = { name: 'osm', namespace: 'osm-system', injector };
  const fsmMesh = { name: 'fsm', namespace: 'fsm-system', injector };
  const expressions = { matchExpressions: [{ key: 'openservicemesh.io/ignore', operator: 'DoesNotExist' }] };

  const cases: Readonly<Record<string, readonly [unknown, readonly Mesh[]]>> = {
    "tells OSM's mesh": [[webhook()], [osmMesh]],
    "tells FSM's": [[fsm], [fsmMesh]],
    'tells every mesh of several webhooks': [
      [webhook(), fsm],
      [osmMesh, fsmMesh],
    ],
    'tells one that lets pods pass, or that the API server cannot trust': [
      [
        webhook({
          failurePolicy: 'Ignore',
          clientConfig: { service: { namespace: 'osm-system' }, caBundle: '' },
        }),
      ],
      [{ ...osmMesh, injector: { ...injector, failsOpen: true, hasAuthority: false } }],
    ],
    'passes over the webhooks of others': [[webhook({ name: 'mutate.example.com' })], []],
    'passes over one by the name of what every object has': [[webhook({ name: 'constructor' })], []],
    "does not take another product's label": [[webhook({ name: 'fsm-inject.k8s.io' })], []],
    'leaves out a mesh without a name': [
      [webhook({ namespaceSelector: expressions }), webhook({ namespaceSelector: null })],
      [],
    ],
    'leaves out a mesh whose name is empty': [
      [webhook({ namespaceSelector: { matchLabels: { 'openservicemesh.io/monitored-by': '' } } })],
      [],
    ],
    'leaves out a mesh that runs nobody knows where': [
      [webhook({ clientConfig: { url: 'https://example.com' } }), webhook({ clientConfig: null })],
      [],
    ],
    'tells none where there is no webhook': [null, []],
  };
  for (const [sentence, [webhooks, expected]] of Object.entries(cases)) {
    it(sentence, () => {
      expect(meshOfWebhook({ metadata: { name: 'osm-webhook-osm' }, webhooks })).to.deep.equal(expected);
    });
  }

  it('refuses webhooks of the wrong shape and names the place', () => {
    expect(() => meshOfWebhook({ metadata: { name: 'a' }, webhooks: [webhook({ namespaceSelector: [] })] }))
      .to.throw(SnapshotError)
      .with.property('message', 'webhooks.0.namespaceSelector: expected a mapping');
  });
});

describe('meshOfDeployment', () => {
  const app = 'osm-controller';
  const named = { app, 'app.kubernetes.io/instance': 'a', meshName: 'b' };
  const withArgs = (...args: readonly string[]): object => ({
    template: {
      spec: { containers: [{ name: 'log' }, { name: app, args: ['--verbosity', 'info', ...args] }] },
    },
  });

  const cases: Readonly<Record<string, readonly [object, object | null, string | undefined]>> = {
    'takes the name from the arguments first': [named, withArgs('--mesh-name', 'c'), 'c'],
    'takes it from the newer label next': [named, null, 'a'],
    'takes it from the older label last': [{ app, meshName: 'b' }, null, 'b'],
    'takes an argument among others': [{ app }, withArgs('--mesh-name', 'c', '--x'), 'c'],
    'takes it from an argument with an equals sign too': [{ app }, withArgs('--mesh-name=c'), 'c'],
    'takes the last of two arguments': [{ app }, withArgs('--mesh-name', 'c', '--mesh-name=d'), 'd'],
    'takes no other argument that begins like it': [
      { app },
      withArgs('--mesh-names', 'c', '--mesh-names=c'),
      undefined,
    ],
    'takes no argument that has no value': [{ app }, withArgs('--mesh-name'), undefined],
    'takes no argument whose value is empty': [{ app }, withArgs('--mesh-name='), undefined],
    'tells none where nothing names it': [{ app }, null, undefined],
    'knows the controller of FSM': [{ app: 'fsm-controller', meshName: 'b' }, null, 'b'],
    'passes over the Deployments of others': [{ ...named, app: 'osm-injector' }, null, undefined],
    'passes over Deployments without labels': [{}, withArgs('--mesh-name', 'c'), undefined],
  };
  for (const [sentence, [labels, spec, name]] of Object.entries(cases)) {
    it(sentence, () => {
      const metadata = { name: app, namespace: 'osm-system', labels };
      const expected = name === undefined ? [] : [{ name, namespace: 'osm-system' }];
      expect(meshOfDeployment({ metadata, spec })).to.deep.equal(expected);
    });
  }

  it('refuses arguments that are no texts and names the place', () => {
    const spec = { template: { spec: { containers: [{ args: [7] }] } } };
    expect(() => meshOfDeployment({ metadata: { name: app, labels: { app } }, spec }))
      .to.throw(SnapshotError)
      .with.property('message', 'spec.template.spec.containers.0.args.0: expected text');
  });
});
