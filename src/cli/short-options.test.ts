import { expect } from 'chai';
import { osmAuditor } from '../testing/recording-terminal.ts';

const FILES = ['-f', 'examples/guide/base'];

const SAME: Readonly<Record<string, readonly [typed: readonly string[], as: readonly string[]]>> = {
  'a format': [['-o=json'], ['-o', 'json']],
  'a namespace': [['-n=nowhere'], ['-n', 'nowhere']],
  'a boolean': [
    ['-n', 'nowhere', '-A=true'],
    ['-n', 'nowhere', '-A'],
  ],
  'a value with another =': [['-l=app=web'], ['-l', 'app=web']],
  'an empty value': [['-n='], ['-n', '']],
};

describe('a short option with =', () => {
  for (const [title, [typed, as]] of Object.entries(SAME)) {
    it(`is the long one with ${title}`, async () => {
      const outcome = await osmAuditor(['check', ...FILES, ...typed]);
      expect(outcome).to.deep.equal(await osmAuditor(['check', ...FILES, ...as]));
    });
  }

  it('is left alone where there is none', async () => {
    const { stderr } = await osmAuditor(['check', ...FILES, '-z=1']);
    expect(stderr).to.match(/^error: unknown option '-z=1'/);
  });

  it('is an argument behind --', async () => {
    const { stderr } = await osmAuditor(['explain', '--', '-o=json']);
    expect(stderr).to.include('there is no finding "-o=json"');
  });
});
