/** `osm-auditor expected`: prints the commands that the injector would give each pod today, none to an outsider. */
import { intentFor } from '../../core/osm/intent.ts';
import { R1 } from '../../core/osm/dialect.ts';
import { expectedCommands } from '../../core/osm/expected-rules.ts';
import { membership } from '../../core/osm/membership.ts';
import { podKey } from '../../core/osm/pod.ts';
import { checkConfig } from '../../core/audit/checks/config.ts';
import { findSubjects } from '../find-subjects.ts';
import { visible } from '../../core/audit/quote.ts';
import type { Selection } from '../subjects.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** @throws UsageError when there is no valid configuration: rules made from a part of it would be wrong */
export async function expected(options: Selection, terminal: Terminal): Promise<number> {
  const { pods, around } = await findSubjects(options, terminal);
  const lookup = around.config();
  const [problem] = checkConfig(lookup);
  if (lookup.kind !== 'found' || problem !== undefined)
    throw new UsageError(problem?.message ?? 'no configuration');
  for (const { pod } of pods) {
    const osmNamespace = options.osmNamespace ?? lookup.config.namespace;
    const belongs = membership(pod, around.namespace(pod.namespace), osmNamespace);
    if (belongs.kind === 'not-concerned') {
      terminal.out(`# ${visible(`${podKey(pod)}: no rules, ${belongs.reason}`)}\n`);
      continue;
    }
    const commands = expectedCommands(R1, intentFor(pod, lookup.config));
    terminal.out(`# ${visible(podKey(pod))}\n${commands.join('\n')}\n`);
  }
  return EXIT.good;
}
