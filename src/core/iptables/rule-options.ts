/**
 * The options that say what a rule matches and where it sends: each with the number of its arguments and what it does to
 * the draft of a rule.
 *
 * Guarantees: never throws; an option is read, refused as iptables 1.8.9 refuses it, or not understood. Nothing is
 * skipped.
 * Limits: the options that OSM's scripts use. Of others only the shape is known (opaque-options.ts): they are carried as
 * matches of which nobody knows whether they hold.
 */
import {
  readComment,
  readDestination,
  readDestinationPort,
  readInterface,
  readModule,
  readMultiport,
  readOwner,
  readProtocol,
} from './match-options.ts';
import { opaqueOption } from './opaque-options.ts';
import { notUnderstood, value, type Reading } from './reading.ts';
import type { ReadOption, RuleDraft } from './rule-draft.ts';
import { readDnat, readRedirectPort, readTarget } from './target-options.ts';
import { VARIABLE } from './variables.ts';

export interface RuleOption {
  /** Each argument is the next word, whatever it looks like. */
  readonly argumentCount: number;
  readonly apply: (draft: RuleDraft, args: readonly string[], negated: boolean) => Reading<unknown>;
}

const OPTIONS: ReadonlyMap<string, ReadOption> = new Map([
  ...spellings(['-d', '--dst', '--destination'], readDestination),
  ...spellings(['-i', '--in-interface'], readInterface('in')),
  ...spellings(['-o', '--out-interface'], readInterface('out')),
  ...spellings(['-p', '--protocol', '--proto'], readProtocol),
  ...spellings(['-m', '--match'], readModule),
  ...spellings(['--dport', '--destination-port'], readDestinationPort),
  ...spellings(['--dports', '--destination-ports'], readMultiport),
  ...spellings(['--uid-owner'], readOwner),
  ...spellings(['--comment'], readComment),
  ...spellings(['-j', '--jump'], readTarget('-j')),
  ...spellings(['-g', '--goto'], readTarget('-g')),
  ...spellings(['--to', '--to-port', '--to-ports'], readRedirectPort),
  ...spellings(['--to-destination'], readDnat),
]);

/** undefined when the model does not know the option at this place. */
export function ruleOption(name: string, draft: RuleDraft): RuleOption | undefined {
  const apply = OPTIONS.get(name);
  if (apply !== undefined) {
    return {
      argumentCount: 1,
      apply: (target, [argument = ''], negated) => {
        const variable = VARIABLE.exec(argument)?.[1];
        if (variable !== undefined && apply !== readDnat)
          return notUnderstood(`the variable ${variable}, whose value is not known`);
        return apply(target, argument, negated, name);
      },
    };
  }
  const owner = opaqueOption(name, draft);
  if (owner === undefined) return undefined;
  return {
    argumentCount: owner.argumentCount,
    apply: (_draft, args, negated) => {
      owner.texts.push([...(negated ? ['!'] : []), name, ...args].join(' '));
      return value(undefined);
    },
  };
}

function spellings(names: readonly string[], apply: ReadOption): readonly (readonly [string, ReadOption])[] {
  return names.map((name) => [name, apply] as const);
}
