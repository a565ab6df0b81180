import { expect } from 'chai';
import fc from 'fast-check';
import {
  inputFor,
  initContainer,
  meshedPod,
  namespaceOf,
  plainPod,
  status,
  running,
} from '../../testing/builders.ts';
import { scripted, ranges } from '../../testing/cases/inputs.ts';
import { saved, seen, tables } from '../../testing/cases/live.ts';
import { LIVE_CASES } from '../../testing/cases/live.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { audit } from './audit.ts';
import { compare } from '../iptables/compare.ts';
import { execute } from '../iptables/execute.ts';
import type { AuditInput } from './judgement.ts';
import { liveReport } from './live-report.ts';

const { base } = GUIDE_SCRIPTS;
const right = scripted(base);

describe('the report on the kernel', () => {
  const STATUSES: Readonly<Record<string, readonly [AuditInput, string]>> = {
    'Verified where all three are the same': [seen(right, base), 'Verified'],
    'Verified where somebody has mended the kernel': [
      seen(
        scripted(base, ranges('10.0.0.0/8')),
        `${base} && iptables -t nat -I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN`,
      ),
      'Verified LiveMendedByHand',
    ],
    'Discrepant where the kernel follows a script that is wrong': [
      seen(scripted(base, ranges('10.0.0.0/8')), base),
      'Discrepant LiveFollowsScript',
    ],
    'Unknown before osm-init has ended': [
      inputFor(meshedPod({ initContainers: [initContainer(base, { status: status(running()) })] }), {
        live: tables({}),
      }),
      'Unknown PodStarting',
    ],
    'Unknown before a kubelet has seen the pod': [
      inputFor(meshedPod({ initContainers: [initContainer(base, { status: undefined })] })),
      'Unknown PodStarting',
    ],
    'NotApplicable for a pod of no mesh': [
      inputFor(plainPod(), { namespace: namespaceOf('test'), live: tables({}) }),
      'NotApplicable',
    ],
    'Unknown where it is not known whether the mesh wants it': [
      inputFor(plainPod()),
      'Unknown NamespaceUnknown',
    ],
  };
  for (const [sentence, [input, wanted]] of Object.entries(STATUSES)) {
    it(`is ${sentence}`, () => {
      const { status: is, findings } = liveReport(input);
      expect([is, ...findings.map(({ name }) => name)].join(' ')).to.equal(wanted);
    });
  }

  it('says of the kernel what the whole report says', () => {
    for (const { raises } of Object.values(LIVE_CASES)) {
      for (const { input } of Object.values(raises)) {
        const all = audit(input).findings.filter(({ code }) => code.startsWith('OA7'));
        expect(liveReport(input).findings).to.deep.equal(all);
      }
    }
  });

  it('is Discrepant exactly where the kernel does otherwise than it should, whatever was done to it', () => {
    const chain = fc.constantFrom(
      'OUTPUT',
      'PREROUTING',
      'PROXY_OUTPUT',
      'PROXY_INBOUND',
      'PROXY_REDIRECT',
      'PROXY_IN_REDIRECT',
    );
    const target = fc.constantFrom(
      '-j ACCEPT',
      '-j RETURN',
      '-p tcp -j REDIRECT --to-port 15001',
      '-p tcp -j REDIRECT --to-port 9',
    );
    const match = fc.constantFrom(
      '',
      '-p tcp',
      '-p tcp --dport 80',
      '-d 127.0.0.1/32',
      '-d 10.0.0.0/8',
      '-m owner --uid-owner 1500',
    );
    const command = fc.oneof(
      fc.tuple(chain, match, target).map(([where, what, how]) => `-I ${where} ${what} ${how}`),
      fc.tuple(chain, match, target).map(([where, what, how]) => `-A ${where} ${what} ${how}`),
      chain.map((where) => `-F ${where}`),
      fc.tuple(chain, fc.integer({ min: 1, max: 5 })).map(([where, at]) => `-D ${where} ${at}`),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 4 }), (commands) => {
        const script = [base, ...commands.map((each) => `iptables -t nat ${each}`)].join(' ; ');
        const { status: is } = liveReport(seen(right, script));
        const same = compare(execute(base).rules, execute(script).rules)?.differences.length === 0;
        expect(is, script).to.equal(same ? 'Verified' : 'Discrepant');
      }),
      { numRuns: 150 },
    );
  });

  it('is not changed by which backend holds the rules', () => {
    const text = saved(base);
    const of = (legacy: string, nft: string): unknown =>
      liveReport({ ...right, live: tables({ saved: { legacy, nft } }) });
    expect(of(text, '')).to.deep.equal(of('', text));
  });
});
