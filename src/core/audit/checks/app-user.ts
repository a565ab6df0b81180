/** Whether something else runs as the sidecar's user, whose traffic is never redirected, whoever it is. */
import { isMeshHelper } from '../../osm/names.ts';
import type { Container } from '../../osm/pod.ts';
import { finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { containersRun } from '../quote.ts';

export const checkAppUser: Check = ({ pod, sidecar, dialect, init }) => {
  if (init === undefined) return [];
  const uid = dialect?.uid ?? sidecar?.runAsUser;
  if (uid === undefined) return [];
  // Init containers that end are not redirected to anybody yet; one of this user behind osm-init is even meant so.
  const beside = pod.initContainers.filter(({ keepsRunning }) => keepsRunning);
  const others: readonly Container[] = [...beside, ...pod.containers, ...pod.ephemeralContainers];
  const names = others
    .filter((each) => each !== sidecar && each !== init && each.runAsUser === uid && !isMeshHelper(each))
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const message = `The ${containersRun(names)} as user ${uid}, like the sidecar: the rules let all TCP traffic of that user pass, so it bypasses the mesh.`;
  return [finding('AppRunsAsProxyUser', message, { evidence: { values: names } })];
};
