import { expect } from 'chai';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { parseScript } from './shell.ts';
import { printPosition } from './text-position.ts';

/** `a b|c`: words joined by a blank, commands by a bar; or the kind, message and position of what stopped it. */
function told(script: string): string {
  const parsed = parseScript(script);
  switch (parsed.kind) {
    case 'commands':
      return parsed.commands.map(({ words }) => words.join(' ')).join('|');
    case 'refused':
      return `refused at ${printPosition(parsed.at)}: ${parsed.message}`;
    case 'not-understood':
      return `not understood at ${printPosition(parsed.at)}: ${parsed.construct}`;
  }
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
    'does not understand a second line': [
      'a\nb',
      'not understood at line 2, column 1: a second command line',
    ],
    'does not call && in a second line refused: the first has run': [
      'a\n&& b',
      'not understood at line 2, column 1: a second command line',
    ],
    'does not call an open quote in a second line refused either': [
      "a\n'b",
      'not understood at line 2, column 1: a second command line',
    ],
    'does not understand braces, which some shells expand': [
      'a X{,}',
      'not understood at line 1, column 4: the brace {',
    ],
    'does not understand ;': ['a ; b', 'not understood at line 1, column 3: the shell operator ;'],
    'does not understand ||': ['a || b', 'not understood at line 1, column 3: the shell operator ||'],
    'does not understand a pipe': ['a | b', 'not understood at line 1, column 3: the shell operator |'],
    'does not understand a background job': [
      'a & b',
      'not understood at line 1, column 3: the shell operator &',
    ],
    'does not understand a here-document': [
      'a <<EOF',
      'not understood at line 1, column 3: the shell operator <<',
    ],
    'does not understand a subshell': ['(a)', 'not understood at line 1, column 1: the shell operator ('],
    'does not understand a variable': [
      'a $POD_IP',
      'not understood at line 1, column 3: an expansion with $',
    ],
    'does not understand a variable in double quotes': [
      'a "$X"',
      'not understood at line 1, column 4: an expansion with $',
    ],
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

  it('agrees with sh on what is refused and which words commands get', function () {
    this.timeout(60_000);
    const atoms = [
      'a',
      'b',
      ' ',
      '  ',
      '&&',
      ' && ',
      "'",
      '"',
      '\\',
      '#',
      '\n',
      'x y',
      "'q r'",
      '"s t"',
      '\\ ',
      '\\\n',
    ];
    const scripts = fc.sample(
      fc.array(fc.constantFrom(...atoms), { maxLength: 9 }).map((parts) => parts.join('')),
      400,
    );
    for (const script of scripts) {
      const parsed = parseScript(script);
      if (parsed.kind === 'not-understood') continue;
      // Every command name becomes a function that prints its words, one in brackets each.
      const names = parsed.kind === 'commands' ? parsed.commands.map(({ words }) => words[0] ?? '') : [];
      if (names.some((name) => !/^[a-z]+$/.test(name))) continue;
      const functions = [...new Set(names)]
        .map((name) => `${name}() { printf '[%s]' ${name} "$@"; echo; }\n`)
        .join('');
      const ran = spawnSync('sh', ['-c', `${functions}eval "$SCRIPT"`], {
        env: { ...process.env, SCRIPT: script },
        encoding: 'utf8',
      });
      if (parsed.kind === 'refused') {
        expect(ran.status, `${JSON.stringify(script)}: ${ran.stdout}${ran.stderr}`).to.equal(2);
        continue;
      }
      const printed = parsed.commands
        .map(({ words }) => `${words.map((word) => `[${word}]`).join('')}\n`)
        .join('');
      expect(ran.stdout, JSON.stringify(script)).to.equal(printed);
    }
  });
});
