/** mocha's spec reporter, which also leaves its counts in the file named by OSM_AUDITOR_TEST_COUNTS. */
import Mocha from 'mocha';
import { writeFileSync } from 'node:fs';
import process from 'node:process';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly milliseconds: number;
  /** The whole titles of the failed ones. */
  readonly failures: readonly string[];
}

export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const failures: string[] = [];
    runner.on('fail', (test: Mocha.Runnable) => failures.push(test.fullTitle()));
    runner.once('end', () => {
      const { passes: passed, failures: failed, pending: skipped, duration: milliseconds = 0 } = this.stats;
      const file = process.env['OSM_AUDITOR_TEST_COUNTS'];
      const counts: Counts = { passed, failed, skipped, milliseconds, failures };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
