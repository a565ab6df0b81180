/**
 * How fast rules are read, executed and compared, in this process. Each figure stands beside its goal and beside the time
 * of JSON.parse on a recorded pod in the same run, which tells how fast the machine is.
 *
 * Cold means content that was never seen before: half of the figures are of first encounters, and what V8 has compiled by
 * then is all that is warm.
 */
import { compareScript, runScript } from '../../src/core/audit/rule-comparison.ts';
import { compare } from '../../src/core/iptables/compare.ts';
import { execute } from '../../src/core/iptables/execute.ts';
import { ShellLexer } from '../../src/core/iptables/shell-words.ts';
import { R1 } from '../../src/core/osm/dialect.ts';
import { expectedScript } from '../../src/core/osm/expected-rules.ts';
import { NO_INTENT, type Intent } from '../../src/core/osm/intent.ts';
import { network, printCidr } from '../../src/core/iptables/cidr.ts';
import { osmLines, restoreScript } from '../../src/testing/osm-scripts.ts';
import { randomFrom, type Random } from '../../src/testing/random.ts';
import { readText } from '../../src/testing/repository.ts';
import { atMost, progress, type Part } from './part.ts';
import { median, timed } from './statistics.ts';

interface RuleTime {
  readonly measure: string;
  readonly milliseconds: number;
  /** In milliseconds. */
  readonly goal: number;
}

const RUNS = 60;
const MEGABYTE = 1 << 20;

export const rules: Part = {
  name: 'rules',
  run: () => {
    progress('rules');
    const json = jsonMilliseconds();
    const rows = ruleTimes().map(({ measure, milliseconds, goal }) => ({
      measure,
      figure: `${milliseconds.toPrecision(3)} ms`,
      ...atMost(milliseconds, goal, 'ms'),
      detail: `median; ${(milliseconds / json).toPrecision(3)} x of JSON.parse on a recorded pod (${json.toFixed(3)} ms)`,
    }));
    return Promise.resolve(rows);
  },
};

function ruleTimes(): readonly RuleTime[] {
  return [
    { measure: 'read, execute and compare: 20 exclusions, cold', milliseconds: cold(20, 0), goal: 3 },
    { measure: 'the same: 200 ranges and 60 ports, cold', milliseconds: cold(200, 4), goal: 40 },
    { measure: 'the next pod with the same script and intent', milliseconds: remembered(), goal: 0.005 },
    ...Object.entries(HOSTILE).map(([what, script]) => ({
      measure: `words of a megabyte of ${what}`,
      milliseconds: median(Array.from({ length: 5 }, () => timed(() => drain(script)))),
      goal: 100,
    })),
  ];
}

/** The unit that the figures are also told in: JSON.parse of a recorded pod. */
function jsonMilliseconds(): number {
  const text = readText('examples/recorded/good.json');
  return median(Array.from({ length: 400 }, () => timed(() => JSON.parse(text))));
}

/** Expected and installed script are two texts of one meaning, as for most pods; no two runs have one range in common. */
function cold(rangeCount: number, portRules: number): number {
  const random = randomFrom(1);
  const times = Array.from({ length: RUNS }, () => {
    const lines = someLines(rangeCount, portRules, random);
    const expected = restoreScript(lines);
    const installed = `${expected}\n`;
    return timed(() => {
      const differences = compare(execute(expected).rules, execute(installed).rules)?.differences;
      if (differences?.length !== 0) throw new Error('the scripts mean the same');
    });
  });
  return median(times);
}

function someLines(rangeCount: number, portRules: number, random: Random): readonly string[] {
  const ranges = Array.from({ length: rangeCount }, () => {
    return printCidr(network(random.below(2 ** 32 - 1), 8 + random.below(25)));
  });
  const lines = [...osmLines('R4', { ranges })];
  const last = lines.pop() ?? '';
  const ports = Array.from({ length: portRules }, () => {
    const list = Array.from({ length: 15 }, () => 1 + random.below(65_535)).join(',');
    return `-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports ${list} -j RETURN`;
  });
  return [...lines, ...ports, last];
}

/** Every pod brings its own copy of the text. */
function remembered(): number {
  const ranges = Array.from({ length: 20 }, (_, i) => ({
    written: `10.${i}.0.0/16`,
    value: network(0x0a000000 + i * 65536, 16),
  }));
  const outboundPorts = [{ written: '6379', value: 6379 }];
  const intent: Intent = { ...NO_INTENT, outboundRanges: ranges, outboundPorts };
  const bytes = Buffer.from(expectedScript(R1, intent));
  compareScript(R1, intent, runScript(bytes.toString(), {}));
  const copies = Array.from({ length: 20_000 }, () => bytes.toString());
  const total = timed(() => {
    for (const script of copies) compareScript(R1, intent, runScript(script, {}));
  });
  return total / copies.length;
}

const HOSTILE: Readonly<Record<string, string>> = {
  '&&': 'a && '.repeat(MEGABYTE / 5),
  semicolons: 'a;'.repeat(MEGABYTE / 2),
  quotes: `"'`.repeat(MEGABYTE / 2),
  backslashes: '\\'.repeat(MEGABYTE),
  variables: `a ${'"$POD_IP"'.repeat(MEGABYTE / 9)}`,
  'here-documents': 'a <<E\nE\n'.repeat(MEGABYTE / 8),
  'empty lines in a here-document': `a <<E\n${'\n'.repeat(MEGABYTE)}E\n`,
  rules: 'iptables -t nat -A A -d 1.1.1.1/32 -j RETURN && '.repeat(MEGABYTE / 48),
};

function drain(script: string): void {
  const lexer = new ShellLexer(script, new Map([['POD_IP', undefined]]));
  for (let token = lexer.next(); token !== undefined; token = lexer.next()) {
    if (token.kind === 'refused' || token.kind === 'not-understood') return;
  }
}
