import { expect } from 'chai';
import { osmAuditor, type World } from '../testing/recording-terminal.ts';
import { wantsColours } from './colours.ts';

type Env = Readonly<Record<string, string>>;

const AUTO: Readonly<Record<string, readonly [onTerminal: boolean, env: Env, colours: boolean]>> = {
  'are on a terminal': [true, { TERM: 'xterm-256color' }, true],
  'are on a terminal that has no name': [true, {}, true],
  'are not in a pipe or a file': [false, { TERM: 'xterm-256color' }, false],
  'are not on a terminal that is dumb': [true, { TERM: 'dumb' }, false],
  'are not where NO_COLOR is set': [true, { NO_COLOR: '1' }, false],
  'are not where NO_COLOR is set, whatever it says': [true, { NO_COLOR: '0' }, false],
  'are where NO_COLOR is empty, as if it were not set': [true, { NO_COLOR: '' }, true],
  'are in a pipe where FORCE_COLOR is set': [false, { FORCE_COLOR: '1' }, true],
  'are in a pipe where CLICOLOR_FORCE is set': [false, { CLICOLOR_FORCE: '1' }, true],
  'are not in a pipe where CLICOLOR_FORCE is 0': [false, { CLICOLOR_FORCE: '0' }, false],
  'are not on a terminal where FORCE_COLOR is 0': [true, { FORCE_COLOR: '0' }, false],
  'are forced on a dumb terminal too': [true, { TERM: 'dumb', FORCE_COLOR: '1' }, true],
  'are not where NO_COLOR and FORCE_COLOR are set': [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
};

const SCREEN = { size: () => ({ columns: 80, rows: 24 }) };
const DISCREPANT = ['check', '-f', 'examples/guide/ip-ranges'];

async function check(args: readonly string[], world: World = { screen: SCREEN }): Promise<string> {
  return (await osmAuditor([...DISCREPANT, ...args], world)).stdout;
}

describe('colours', () => {
  for (const [title, [onTerminal, env, colours]] of Object.entries(AUTO)) {
    it(title, () => {
      expect(wantsColours('auto', onTerminal, env)).to.equal(colours);
    });
  }

  it('are as the option says, whatever the environment does', () => {
    expect(wantsColours('always', false, { NO_COLOR: '1' })).to.equal(true);
    expect(wantsColours('never', true, { FORCE_COLOR: '1' })).to.equal(false);
  });

  it('are those of status and severity alone', async () => {
    const painted = (await check([])).match(/\u001b\[\d+m[^\u001b]*\u001b\[39m/g);
    const red = (text: string): string => `\u001b[31m${text}\u001b[39m`;
    expect(painted).to.deep.equal([red('Discrepant'), red('OA301'), red('1 discrepant')]);
  });

  for (const format of ['table', 'wide']) {
    it(`take no room in a ${format}: without them it is what a pipe gets`, async () => {
      const coloured = await check(['-o', format]);
      expect(coloured).to.include('\u001b[31m');
      const piped = await check(['-o', format], {});
      expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).to.equal(piped);
      expect(await check(['-o', format, '--color', 'always'], {})).to.equal(coloured);
      expect(await check(['-o', format, '--color', 'never'])).to.equal(piped);
    });
  }

  for (const format of ['json', 'yaml', 'name', 'junit', 'github', 'sarif']) {
    it(`are never in ${format}, which programs read`, async () => {
      const text = await check(['-o', format, '--color', 'always']);
      expect(text).not.to.equal('');
      expect(text).not.to.include('\u001b');
    });
  }

  it('are what the variable says, and one that is not known is refused', async () => {
    const piped = await check([], { env: { OSM_AUDITOR_COLOR: 'always' } });
    expect(piped).to.include('\u001b[31m');
    expect(await osmAuditor([...DISCREPANT, '--color', 'pink'])).to.include({ status: 2, stdout: '' });
  });
});
