import { expect } from 'chai';
import fc from 'fast-check';
import { commandBlocks } from './commands.ts';

const block = (language: string, ...lines: readonly string[]): string =>
  ['Text', '', `\`\`\`${language}`, ...lines, '```', '', 'More `$ text`.'].join('\n');
const commandsOf = (markdown: string): readonly string[] =>
  commandBlocks('page.md', markdown)
    .flat()
    .map(({ line, text }) => `${line} ${text}`);

const SCRIPTS: Readonly<
  Record<string, { readonly lines: readonly string[]; readonly gives: readonly string[] }>
> = {
  'each line is a command, and empty ones are none': {
    lines: ['one', '', '  ', 'two  '],
    gives: ['4 one', '7 two'],
  },
  'a comment goes, at the end of a line and alone': {
    lines: ['one # first', '# alone', 'two\t#'],
    gives: ['4 one', '6 two'],
  },
  'a # within a word or quotes is no comment': {
    lines: ['one a#b', "two '# x' # y", 'three "a # b"', 'four \\# five'],
    gives: ['4 one a#b', "5 two '# x'", '6 three "a # b"', '7 four \\# five'],
  },
  'a quote within the other quotes is a letter': {
    lines: [`one "it's" # x`, `two 'a"' # y`, `three \\' # z`],
    gives: [`4 one "it's"`, `5 two 'a"'`, `6 three \\'`],
  },
  'lines that end in a backslash are one command': {
    lines: ['one \\', '  --two \\', '  three', 'four'],
    gives: ['4 one   --two   three', '7 four'],
  },
  'a backslash that is quoted joins nothing': {
    lines: ['one \\\\', "two '\\", "'"],
    gives: ['4 one \\\\', "5 two '\\\n'"],
  },
  'a pipe, an alternative and braces stay': {
    lines: [`kubectl get -o jsonpath='{"\\n"}' || true | grep -e '\`|[$][(]'`],
    gives: [`4 kubectl get -o jsonpath='{"\\n"}' || true | grep -e '\`|[$][(]'`],
  },
};

describe('the commands of a page', () => {
  for (const [sentence, { lines, gives }] of Object.entries(SCRIPTS)) {
    it(sentence, () => expect(commandsOf(block('sh', ...lines))).to.deep.equal(gives));
  }

  it('are those of sh, bash and console, in their order, and not those of text, yaml and json', () => {
    const page = ['sh', 'text', 'bash', 'yaml', 'json', 'console'].map((name) => block(name, `$ ${name}`));
    expect(
      commandBlocks('page.md', page.join('\n')).map((each) => each.map(({ text }) => text)),
    ).to.deep.equal([['$ sh'], ['$ bash'], ['console']]);
  });

  it('have in a session the output that follows each', () => {
    const page = block('console', '$ one # x', 'first', '', ' # second', '$ two \\', '> three', '$ four');
    expect(commandBlocks('page.md', page)).to.deep.equal([
      [
        { page: 'page.md', line: 4, text: 'one', output: 'first\n\n # second\n' },
        { page: 'page.md', line: 8, text: 'two three', output: '' },
        { page: 'page.md', line: 10, text: 'four', output: '' },
      ],
    ]);
  });

  it('are found in a block of a list, without its indentation', () => {
    const page = ['1. Do this:', '', '   ```console', '   $ one', '     out', '   ```'].join('\n');
    expect(commandBlocks('page.md', page)).to.deep.equal([
      [{ page: 'page.md', line: 4, text: 'one', output: '  out\n' }],
    ]);
  });

  for (const [sentence, { page, error }] of Object.entries({
    'a language that may hide commands': {
      page: block('shell', 'one'),
      error: 'page.md:3: is a block of the language "shell" made of commands?',
    },
    'a block without a language': {
      page: block('', 'one'),
      error: 'page.md:3: is a block of the language "" made of commands?',
    },
    'a block that is not closed': { page: '```sh\none', error: 'page.md: a block is not closed' },
    'a quote that is not closed': {
      page: block('sh', 'one', "two '", 'three'),
      error: 'page.md:5: the command does not end',
    },
    'a backslash at the end of a block': {
      page: block('sh', 'one \\'),
      error: 'page.md:4: the command does not end',
    },
    'a backslash at the end of a session': {
      page: block('console', '$ one \\'),
      error: 'page.md:4: the command does not end',
    },
    'output before the first command': {
      page: block('console', 'out', '$ one'),
      error: 'page.md:4: output without a command',
    },
  })) {
    it(`are not guessed: ${sentence} is an error`, () => {
      expect(() => commandBlocks('page.md', page)).to.throw(error);
    });
  }

  it('are each word of a script whatever its quoted arguments are', () => {
    const quoted = fc.string().map((text) => `'${text.replace(/['\n]/g, '')}'`);
    fc.assert(
      fc.property(fc.array(quoted, { minLength: 1 }), (words) => {
        const command = `run ${words.join(' ')}`;
        fc.pre(!command.includes('```'));
        expect(commandsOf(block('sh', `${command} # it's so`))).to.deep.equal([`4 ${command}`]);
      }),
    );
  });
});
