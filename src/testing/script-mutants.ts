/** Changes a script in one or two places, as people and faulty programs do: the result may mean the same, or fail. */
import type { Random } from './random.ts';

type Mutation = (lines: string[], at: number, random: Random) => void;

const replaceIn =
  (from: string, to: string): Mutation =>
  (lines, at) => {
    lines[at] = lines[at]!.replace(from, to);
  };

const MUTATIONS: readonly Mutation[] = [
  (lines, at) => lines.splice(at, 1),
  (lines, at) => lines.splice(at, 0, lines[at]!),
  (lines, at, random) => {
    const [line] = lines.splice(at, 1);
    lines.splice(random.below(lines.length + 1), 0, line!);
  },
  replaceIn('-I ', '-A '),
  replaceIn('-A ', '-I '),
  replaceIn('-j RETURN', '-j ACCEPT'),
  replaceIn('-j ACCEPT', '-j RETURN'),
  replaceIn('-j ', '-g '),
  replaceIn('-d ', '! -d '),
  replaceIn('! --uid-owner', '--uid-owner'),
  replaceIn('--uid-owner 1500', '--uid-owner 1337'),
  replaceIn('--uid-owner 1500', '! --uid-owner 1500'),
  replaceIn('--uid-owner 1500', '--uid-owner 1000-1500'),
  replaceIn('-p tcp ', ''),
  replaceIn('-o lo ', ''),
  replaceIn('-o lo ', '-o l+ '),
  replaceIn('-o lo ', '-o + '),
  replaceIn('-i eth+', '-i +'),
  replaceIn('net1', 'net+'),
  replaceIn('eth+', 'eth1+'),
  replaceIn('-o ', '! -o '),
  replaceIn('-i ', '! -i '),
  replaceIn('/32', '/8'),
  replaceIn('/8', '/9'),
  replaceIn('--to-port 15001', '--to-port 15003'),
  replaceIn('--to-port 15003', '--to-port 15006'),
  replaceIn('--dport 15010', '--dport 15000:15010'),
  replaceIn('--dports ', '! --dports '),
  replaceIn('--dports ', '--dports 1:1023,'),
  replaceIn('PROXY_OUTPUT', 'OUTPUT'),
  replaceIn('REDIRECT --to-port 15001', 'DNAT --to-destination 10.1.1.1:9000'),
];

/** @param lines the rules of a script; they stay as they are */
export function mutate(lines: readonly string[], random: Random): readonly string[] {
  const mutant = [...lines];
  for (let count = 1 + random.below(2); count > 0;) {
    const before = mutant.join('\n');
    random.pick(MUTATIONS)(mutant, random.below(mutant.length), random);
    if (mutant.join('\n') !== before) count -= 1;
  }
  return mutant;
}
