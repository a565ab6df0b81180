/**
 * Whether osm-init of a new pod would end well: the script that the injector would write for it now, run on the model.
 *
 * Limit: what the injector itself refuses is no question of the script: see annotations.ts.
 */
import { expectedScript } from '../osm/expected-rules.ts';
import type { Intent } from '../osm/intent.ts';
import type { Release } from '../osm/releases.ts';
import { quote } from './quote.ts';
import { runScript } from './rule-comparison.ts';

export type Start =
  | { readonly kind: 'good' }
  /** `reason` names `text`, which stands in the script. */
  | { readonly kind: 'fails'; readonly text: string; readonly reason: string }
  /** The model ends at something in the script. */
  | { readonly kind: 'not-understood'; readonly construct: string };

export function startOf({ dialect }: Release, intent: Intent): Start {
  const { ending, refusals } = runScript(expectedScript(dialect, intent), { POD_IP: null });
  switch (ending.kind) {
    case 'not-understood':
      return { kind: 'not-understood', construct: ending.construct };
    case 'refused-by-shell':
      return { kind: 'fails', text: ending.message, reason: `a shell refuses the script: ${ending.message}` };
    case 'completed': {
      if (ending.status === 0) return { kind: 'good' };
      const [first] = refusals;
      if (first === undefined)
        return { kind: 'fails', text: '', reason: `the script ends with exit code ${ending.status}` };
      const { command, message } = first;
      return {
        kind: 'fails',
        text: command,
        reason: `iptables refuses ${quote(command)}: ${message.replace(/\.$/, '')}`,
      };
    }
  }
}
