/** The scripts in the shells that they are for. A shell that is not installed is said to be missing, and skipped. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FINDING_NAMES } from '../../core/audit/catalogue.ts';
import { osmAuditor } from '../../testing/recording-terminal.ts';
import { FORMATS } from '../output/formats.ts';

const COMMANDS = ['check', 'completion', 'expected', 'explain', 'node-agent', 'run', 'trace', 'version'];

/** What is typed, up to the cursor, and what the last word can become; `=` stands apart where a shell splits there. */
const CASES: Readonly<Record<string, readonly [typed: string, becomes: readonly string[]]>> = {
  'all commands': ['', COMMANDS],
  'a command that is begun': ['ex', ['expected', 'explain']],
  'the values of an option': ['check -o ', Object.keys(FORMATS)],
  'a value that is begun': ['check -n web --output j', ['json', 'junit']],
  'a value behind =': ['check --output=js', ['json']],
  'a boolean behind =': ['check --watch=t', ['true']],
  'an option that is begun': ['check --out', ['--output']],
  'an option behind a boolean': ['check --watch --out', ['--output']],
  'codes of findings': ['explain OA40', Array.from({ length: 9 }, (_, i) => `OA40${i + 1}`)],
  'names of findings': ['explain Sidecar', FINDING_NAMES.filter((name) => name.startsWith('Sidecar')).sort()],
  shells: ['completion ', ['bash', 'fish', 'zsh']],
  'options of one command alone': ['trace --int', ['--interface']],
  'no options of other commands': ['explain --int', []],
  'nothing for what nobody knows': ['check -n ', []],
  files: ['check -f plain', ['plain.yaml']],
  'files with rules': ['trace --live-rules plain', ['plain.yaml']],
};

interface Shell {
  readonly program: string;
  /** Names of files with blanks are completed too. */
  complete(script: string, typed: string, folder: string): readonly string[];
}

function run(program: string, args: readonly string[], cwd: string): readonly string[] {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'dumb' };
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env,
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (status !== 0 || stderr !== '') throw new Error(`${program}: ${String(status)} ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

const BASH: Shell = {
  program: 'bash',
  complete(script, typed, folder) {
    const words = ['osm-auditor', ...typed.replace('=', ' = ').split(' ')];
    const line = [
      `source ${script}`,
      `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
      `COMP_CWORD=${words.length - 1}`,
      '_osm_auditor',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    return run('bash', ['--norc', '--noprofile', '-c', line], folder);
  },
};

/** The words of zsh come from its own display, so it is asked on a terminal of its own. */
const ZSH: Shell = {
  program: 'zsh',
  complete(script, typed, folder) {
    const line = [
      'autoload -Uz compinit; compinit -u -D',
      `source ${script}`,
      // What would be shown is taken where it is added. With these options nothing is.
      'compadd() {',
      '  local -a found; local each',
      '  if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\\ * ]]; then',
      '    builtin compadd -O found "$@"',
      '    for each in $found; do print -r -- "$each" >> found.txt; done',
      '  fi',
      '  builtin compadd "$@"',
      '}',
      'zle -C ask complete-word _main_complete',
      'ask-and-end() { zle ask; zle kill-buffer; zle accept-line }',
      'zle -N ask-and-end; bindkey "^X" ask-and-end',
    ].join('\n');
    writeFileSync(join(folder, '.zshrc'), line);
    writeFileSync(join(folder, 'found.txt'), '');
    const driver = [
      'zmodload zsh/zpty',
      'zpty shell zsh -i',
      // Until it is ready, what is typed would be lost.
      "zpty -w shell 'print READY$((1+1))'; zpty -r shell out '*READY2*'",
      `zpty -w -n shell ${JSON.stringify(`osm-auditor ${typed}`)}$'\\x18'`,
      "zpty -w shell 'print DONE$((1+1))'; zpty -r shell out '*DONE2*'",
      'zpty -d shell; cat found.txt',
    ].join('\n');
    const found = run('zsh', ['-f', '-c', driver], folder);
    // Behind what takes a value zsh puts the = itself.
    return [...new Set(found.map((each) => each.replace(/=$/, '')))];
  },
};

const FISH: Shell = {
  program: 'fish',
  complete(script, typed, folder) {
    const line = `source ${script}; complete -C 'osm-auditor ${typed}'`;
    return run('fish', ['--no-config', '-c', line], folder).map((each) => {
      return each
        .split('\t', 1)
        .join('')
        .replace(/^--[a-z-]+=(?=.)/, '');
    });
  },
};

for (const shell of [BASH, ZSH, FISH]) {
  describe(`completion in ${shell.program}`, function () {
    this.timeout(60_000);
    let folder: string;
    let script: string;

    before(async function () {
      if (spawnSync(shell.program, ['--version']).status !== 0) {
        process.stderr.write(`      ${shell.program} is missing: its completion is not tested\n`);
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), 'osm-auditor-completion-'));
      script = join(folder, 'script');
      writeFileSync(script, (await osmAuditor(['completion', shell.program])).stdout);
      for (const name of ['plain.yaml', 'other.json']) writeFileSync(join(folder, name), '');
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    for (const [title, [typed, becomes]] of Object.entries(CASES)) {
      it(`knows ${title}: ${typed}`, () => {
        expect([...shell.complete(script, typed, folder)].sort()).to.deep.equal([...becomes].sort());
      });
    }
  });
}
