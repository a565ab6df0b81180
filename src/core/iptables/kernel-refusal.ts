/**
 * Rules that iptables can read and the kernel refuses, because of where packets can reach them from: an owner where
 * packets have none, a redirect where none is possible, chains that lead back to themselves.
 *
 * Both backends refuse such a rule when packets can reach it. iptables-nft looks at all rules of all chains that are called;
 * iptables-legacy stops looking behind a rule that every packet returns from. Where only one of them refuses, the outcome
 * depends on the image and is not understood.
 */
import { calledChain, BUILT_IN_CHAINS, type BuiltInChain, type Rule } from './model.ts';
import { notUnderstood, refused, type NotUnderstood, type Refused } from './reading.ts';

type Chains = ReadonlyMap<string, readonly Rule[]>;

/** undefined when the kernel takes the chains. */
export function kernelRefusal(chains: Chains): Refused | NotUnderstood | undefined {
  for (const hook of BUILT_IN_CHAINS) {
    const objection = objectionIn(chains, hook, false);
    if (objection === undefined) continue;
    return objectionIn(chains, hook, true) === undefined
      ? notUnderstood(`${objection.reason}, which only iptables-nft refuses`)
      : refused(objection.message, 4);
  }
  return undefined;
}

/** Chains of one's own that may call each other below a hook. */
const DEEPEST_FOR_NFT = 15;

interface Objection {
  readonly reason: string;
  readonly message: string;
}

/** The first thing in the way of packets of the hook; depth first, each chain once. */
function objectionIn(chains: Chains, hook: BuiltInChain, asLegacy: boolean): Objection | undefined {
  /** Chains that are done with, each with the longest way down from it, in chains. */
  const heights = new Map<string, number>();
  const path: Visit[] = [];
  const onPath = new Set<string>();
  const enter = (chain: string): void => {
    onPath.add(chain);
    path.push({ chain, rules: chains.get(chain) ?? [], next: 0, height: 0 });
  };
  enter(hook);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const rule = top.rules[top.next];
    const before = top.next === 0 ? undefined : top.rules[top.next - 1];
    top.next += 1;
    if (rule === undefined || (asLegacy && before !== undefined && endsForAll(before))) {
      heights.set(top.chain, top.height);
      onPath.delete(top.chain);
      path.pop();
      const caller = path.at(-1);
      if (caller !== undefined) caller.height = Math.max(caller.height, top.height + 1);
      continue;
    }
    const objection = objectionTo(rule, hook);
    if (objection !== undefined) return objection;
    const called = calledChain(rule);
    if (called === undefined) continue;
    if (onPath.has(called)) return { reason: 'a loop of chains', message: 'Too many links' };
    const height = heights.get(called);
    if (height === undefined) enter(called);
    else top.height = Math.max(top.height, height + 1);
  }
  // iptables-legacy follows more.
  return !asLegacy && (heights.get(hook) ?? 0) > DEEPEST_FOR_NFT
    ? { reason: `more than ${DEEPEST_FOR_NFT} chains one in another`, message: 'Too many links' }
    : undefined;
}

/** A chain that is being looked at; `height` is the longest way down found so far. */
interface Visit {
  readonly chain: string;
  readonly rules: readonly Rule[];
  next: number;
  height: number;
}

function endsForAll({ matches, target }: Rule): boolean {
  return matches.length === 0 && (target.kind === 'accept' || target.kind === 'return');
}

function objectionTo(rule: Rule, hook: BuiltInChain): Objection | undefined {
  const message = 'RULE_APPEND failed (Invalid argument)';
  const inbound = hook === 'PREROUTING' || hook === 'INPUT';
  if (inbound && rule.matches.some(({ kind }) => kind === 'owner'))
    return { reason: `a match on the owner in ${hook}`, message };
  const { kind } = rule.target;
  if ((kind === 'redirect' || kind === 'dnat') && (hook === 'INPUT' || hook === 'POSTROUTING'))
    return { reason: `${kind.toUpperCase()} in ${hook}`, message };
  return undefined;
}
