/** What running a script on the model tells: the rules that it leaves behind, how it ended and what went wrong on the way. */
import type { RuleSet } from './model.ts';
import type { TextPosition } from './text-position.ts';

export type Ending =
  /** All of it ran; `status` is that of the last command that ran: 0, or what
   * iptables-nft answers; iptables-legacy may answer with another that is not 0. */
  | { readonly kind: 'completed'; readonly status: number }
  /** A shell refused the text from here on: nothing of this line ran. */
  | { readonly kind: 'refused-by-shell'; readonly message: string; readonly at: TextPosition }
  /** The model ends here; what the rest of the script does is not known. */
  | ({ readonly kind: 'not-understood' } & UnknownText);

/** Text of the script that is outside the model. */
export interface UnknownText {
  readonly construct: string;
  readonly text: string;
  readonly at: TextPosition;
}

/** A command that iptables refuses. */
export interface Refusal {
  readonly message: string;
  /** The command, or the line of iptables-restore. */
  readonly command: string;
  readonly status: number;
  /** Whether a whole block of iptables-restore is lost with it. */
  readonly block: boolean;
  /** How many commands do not run because of it: those joined to it by `&&`. */
  readonly skipped: number;
  readonly at: TextPosition;
}

export interface Execution {
  readonly rules: RuleSet;
  readonly ending: Ending;
  /** In the order in which they happen; the first is the cause of what follows. */
  readonly refusals: readonly Refusal[];
  /** Rules that are in place if iptables takes them, with a match that is not understood. */
  readonly opaque: readonly UnknownText[];
}

/** Whether the script ended badly because iptables refused a command; one that it passes over does not end it. */
export function failedByRefusal({ ending, refusals }: Execution): boolean {
  return refusals.length > 0 && ending.kind === 'completed' && ending.status !== 0;
}
