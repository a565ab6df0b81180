/**
 * Rules that iptables can read and the kernel refuses, because of where packets can reach them from: an owner where
 * packets have none, a redirect where none is possible, chains that lead back to themselves or too deep.
 *
 * Both backends refuse such a rule when packets can reach it. iptables-nft looks at all rules of all chains that are
 * called; iptables-legacy stops looking behind a rule that every packet returns from. Where only one of them refuses, the
 * outcome depends on the image and is not understood.
 */
import { asksForOwner, translates, type ChainCensus } from './chain-census.ts';
import { BUILT_IN_CHAINS, calledChain, type BuiltInChain, type Rule } from './model.ts';
import { notUnderstood, refused, type NotUnderstood, type Refused } from './reading.ts';

type Chains = ReadonlyMap<string, readonly Rule[]>;
type Census = ReadonlyMap<string, ChainCensus>;

/** Chains of one's own that may call each other below a hook; iptables-legacy follows more. */
const DEEPEST_FOR_NFT = 15;

/** undefined when the kernel takes the chains. `census` counts the same rules. */
export function kernelRefusal(chains: Chains, census: Census): Refused | NotUnderstood | undefined {
  for (const hook of BUILT_IN_CHAINS) {
    const objection = objectionOfNft(census, hook);
    if (objection === undefined) continue;
    return legacyObjects(chains, hook)
      ? refused(objection.message, 4)
      : notUnderstood(`${objection.reason}, which only iptables-nft refuses`);
  }
  return undefined;
}

interface Objection {
  readonly reason: string;
  readonly message: string;
}

const INVALID = 'RULE_APPEND failed (Invalid argument)';
const TOO_MANY = 'Too many links';

function objectionOfNft(census: Census, hook: BuiltInChain): Objection | undefined {
  /** Chains that are done with, each with the longest way down from it, in chains. */
  const heights = new Map<string, number>();
  const above = new Set<string>();
  /** Answers the longest way down, or what is in the way. */
  const descend = (chain: string): number | Objection => {
    const known = heights.get(chain);
    if (known !== undefined) return known;
    if (above.has(chain)) return { reason: 'a loop of chains', message: TOO_MANY };
    const counts = census.get(chain);
    if (counts !== undefined && counts.owners > 0 && hasNoOwner(hook))
      return { reason: `a match on the owner in ${hook}`, message: INVALID };
    if (counts !== undefined && counts.translations > 0 && cannotTranslate(hook))
      return { reason: `a translation of addresses in ${hook}`, message: INVALID };
    above.add(chain);
    let height = 0;
    for (const called of counts?.calls() ?? []) {
      const below = descend(called);
      if (typeof below !== 'number') return below;
      height = Math.max(height, below + 1);
    }
    above.delete(chain);
    heights.set(chain, height);
    return height;
  };
  const height = descend(hook);
  if (typeof height !== 'number') return height;
  if (height <= DEEPEST_FOR_NFT) return undefined;
  return { reason: `more than ${DEEPEST_FOR_NFT} chains one in another`, message: TOO_MANY };
}

/** Whether iptables-legacy refuses too: rule by rule, up to what every packet returns from. */
function legacyObjects(chains: Chains, hook: BuiltInChain): boolean {
  const done = new Set<string>();
  const above = new Set<string>();
  const objects = (chain: string): boolean => {
    if (above.has(chain)) return true;
    if (done.has(chain)) return false;
    above.add(chain);
    for (const rule of chains.get(chain) ?? []) {
      if (asksForOwner(rule) && hasNoOwner(hook)) return true;
      if (translates(rule) && cannotTranslate(hook)) return true;
      const called = calledChain(rule);
      if (called !== undefined && objects(called)) return true;
      if (endsForAll(rule)) break;
    }
    above.delete(chain);
    done.add(chain);
    return false;
  };
  return objects(hook);
}

function hasNoOwner(hook: BuiltInChain): boolean {
  return hook === 'PREROUTING' || hook === 'INPUT';
}

function cannotTranslate(hook: BuiltInChain): boolean {
  return hook === 'INPUT' || hook === 'POSTROUTING';
}

function endsForAll({ matches, target }: Rule): boolean {
  return matches.length === 0 && (target.kind === 'accept' || target.kind === 'return');
}
