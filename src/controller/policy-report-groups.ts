/**
 * The groups of policy reports as the cluster has them: each with the reports in it that are ours.
 *
 * Their definitions (CRDs) may come and go while the controller runs.
 * RBAC: list and watch on policyreports of wgpolicyk8s.io and reports of openreports.io.
 */
import { MANAGED_BY } from '../core/audit/policy-report.ts';
import { OPEN_REPORTS, WG_POLICY, type PolicyReportApi } from '../core/audit/policy-report-object.ts';
import type { Clock } from '../kube/clock.ts';
import { DiscoveredListWatch, type Presence } from '../kube/discovered-list-watch.ts';
import { Informer } from '../kube/informer.ts';
import type { ListWatch } from '../kube/list-watch.ts';
import type { Logger } from '../kube/logger.ts';
import type { InformerTimings } from './informers.ts';
import { policyReportSnapshot, type StoredPolicyReport } from './policy-report-snapshot.ts';

export interface PolicyReportGroup {
  readonly api: PolicyReportApi;
  readonly reports: Informer<StoredPolicyReport>;
  readonly presence: () => Presence;
}

export interface PolicyReportGroupsOptions extends InformerTimings {
  readonly api: ListWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when a group has been found present or absent. */
  readonly onPresence: () => void;
}

/** The preferred one first: whoever has installed the definitions of the successor wants it used. */
const APIS = [OPEN_REPORTS, WG_POLICY];

const OURS = Object.entries(MANAGED_BY)
  .map((label) => label.join('='))
  .join();

export function policyReportGroups({
  api: server,
  onPresence,
  ...shared
}: PolicyReportGroupsOptions): readonly PolicyReportGroup[] {
  return APIS.map((api) => {
    const { group, version, plural } = api;
    const discovered = new DiscoveredListWatch({
      api: server,
      clock: shared.clock,
      group,
      resource: plural,
      // Others have other fields.
      version,
      onPresence: () => {
        const { presence } = discovered;
        shared.logger.info('looked for a definition of policy reports', { group, presence });
        onPresence();
      },
    });
    const reports = new Informer({
      ...shared,
      api: discovered,
      source: { name: `${plural}.${group}`, path: discovered.path, labelSelector: OURS },
      project: policyReportSnapshot,
    });
    return { api, reports, presence: () => discovered.presence };
  });
}
