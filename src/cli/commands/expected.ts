/**
 * `osm-auditor expected`: prints what the injector of each pod's release would have it run today, byte for byte, none to an
 * outsider. What iptables then refuses is said beside it.
 */
import { checkConfig } from '../../core/audit/checks/config.ts';
import { checkMembership } from '../../core/audit/checks/membership.ts';
import { interceptionFor, judgementFor, likelyRelease } from '../../core/audit/judgement.ts';
import { visible } from '../../core/audit/quote.ts';
import { runScript } from '../../core/audit/rule-comparison.ts';
import { gather } from '../../controller/gatherer.ts';
import { meshNamespaces } from '../../core/osm/choose-config.ts';
import type { Dialect } from '../../core/osm/dialect.ts';
import { expectedScript, expectedText } from '../../core/osm/expected-rules.ts';
import { intentFor, type Intent } from '../../core/osm/intent.ts';
import { membership } from '../../core/osm/membership.ts';
import { podKey } from '../../core/osm/pod.ts';
import { findSubjects } from '../find-subjects.ts';
import { judgingOf } from '../judging-options.ts';
import type { Selection } from '../subjects.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** @throws UsageError when a pod of the mesh has no configuration that is known: nothing can be expected then */
export async function expected(options: Selection, terminal: Terminal): Promise<number> {
  const { pods, around } = await findSubjects(options, terminal);
  const settings = judgingOf(options);
  for (const { pod } of pods) {
    const input = gather(pod, around, settings, terminal.now());
    const belongs = membership(pod, {
      namespace: input.namespace,
      meshNamespaces: meshNamespaces(input.configs),
      interception: interceptionFor(input),
    });
    const title = (text: string): void => terminal.out(`# ${visible(text)}\n`);
    if (belongs.kind === 'not-concerned') {
      title(`${podKey(pod)}: no rules, ${belongs.reason}`);
      continue;
    }
    const judgement = judgementFor(input);
    const { config, lookup } = judgement;
    if (config === undefined) throw new UsageError(checkConfig(lookup)[0]?.message ?? 'no configuration');
    const release = likelyRelease(judgement, settings.fork);
    const intent = intentFor(pod, config, release);
    title(`${podKey(pod)}, ${release.name}`);
    for (const { message } of checkMembership(pod, belongs)) title(message);
    for (const warning of warnings(release.dialect, intent)) title(warning);
    terminal.out(expectedText(release.dialect, intent));
  }
  return EXIT.good;
}

/** Whether the script will do what it says: values that OSM takes can be refused by iptables. */
function warnings(dialect: Dialect, intent: Intent): readonly string[] {
  const { ending, refusals } = runScript(expectedScript(dialect, intent), { POD_IP: null });
  const refused = refusals.map(({ command, message }) => `iptables refuses ${command}: ${message}`);
  switch (ending.kind) {
    case 'completed':
      return refused;
    case 'refused-by-shell':
      return [...refused, `a shell refuses it: ${ending.message}`];
    case 'not-understood':
      return [...refused, `it holds ${ending.construct}, which is not understood`];
  }
}
