import { expect } from 'chai';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { parseScript } from './shell.ts';
import type { Environment } from './shell-variables.ts';
import { positionAt, printPosition } from './text-position.ts';
import { showVariables } from './variables.ts';

const VARIABLES: Environment = new Map([
  ['POD_IP', undefined],
  ['NAME', 'value'],
  ['EMPTY', ''],
  ['SPLIT', 'a b'],
  ['KEYWORD', 'if'],
  ['PPID', '1'],
]);

/** `a b|c`: words joined by a blank, lines by / and commands by what stands between them; last what stopped the reading. */
function told(script: string): string {
  const { lines, stop } = parseScript(script, VARIABLES);
  const texts = lines.map((line) =>
    line
      .map(({ words, after, input }, i) => {
        const document = input === undefined ? '' : `<${[...input.lines].map(({ text }) => text).join('~')}>`;
        return `${i === 0 ? '' : after === '&&' ? '|' : after}${showVariables(words.join(' '))}${document}`;
      })
      .join(''),
  );
  if (stop === undefined) return texts.join('/');
  const at = printPosition(positionAt(script, stop.at));
  const end =
    stop.kind === 'refused'
      ? `refused at ${at}: ${stop.message}`
      : `not understood at ${at}: ${stop.construct}`;
  return [...texts, end].join('/');
}

describe('parseScript', () => {
  const cases: Readonly<Record<string, readonly [string, string]>> = {
    'splits commands at &&': ['a b && c', 'a b|c'],
    'needs no blanks around &&': ['a&&b', 'a|b'],
    'reads nothing as no command': ['', ''],
    'lets a newline follow &&': ['a &&\n b', 'a|b'],
    'lets empty lines and comments stand around': ['# hi\n\na && b # end\n\n', 'a|b'],
    'keeps # inside a word': ['a#b', 'a#b'],
    'joins lines at a backslash': ['a \\\n b', 'a b'],
    'joins a word at a backslash': ['a\\\nb', 'ab'],
    'takes quoted text as one word': [`a 'b && c' "d \\" e"`, 'a b && c d " e'],
    'keeps a backslash before other characters in double quotes': ['"a\\b"', 'a\\b'],
    'drops an escaped newline in double quotes': ['"a\\\nb"', 'ab'],
    'takes an escaped character for itself': ['a\\ b', 'a b'],
    'takes a last backslash for itself': ['a\\', 'a\\'],
    'lets a quoted keyword be a command': ["'if' x", 'if x'],
    'refuses && at the start': ['&& a', 'refused at line 1, column 1: syntax error: unexpected "&&"'],
    'refuses a doubled &&': ['a && && b', 'refused at line 1, column 6: syntax error: unexpected "&&"'],
    'refuses && at the end': [
      'a &&',
      'refused at line 1, column 5: syntax error: unexpected end of file after "&&"',
    ],
    'refuses an open single quote': ["a && 'b", 'refused at line 1, column 6: unterminated quoted string'],
    'refuses an open double quote': ['a "b', 'refused at line 1, column 3: unterminated quoted string'],
    'says where in a later line': [
      'a &&\n  && b',
      'refused at line 2, column 3: syntax error: unexpected "&&"',
    ],
    'runs lines one after the other': ['a\nb && c\n\nd', 'a/b|c/d'],
    'keeps the lines before one that is refused, and nothing of that one': [
      'a\nb && && c\nd',
      'a/refused at line 2, column 6: syntax error: unexpected "&&"',
    ],
    'keeps the lines before an open quote': [
      "a\n'b",
      'a/refused at line 2, column 1: unterminated quoted string',
    ],
    'refuses a line that begins with &&': [
      'a\n&& b',
      'a/refused at line 2, column 1: syntax error: unexpected "&&"',
    ],
    'runs commands in turn at ;': ['a; b ;c;', 'a;b;c'],
    'refuses ; without a command': ['a; ; b', 'refused at line 1, column 4: syntax error: unexpected ";"'],
    'refuses ;;': ['a;; b', 'refused at line 1, column 2: syntax error: unexpected ";;"'],
    'runs the other after failure at ||': ['a || b && c', 'a||b|c'],
    'refuses || at the end': [
      'a ||',
      'refused at line 1, column 5: syntax error: unexpected end of file after "||"',
    ],
    'replaces variables of the container': [
      'a $NAME ${NAME}x "$NAME" \'$NAME\' \\$NAME',
      'a value valuex value $NAME $NAME',
    ],
    'keeps a word that an empty variable leaves only in quotes': ['a $EMPTY "$EMPTY" b', 'a  b'],
    'does not understand a variable that the shell sets itself': [
      'a $PPID',
      'not understood at line 1, column 3: the variable PPID, which the shell sets itself',
    ],
    'joins nothing and nothing at a backslash': ['a $EMPTY\\\n b', 'a b'],
    'takes no keyword from a variable': ['$KEYWORD x', 'if x'],
    'carries a variable whose value is not known': ['a $POD_IP', 'a $POD_IP'],
    'does not understand a value that the shell would split': [
      'a $SPLIT',
      'not understood at line 1, column 3: the value of the variable SPLIT',
    ],
    'takes a value with blanks in double quotes for one word': ['a "$SPLIT"', 'a a b'],
    'does not understand a variable that the pod does not define': [
      'a $HOME',
      'not understood at line 1, column 3: the variable HOME, which the pod does not define',
    ],
    'does not understand other expansions': [
      'a ${NAME:-x}',
      'not understood at line 1, column 3: an expansion with $',
    ],
    'reads a here-document': ['a b <<EOF && c\nx $NAME\n\\$NAME "q\nEOF\nd', 'a b<x value~$NAME "q>|c/d'],
    'leaves variables alone behind a quoted mark': ["a <<'EOF'\n$NAME \\\\\nEOF", 'a<$NAME \\\\>'],
    'takes tabs off with <<-': ['a <<-EOF\n\tx\n\t\tEOF\nb', 'a<x>/b'],
    'reads two here-documents in one line': ['a <<A; b <<B\n1\nA\n2\nB\n', 'a<1>;b<2>'],
    'does not understand a here-document without its end': [
      'a <<EOF\nx\n EOF\n',
      'not understood at line 1, column 3: a here-document without its end',
    ],
    'does not understand a mark that the shell would not replace': [
      'a <<$NAME\n$NAME\n',
      'not understood at line 1, column 5: the end mark of a here-document',
    ],
    'refuses a here-document without a mark': [
      'a <<\n',
      'refused at line 1, column 5: syntax error: unexpected newline',
    ],
    'does not understand substitutions in a here-document': [
      'a <<EOF\n$(id)\nEOF',
      'not understood at line 2, column 1: an expansion with $',
    ],
    'does not understand a joined line of a here-document, at its place': [
      'a <<EOF\nxy\nab\\\nEOF',
      'not understood at line 3, column 3: a here-document line that ends in \\',
    ],
    'does not understand a backtick in a here-document': [
      'a <<EOF\nxy `id`\nEOF',
      'not understood at line 2, column 4: a command substitution with `',
    ],
    'does not understand NUL in a here-document': [
      'a <<EOF\nxy\0\nEOF',
      'not understood at line 2, column 3: a NUL character',
    ],
    'does not understand NUL in a quoted here-document': [
      "a <<'EOF'\nxy\0\nEOF",
      'not understood at line 2, column 1: a NUL character',
    ],
    'does not understand a numbered redirection': [
      'a 3<<EOF\nEOF',
      'not understood at line 1, column 4: a redirection with a number',
    ],
    'does not understand NUL, which no argument holds': [
      "a '\0'",
      'not understood at line 1, column 3: a NUL character',
    ],
    'does not understand braces, which some shells expand': [
      'a X{,}',
      'not understood at line 1, column 4: the brace {',
    ],
    'does not understand a pipe': ['a | b', 'not understood at line 1, column 3: the shell operator |'],
    'does not understand a background job': [
      'a & b',
      'not understood at line 1, column 3: the shell operator &',
    ],
    'does not understand a subshell': ['(a)', 'not understood at line 1, column 1: the shell operator ('],
    'does not understand a substitution': [
      'a `b`',
      'not understood at line 1, column 3: a command substitution with `',
    ],
    'does not understand a pattern': ['a *', 'not understood at line 1, column 3: the file name pattern *'],
    'does not understand a keyword': [
      'a && if b',
      'not understood at line 1, column 6: the shell keyword if',
    ],
    'does not understand an assignment': [
      'A=1 b',
      'not understood at line 1, column 1: a variable assignment',
    ],
  };
  for (const [sentence, [script, outcome]] of Object.entries(cases)) {
    it(sentence, () => expect(told(script)).to.equal(outcome));
  }

  it('agrees with sh on what is refused, which words commands get and which of them run', function () {
    this.timeout(60_000);
    const atoms = [
      'a',
      'b',
      'false',
      ' ',
      '&&',
      ' && ',
      '||',
      ';',
      "'",
      '"',
      '\\',
      '#',
      '\n',
      "'q r'",
      '"s $NAME"',
      '$NAME',
      '\\\n',
    ];
    const documents = ['a <<EOF\nx $NAME\nEOF\n', "a <<'E'\n$NAME\nE\n", 'b <<-E; a\n\t\\$x\n\tE\n'];
    const scripts = fc.sample(
      fc
        .array(fc.constantFrom(...atoms, ...atoms, ...documents), { maxLength: 9 })
        .map((parts) => parts.join('')),
      { numRuns: 600, seed: 3 },
    );
    let compared = 0;
    for (const script of scripts) {
      const { lines, stop } = parseScript(script, VARIABLES);
      if (stop?.kind === 'not-understood') continue;
      const names = lines.flat().map(({ words }) => words[0] ?? '');
      if (names.some((name) => !/^[a-z]+$/.test(name))) continue;
      // Every command name becomes a function that prints its words, one in brackets each, and what it reads.
      const functions = [...new Set(names)]
        .map(
          (name) =>
            `${name}() { printf '[%s]' ${name} "$@"; cat; echo; ${name === 'false' ? 'return 1; ' : ''}}\n`,
        )
        .join('');
      const ran = spawnSync('sh', ['-c', `${functions}eval "$SCRIPT"`], {
        env: { PATH: process.env['PATH'], SCRIPT: script, NAME: 'value' },
        input: '',
        encoding: 'utf8',
      });
      let failed = false;
      const printed: string[] = [];
      for (const { words, input, after } of lines.flat()) {
        if ((after === '&&' && failed) || (after === '||' && !failed)) continue;
        failed = words[0] === 'false';
        const read = [...(input?.lines ?? [])].map(({ text }) => `${text}\n`).join('');
        printed.push(`${words.map((word) => `[${word}]`).join('')}${read}\n`);
      }
      const message = `${JSON.stringify(script)}: ${ran.stderr}`;
      expect(ran.status, message).to.equal(stop === undefined ? (failed ? 1 : 0) : 2);
      // eval reads all of its text first, so only a script without a mistake shows what its lines do.
      if (stop === undefined) expect(ran.stdout, message).to.equal(printed.join(''));
      compared += 1;
    }
    expect(compared).to.be.greaterThan(200);
  });
});
