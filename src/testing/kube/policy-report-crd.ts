/**
 * The definitions (CRDs) of policy reports, with what an API server checks of them: the fields, their types, what is required
 * and which words are taken. What is not named here is pruned, as by the published ones.
 *
 * Sources: wgpolicyk8s.io_policyreports.yaml of kubernetes-sigs/wg-policy-prototypes (v1alpha2, as Kyverno installs it) and
 * openreports.io_reports.yaml of openreports/reports-api (v1alpha1).
 */
import type { PolicyReportApi } from '../../core/audit/policy-report-object.ts';
import type { Server } from './mesh-config-crd.ts';
import { until } from './until.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const text = { type: 'string' };
const whole = { type: 'integer' };
const oneOf = (...words: readonly string[]): object => ({ ...text, enum: words });
const mapping = (properties: object, ...required: readonly string[]): object => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
const texts = { type: 'object', additionalProperties: text };

const reference = mapping({
  apiVersion: text,
  fieldPath: text,
  kind: text,
  name: text,
  namespace: text,
  resourceVersion: text,
  uid: text,
});
const selector = mapping({
  matchExpressions: {
    type: 'array',
    items: mapping({ key: text, operator: text, values: { type: 'array', items: text } }, 'key', 'operator'),
  },
  matchLabels: texts,
});
const timestamp = mapping(
  { nanos: { ...whole, format: 'int32' }, seconds: { ...whole, format: 'int64' } },
  'nanos',
  'seconds',
);
const result = mapping(
  {
    category: text,
    message: text,
    policy: text,
    properties: texts,
    resourceSelector: selector,
    resources: { type: 'array', items: reference },
    result: oneOf('pass', 'fail', 'warn', 'error', 'skip'),
    rule: text,
    scored: { type: 'boolean' },
    severity: oneOf('critical', 'high', 'low', 'medium', 'info'),
    source: text,
    timestamp,
  },
  'policy',
);
const report = {
  apiVersion: text,
  kind: text,
  metadata: { type: 'object' },
  results: { type: 'array', items: result },
  scope: reference,
  scopeSelector: selector,
  summary: mapping({ pass: whole, fail: whole, warn: whole, error: whole, skip: whole }),
};

function definitionOf({ group, version, kind, plural, sourced }: PolicyReportApi): object {
  const schema = { openAPIV3Schema: mapping(sourced ? { ...report, source: text } : report) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      // A group below k8s.io is a community's, and has to say who has looked at it.
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' },
    },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}

/** Returns when the server serves the reports. */
export async function installPolicyReports(server: Server, api: PolicyReportApi): Promise<void> {
  const answer = await server.request('POST', DEFINITIONS, definitionOf(api));
  if (answer.status !== 201) throw new Error(answer.body);
  const { group, version, plural } = api;
  const path = `/apis/${group}/${version}/${plural}`;
  await until(path, async () => (await server.request('GET', path)).status === 200);
}

/** Deletes the definition, and all reports with it, and returns when they are gone. */
export async function removePolicyReports(server: Server, api: PolicyReportApi): Promise<void> {
  const { group, version, plural } = api;
  await server.request('DELETE', `${DEFINITIONS}/${plural}.${group}`);
  const path = `/apis/${group}/${version}/${plural}`;
  await until(`no ${path}`, async () => (await server.request('GET', path)).status === 404);
}
