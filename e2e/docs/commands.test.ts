/**
 * Every command of the documentation does what it is there for: it ends well and prints something, and what a page shows of
 * its output is what it prints. table.ts says what is executed where.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import PQueue from 'p-queue';
import type { CommandBlock, DocumentedCommand } from '../../docs/commands.ts';
import { shownWrongly } from '../../docs/shown-output.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { HELM_VERSIONS, helmOrSkip } from '../chart/helm.ts';
import { blocksOf, PAGES } from './pages.ts';
import { filledIn } from './placeholders.ts';
import type { Ran } from './shell.ts';
import { rowOf, TABLE, type Row } from './table.ts';
import { PLACEHOLDERS } from './talked-about.ts';
import { World } from './world.ts';

const BLOCKS = PAGES.flatMap(blocksOf);
const COMMANDS = BLOCKS.flat();
/** A machine has two cores, and others work on it. */
const AT_ONCE = 3;

const treatmentOf = ({ text }: DocumentedCommand): Row['treatment'] | undefined => rowOf(text)?.treatment;
const placeOf = ({ page, line }: DocumentedCommand): string => `${page}:${line}`;
/** The first of those that are the same. */
const once = (commands: readonly DocumentedCommand[]): readonly DocumentedCommand[] =>
  commands.filter(({ text }, at) => commands.findIndex((each) => each.text === text) === at);
const changesNothing = (command: DocumentedCommand): boolean =>
  ['reads', 'goes on'].includes(treatmentOf(command)?.how ?? '');
const asksForMeshConfigs = ({ text }: DocumentedCommand): boolean => /\bmeshconfigs?\b/.test(text);

/** What is wrong with how it went, in a sentence. */
function problemOf(command: DocumentedCommand, { status, printed, complaint }: Ran): string | undefined {
  const treatment = treatmentOf(command);
  const statuses = (treatment !== undefined && 'statuses' in treatment ? treatment.statuses : undefined) ?? [
    0,
  ];
  const silent = treatment?.how === 'reads' && treatment.silent !== undefined;
  const [why = ''] = complaint.split('\n'); // below it kubectl may print the whole object
  if (!statuses.includes(status)) return `ends with ${status}: ${why}`;
  if (printed.trim() === '' && !silent) return `prints nothing; ${why}`;
  // Of a pipe the status may be that of its beginning.
  if (treatment?.how === 'changes' && /^error/im.test(complaint)) return `says ${why}`;
  return command.output === undefined ? undefined : shownWrongly(command.output, printed);
}

describe('the commands of the documentation', () => {
  it('are each in a row of the table, and each row has one', () => {
    const without = COMMANDS.filter(({ text }) => rowOf(text) === undefined);
    expect(without.map((command) => `${placeOf(command)} ${command.text}`)).to.deep.equal([]);
    const used = new Set(COMMANDS.map(({ text }) => rowOf(text)));
    expect(TABLE.filter((row) => !used.has(row)).map(({ commands }) => commands.source)).to.deep.equal([]);
  });

  for (const command of once(COMMANDS.filter((each) => treatmentOf(each)?.how === 'make'))) {
    it(`have a target for ${command.text} (${placeOf(command)})`, () => {
      const args = ['-c', `${command.text} --dry-run`];
      // Without what a make that runs the tests tells others by variables.
      const env = { PATH: process.env['PATH'] };
      const { status, stderr } = spawnSync('bash', args, { cwd: repositoryRoot, encoding: 'utf8', env });
      expect(status, stderr).to.equal(0);
    });
  }
});

describe('the commands of the documentation, on a cluster', function () {
  this.timeout(120_000);
  let world: World;
  before(async function () {
    this.timeout(20 * 60_000); // a first run builds the control plane
    world = await World.open();
  });
  after(() => (world as World | undefined)?.close());

  /** Executes the commands of the blocks, each distinct one once, and tells what is wrong. */
  async function problemsIn(
    blocks: readonly CommandBlock[],
    runs: Map<string, Promise<Ran>>,
  ): Promise<readonly string[]> {
    const run = (command: DocumentedCommand): Promise<Ran> => {
      const untilItPrints = treatmentOf(command)?.how === 'goes on';
      const running =
        runs.get(command.text) ?? world.run(filledIn(command.text, PLACEHOLDERS), untilItPrints);
      runs.set(command.text, running);
      return running;
    };
    const queue = new PQueue({ concurrency: AT_ONCE });
    const found = blocks.map((block) =>
      queue.add(async () => {
        const problems: string[] = [];
        for (const command of block) {
          const problem = problemOf(command, await run(command));
          if (problem !== undefined) problems.push(`${placeOf(command)}: ${command.text}\n  ${problem}`);
        }
        return problems;
      }),
    );
    return (await Promise.all(found)).flat();
  }

  /** A test for each page that has some of them. */
  function tryPages(wanted: (block: CommandBlock) => CommandBlock): void {
    const runs = new Map<string, Promise<Ran>>();
    for (const page of PAGES) {
      const blocks = blocksOf(page).map((block) => wanted(block.filter(changesNothing)));
      const count = blocks.flat().length;
      if (count === 0) continue;
      it(`work, the ${count} of ${page}`, async () => {
        expect((await problemsIn(blocks, runs)).join('\n')).to.equal('');
      });
    }
  }

  describe('whose mesh has a ConfigMap, and no definition of MeshConfig', () => {
    tryPages((block) =>
      block.filter((command) => !asksForMeshConfigs(command) || command.text.includes(' || ')),
    );
  });

  describe('whose mesh has a MeshConfig', () => {
    before(() => world.upgradeMesh());
    tryPages((block) => (block.some(asksForMeshConfigs) ? block : []));
  });

  describe('which they change', () => {
    beforeEach(() => world.uninstall());

    for (const command of once(COMMANDS)) {
      const treatment = treatmentOf(command);
      if (treatment?.how !== 'changes') continue;
      it(`work, ${command.text} (${placeOf(command)})`, async function () {
        if (treatment.needs === 'helm') {
          await world.addHelm((await helmOrSkip(this, HELM_VERSIONS[0] ?? '')).path);
        }
        for (const earlier of treatment.after ?? []) await world.must(earlier);
        const problem = problemOf(command, await world.run(filledIn(command.text, PLACEHOLDERS)));
        expect(problem).to.equal(undefined);
      });
    }
  });
});
