/** What a script is made of: words, operators and here-documents; and what ends the reading. */
import type { HereDocument } from './here-document.ts';

export type Operator = '&&' | '||' | ';' | '\n';

export interface Word {
  readonly kind: 'word';
  /** What the command would receive as an argument. */
  readonly text: string;
  /** Part of it was quoted or replaced, so it cannot be a keyword or an assignment. */
  readonly quoted: boolean;
  readonly at: number;
  /** The offset behind it. */
  readonly end: number;
}

export type Token =
  | Word
  | { readonly kind: 'operator'; readonly text: Operator; readonly at: number }
  | {
      readonly kind: 'here-document';
      readonly at: number;
      readonly end: number;
      readonly document: HereDocument;
    }
  | Stop;

/** Nothing behind it is looked at. */
export type Stop =
  /** The shell would stop here with this message. */
  | { readonly kind: 'refused'; readonly message: string; readonly at: number }
  | { readonly kind: 'not-understood'; readonly construct: string; readonly at: number };

export const shellRefuses = (message: string, at: number): Stop => ({ kind: 'refused', message, at });
export const beyondShell = (construct: string, at: number): Stop => ({
  kind: 'not-understood',
  construct,
  at,
});
