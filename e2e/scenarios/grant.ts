/** Rights for service accounts of a scenario: of each exactly those that were granted last. */
import type { ServiceAccountName } from '../control-plane/service-account.ts';
import type { TestCluster } from './cluster.ts';

const apiGroup = 'rbac.authorization.k8s.io';

/**
 * Makes `rules` the rights of the account, in the whole cluster or in one namespace. Roles and bindings are named like
 * the account. An API server takes note a moment later.
 */
export async function grant(
  cluster: TestCluster,
  account: ServiceAccountName,
  rules: readonly object[],
  namespace?: string,
): Promise<void> {
  const scope = namespace === undefined ? 'ClusterRole' : 'Role';
  const common = {
    apiVersion: `${apiGroup}/v1`,
    metadata: { name: account.name, ...(namespace === undefined ? {} : { namespace }) },
  };
  const items = [
    { ...common, kind: scope, rules },
    {
      ...common,
      kind: `${scope}Binding`,
      roleRef: { apiGroup, kind: scope, name: account.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ];
  await cluster.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}
