/** The recorded inputs of src/core/iptables/testdata/bad-inputs.json. */
import { readJson } from './repository.ts';

export interface RecordedOutcome {
  readonly status: number;
  /** Standard error without the program's name and the advice to read the help. */
  readonly message: string;
  /** Chains of one's own and rules, as iptables-save prints them. */
  readonly rules: readonly string[];
}

export interface RecordedInput {
  readonly about: string;
  readonly script: string;
  /** The variables of the script; POD_IP unless the case says otherwise. */
  readonly env: Readonly<Record<string, string>>;
  readonly nft: RecordedOutcome;
  readonly legacy: RecordedOutcome;
}

interface Stored {
  readonly about: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string | null>>;
  readonly nft: RecordedOutcome;
  readonly legacy: RecordedOutcome | 'same';
}

export function readRecordedInputs(): readonly RecordedInput[] {
  const stored = readJson('src/core/iptables/testdata/bad-inputs.json') as readonly Stored[];
  return stored.map(({ about, script, env, nft, legacy }) => {
    const variables: readonly (readonly [string, string | null])[] = Object.entries({
      POD_IP: '10.244.0.5',
      ...env,
    });
    const set = variables.filter((entry): entry is readonly [string, string] => entry[1] !== null);
    return { about, script, env: Object.fromEntries(set), nft, legacy: legacy === 'same' ? nft : legacy };
  });
}
