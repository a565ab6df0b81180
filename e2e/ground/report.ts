/** What the scenarios saw, as a table for people: printed at the end, and kept in build/ground.md. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';

export interface Row {
  readonly scenario: string;
  /** `True Verified` */
  readonly auditor: string;
  /** What the connections and tables of the pod showed. */
  readonly kernel: string;
  /** From the cause to the condition, as a client sees it. */
  readonly seconds: number | undefined;
}

const rows: Row[] = [];

export function note(row: Row): void {
  rows.push(row);
}

after(() => {
  const lines = rows.map(({ scenario, auditor, kernel, seconds }) => {
    return `| ${scenario} | ${auditor} | ${kernel} | ${seconds === undefined ? '' : seconds.toFixed(1)} |`;
  });
  const head = [
    '| Scenario | Auditor | Kernel | Seconds from cause to condition |',
    '| --- | --- | --- | --- |',
  ];
  const text = `${[...head, ...lines].join('\n')}\n`;
  writeFileSync(join(repositoryRoot, 'build/ground.md'), text);
  process.stdout.write(`\n${text}`);
});
