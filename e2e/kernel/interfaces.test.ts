/**
 * Which interfaces a rule matches, asked of the kernel with names that are made to be mistaken: prefixes with and without
 * more behind them, the longest names, pluses that are part of a name. What `iptables-save` leaves out is asked here too.
 */
import { expect } from 'chai';
import { execute } from '../../src/core/iptables/execute.ts';
import type { Packet } from '../../src/core/iptables/packet.ts';
import { simulate } from '../../src/core/iptables/simulate.ts';
import { BACKENDS } from './job.ts';
import type { KernelProber } from './prober.ts';
import { inbound, outbound, proberOrSkip, SERVICE } from './testing.ts';

const INTERFACES = ['eth0', 'eth', 'eth+', '+x', 'e+h0', 'abcdefghijklmn', 'abcdefghijklmno', 'loop'];
const OPTIONS = [
  ...['eth+', 'eth0+', 'eth++', '++', 'e+h0', 'e+', 'lo+', 'l+', 'abcdefghijklmn+', 'eth0:1', 'eth0:+', '+'],
].flatMap((name) => [`-i ${name}`, `! -i ${name}`, `-o ${name}`, `! -o ${name}`, `-i ${name} ! -o ${name}`]);
const PACKETS: readonly Packet[] = [
  ...['lo', ...INTERFACES].map((name) => outbound(1000, SERVICE, 80, { interface: name })),
  ...INTERFACES.map((name) => inbound(SERVICE, 80, { interface: name })),
];

/** In a chain that both hooks call, where both options may stand. */
function scriptOf(options: string): string {
  return [
    '-N A',
    '-A OUTPUT -j A',
    '-A PREROUTING -j A',
    `-A A ${options} -p tcp -j REDIRECT --to-ports 15001`,
  ]
    .map((line) => `iptables -t nat ${line}`)
    .join(' && ');
}

for (const backend of BACKENDS) {
  describe(`interfaces of rules in the kernel (${backend})`, function () {
    this.timeout(300_000);
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend);
    });
    after(() => prober?.stop());

    it(`are those of the model, in ${OPTIONS.length} rules`, async () => {
      const seen = await Promise.all(
        OPTIONS.map(async (options) => {
          const script = scriptOf(options);
          const answer = await prober!.run({ backend, script, interfaces: INTERFACES, packets: PACKETS });
          return [options, answer.status, answer.verdicts.map((verdict) => verdict?.kind === 'translated')];
        }),
      );
      const claimed = OPTIONS.map((options) => {
        const { rules } = execute(scriptOf(options));
        return [options, 0, PACKETS.map((packet) => simulate(rules, packet)?.verdict.kind === 'redirect')];
      });
      expect(seen).to.deep.equal(claimed);
    });
  });
}
