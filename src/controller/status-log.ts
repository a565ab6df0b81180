/** What the log says of a pod whose status has changed. */
import type { Report } from '../core/audit/report.ts';
import type { Logger } from '../kube/logger.ts';

export function statusChanged(logger: Logger, { namespace, name, status, findings }: Report): void {
  logger.info('the status of a pod has changed', {
    namespace,
    pod: name,
    status,
    findings: findings.map(({ code }) => code).join(' '),
  });
}
