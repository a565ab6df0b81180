/** Whether every base rule of the dialect is there, in the right order, and nothing else. */
import { compareChains, type RuleDifference } from '../../iptables/compare.ts';
import type { Packet } from '../../iptables/packet.ts';
import { printRule } from '../../iptables/print.ts';
import type { FindingName } from '../catalogue.ts';
import { findDifference } from '../difference.ts';
import { finding, someValues, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import type { Check, Comparison, Judgement } from '../judgement.ts';
import { enumerate } from '../quote.ts';

const KINDS: readonly {
  readonly kind: RuleDifference['kind'];
  readonly name: FindingName;
  readonly say: (rules: string) => string;
}[] = [
  { kind: 'missing', name: 'BaseRuleMissing', say: (rules) => `The script does not install ${rules}.` },
  {
    kind: 'unexpected',
    name: 'BaseRuleUnexpected',
    say: (rules) => `The script installs ${rules}, which OSM does not.`,
  },
  {
    kind: 'misplaced',
    name: 'RuleOrderWrong',
    say: (rules) => `The script installs ${rules} in the wrong place.`,
  },
];

export const checkBaseRules: Check = (judgement) => {
  const { comparison } = judgement;
  if (comparison === undefined) return [];
  const { dialect, expected, installed } = comparison;
  const differences = [
    ...compareChains(expected.base, installed.base),
    ...installed.unreachable.map(
      (rule) => ({ kind: 'misplaced', chain: dialect.outboundChain, rule }) as const,
    ),
  ];
  return KINDS.flatMap(({ kind, name, say }) => {
    const rules = differences.filter((difference) => difference.kind === kind).map(ruleText);
    return rules.length === 0
      ? []
      : [ruleFinding(judgement, comparison, name, rules, say(enumerate(rules, 4)))];
  });
};

function ruleFinding(
  { pod }: Judgement,
  { dialect, expectedRules, installedRules }: Comparison,
  name: FindingName,
  rules: readonly string[],
  message: string,
): Finding {
  const classes = probes(dialect.envoyUid).flatMap(({ traffic, packet }) => {
    const difference = findDifference(traffic, [packet], expectedRules, installedRules);
    return difference === undefined ? [] : [difference];
  });
  const evidence = { ...someValues(rules), ...(classes.length === 0 ? {} : { differences: classes }) };
  return finding(name, message, { fix: recreateCommand(pod), evidence });
}

function ruleText({ chain, rule }: RuleDifference): string {
  return `-A ${chain} ${printRule(rule)}`;
}

/** One packet for each way that traffic takes through the base rules. */
function probes(envoyUid: number): readonly { readonly traffic: string; readonly packet: Packet }[] {
  const pod = 0x0af40002; // 10.244.0.2
  const service = 0x0a60000a; // 10.96.0.10
  const loopback = 0x7f000001;
  const inbound = (port: number): Packet => ({
    hook: 'PREROUTING',
    protocol: 'tcp',
    destination: pod,
    port,
    uid: undefined,
  });
  const outbound = (destination: number, uid: number): Packet => ({
    hook: 'OUTPUT',
    protocol: 'tcp',
    destination,
    port: 80,
    uid,
  });
  return [
    { traffic: 'inbound tcp to the application', packet: inbound(80) },
    { traffic: 'inbound tcp to the metrics port 15010', packet: inbound(15010) },
    { traffic: 'inbound tcp to the liveness probe 15901', packet: inbound(15901) },
    { traffic: 'inbound tcp to the readiness probe 15902', packet: inbound(15902) },
    { traffic: 'inbound tcp to the startup probe 15903', packet: inbound(15903) },
    { traffic: `outbound tcp from uid not ${envoyUid}`, packet: outbound(service, 1000) },
    { traffic: `outbound tcp from Envoy, uid ${envoyUid}`, packet: outbound(service, envoyUid) },
    { traffic: 'outbound tcp to 127.0.0.1', packet: outbound(loopback, 1000) },
  ];
}
