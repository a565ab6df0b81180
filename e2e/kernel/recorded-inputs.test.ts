/** The recorded inputs of the model's tests, run again: the recording must be what iptables does on this machine. */
import { expect } from 'chai';
import process from 'node:process';
import { readRecordedInputs, type RecordedOutcome } from '../../src/testing/recorded-inputs.ts';
import { BACKENDS, type Backend, type KernelAnswer } from './job.ts';
import type { KernelProber } from './prober.ts';
import { proberOrSkip } from './testing.ts';

/** These ask the machine for more than iptables: capabilities to drop, or a folder to write to. */
const NEEDS_MORE = /setpriv|rules\.txt|SAVED_PATH|BACKEND/;

const inputs = readRecordedInputs().filter(({ script }) => !NEEDS_MORE.test(script));

for (const backend of BACKENDS) {
  describe(`the recorded inputs and the real iptables (${backend})`, function () {
    this.timeout(300_000);
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend);
      const version = await versionOf(prober, backend);
      if (version.startsWith('iptables v1.8.9')) return;
      process.stderr.write(`SKIPPED, the inputs were recorded with iptables 1.8.9, not ${version}\n`);
      this.skip();
    });
    after(() => prober?.stop());

    it(`are the same in status, message and rules: all ${inputs.length} of them`, async () => {
      const answers = await Promise.all(
        inputs.map(({ script, env }) =>
          prober!.run({ backend, script, env: { ...env, LC_ALL: 'C' }, interfaces: [], packets: [] }),
        ),
      );
      const different = inputs.filter((input, i) => {
        return JSON.stringify(outcomeOf(answers[i]!)) !== JSON.stringify(orderly(input[backend]));
      });
      expect(different.map(({ about }) => about)).to.deep.equal([]);
    });
  });
}

async function versionOf(prober: KernelProber, backend: Backend): Promise<string> {
  const answer = await prober.run({ backend, script: 'iptables --version', interfaces: [], packets: [] });
  return answer.stdout.trim();
}

function outcomeOf({ status, stderr, saved }: KernelAnswer): RecordedOutcome {
  const message = stderr
    .split('\n')
    .map((line) => line.replace(/^\/bin\/sh: /, 'sh: '))
    .map((line) => line.replace(/^iptables(?:-restore)? v1\.8\.9 \((?:nf_tables|legacy)\): /, ''))
    .map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((line) => line !== '' && !line.startsWith('Try `iptables') && !line.startsWith('# Warning:'))
    .join('\n');
  const rules = saved
    .split('\n')
    .filter(
      (line) => line.startsWith('-A') || /^:(?!(?:PREROUTING|INPUT|OUTPUT|POSTROUTING) ACCEPT)/.test(line),
    )
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ''));
  return { status, message, rules };
}

function orderly({ status, message, rules }: RecordedOutcome): RecordedOutcome {
  return { status, message, rules };
}
