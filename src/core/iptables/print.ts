/**
 * Prints rules as `iptables-save -t nat` spells them: the normal form in which equal text means equal rules.
 *
 * Guarantees: reading a printed rule gives the same rule.
 */
import { printCidr } from './cidr.ts';
import { BUILT_IN_CHAINS, type Match, type Rule, type RuleSet, type Target } from './model.ts';
import { printPortRange } from './ports.ts';

/** `-d 127.0.0.1/32 -j RETURN`: the rule without its chain. */
export function printRule(rule: Rule): string {
  return [...rule.matches.map(printMatch), printTarget(rule.target)].join(' ');
}

/** One `-N` or `-A` line for each chain and rule, built-in chains first. */
export function printRuleSet(rules: RuleSet): readonly string[] {
  const chains = [...rules.chains].map(([name, list]) => ({ name, list }));
  const created = chains.filter(({ name }) => !isBuiltIn(name)).map(({ name }) => `-N ${name}`);
  return [
    ...created,
    ...chains.flatMap(({ name, list }) => list.map((rule) => `-A ${name} ${printRule(rule)}`)),
  ];
}

/** A script that installs exactly these rules in a fresh network namespace. */
export function printScript(rules: RuleSet): string {
  return printRuleSet(rules)
    .map((line) => `iptables -t nat ${line}`)
    .join(' && ');
}

function printMatch(match: Match): string {
  const not = match.negated ? '! ' : '';
  switch (match.kind) {
    case 'destination':
      return `${not}-d ${printCidr(match.network)}`;
    case 'protocol':
      return `${not}-p ${match.protocol}`;
    case 'destination-port':
      return `-m ${match.protocol} ${not}--dport ${printPortRange(match.ports)}`;
    case 'multiport':
      return `-m multiport ${not}--dports ${match.ports.map(printPortRange).join(',')}`;
    case 'owner':
      return `-m owner ${not}--uid-owner ${match.uid}`;
  }
}

function printTarget(target: Target): string {
  switch (target.kind) {
    case 'accept':
      return '-j ACCEPT';
    case 'return':
      return '-j RETURN';
    case 'redirect':
      return `-j REDIRECT --to-ports ${target.port}`;
    case 'jump':
      return `-j ${target.chain}`;
  }
}

function isBuiltIn(name: string): boolean {
  return (BUILT_IN_CHAINS as readonly string[]).includes(name);
}
