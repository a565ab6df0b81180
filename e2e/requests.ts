/**
 * Real requests that show what a service account of ours may do, and what not: those that the controller and the node agent
 * both send, and those that neither ever should.
 */
import { FSM_CONFIG_GROUP, OSM_CONFIG_GROUP } from '../src/testing/kube/mesh-config-crd.ts';

export const POD = {
  metadata: { name: 'bookbuyer' },
  spec: { containers: [{ name: 'app', image: 'bookbuyer' }] },
};
const EVENT = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  metadata: { name: 'bookbuyer.1', namespace: 'default' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'openservicemesh.io/osm-auditor',
  reportingInstance: 'osm-auditor-0',
  action: 'Audit',
  reason: 'Example',
  type: 'Warning',
  note: 'OA000 an example',
  regarding: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name: 'bookbuyer' },
};
const CONDITION = { type: 'openservicemesh.io/RedirectionVerified', status: 'True' };
const pods = '/api/v1/namespaces/default/pods';
const events = '/apis/events.k8s.io/v1/namespaces/default/events';
const osmConfig = 'fieldSelector=metadata.name%3Dosm-config';
const webhooks = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
/** Both groups, each with the definition as a mesh installs it. */
export const MESH_CONFIGS = [
  { product: 'OSM', group: OSM_CONFIG_GROUP, version: 'v1alpha2' },
  { product: 'FSM', group: FSM_CONFIG_GROUP, version: 'v1alpha3' },
] as const;

export type Probe = readonly [what: string, method: string, path: string, body?: unknown];

/** In this order: what both send. */
export const ALLOWED: readonly Probe[] = [
  ['list pods of all namespaces', 'GET', '/api/v1/pods?limit=100'],
  ['watch pods of all namespaces', 'GET', '/api/v1/pods?watch=1&timeoutSeconds=1'],
  ['list namespaces', 'GET', '/api/v1/namespaces'],
  ['watch namespaces', 'GET', '/api/v1/namespaces?watch=1&timeoutSeconds=1'],
  ['list the mesh configuration in all namespaces', 'GET', `/api/v1/configmaps?${osmConfig}`],
  [
    'watch the mesh configuration in all namespaces',
    'GET',
    `/api/v1/configmaps?${osmConfig}&watch=1&timeoutSeconds=1`,
  ],
  ...MESH_CONFIGS.flatMap(({ product, group, version }): readonly Probe[] => [
    [`find out which versions of MeshConfig ${product} has`, 'GET', `/apis/${group}`],
    [`list the MeshConfigs of ${product}`, 'GET', `/apis/${group}/${version}/meshconfigs?limit=1`],
    [
      `watch the MeshConfigs of ${product}`,
      'GET',
      `/apis/${group}/${version}/meshconfigs?watch=1&timeoutSeconds=1`,
    ],
  ]),
  ['list the webhooks', 'GET', `${webhooks}?limit=100`],
  ['watch the webhooks', 'GET', `${webhooks}?watch=1&timeoutSeconds=1`],
  ['patch the status of a pod', 'PATCH', `${pods}/bookbuyer/status`, { status: { conditions: [CONDITION] } }],
  ['create an event', 'POST', events, EVENT],
  ['get an event', 'GET', `${events}/bookbuyer.1`],
  [
    'patch an event into a series',
    'PATCH',
    `${events}/bookbuyer.1`,
    { series: { count: 2, lastObservedTime: '2026-01-01T00:01:00.000000Z' } },
  ],
];

/** What neither may do. */
export const DENIED: readonly Probe[] = [
  ['delete a pod', 'DELETE', `${pods}/bookbuyer`],
  ['update a pod', 'PUT', `${pods}/bookbuyer`, POD],
  ['patch a pod itself', 'PATCH', `${pods}/bookbuyer`, { metadata: { labels: { a: 'b' } } }],
  ['replace the status of a pod', 'PUT', `${pods}/bookbuyer/status`, POD],
  ['create a pod', 'POST', pods, POD],
  ['run a command in a pod', 'POST', `${pods}/bookbuyer/exec?command=id`],
  ['list secrets', 'GET', '/api/v1/secrets'],
  ['list all configmaps', 'GET', '/api/v1/configmaps'],
  ['list another configmap', 'GET', '/api/v1/configmaps?fieldSelector=metadata.name%3Dother'],
  [
    'change the mesh configuration',
    'PATCH',
    '/api/v1/namespaces/default/configmaps/osm-config',
    { data: {} },
  ],
  ...MESH_CONFIGS.flatMap(({ product, group, version }): readonly Probe[] => {
    const mesh = `/apis/${group}/${version}/namespaces/default/meshconfigs`;
    const body = { apiVersion: `${group}/${version}`, kind: 'MeshConfig', metadata: { name: 'mesh' } };
    return [
      [`create a MeshConfig of ${product}`, 'POST', mesh, body],
      [`change a MeshConfig of ${product}`, 'PUT', `${mesh}/mesh`, body],
      [`delete a MeshConfig of ${product}`, 'DELETE', `${mesh}/mesh`],
      [`list other resources of the group of ${product}`, 'GET', `/apis/${group}/${version}/others`],
    ];
  }),
  ['change a webhook', 'PATCH', `${webhooks}/osm-webhook-osm`, { webhooks: [] }],
  ['delete a webhook', 'DELETE', `${webhooks}/osm-webhook-osm`],
  ['list webhooks that validate', 'GET', webhooks.replace('mutating', 'validating')],
  ['list definitions', 'GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'],
  ['change a namespace', 'PATCH', '/api/v1/namespaces/default', { metadata: { labels: { a: 'b' } } }],
  ['delete an event', 'DELETE', `${events}/bookbuyer.1`],
  ['list nodes', 'GET', '/api/v1/nodes'],
];
