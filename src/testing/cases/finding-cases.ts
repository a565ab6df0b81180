/** What a test knows of a finding: inputs that raise it, word for word, and inputs that come close and must not. */
import type { AuditInput } from '../../core/audit/judgement.ts';

/** Both by a sentence that says what the input is. */
export interface FindingCases {
  readonly raises: Readonly<Record<string, RaisingCase>>;
  readonly silent: Readonly<Record<string, AuditInput>>;
}

export interface RaisingCase {
  readonly input: AuditInput;
  /** The finding's message, exactly. Other findings may stand beside it. */
  readonly message: string;
}

/** The cases of one file of the catalogue: the compiler asks for each of its names. */
export type CasesOf<Entries> = Readonly<Record<keyof Entries, FindingCases>>;
