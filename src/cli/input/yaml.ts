/**
 * One YAML document to plain data, as Kubernetes reads it: YAML 1.2's core types, string keys, merge keys (`<<`).
 *
 * Guarantees: an InputError with a position, never another exception, for whatever the text holds. Nesting is bounded
 * while parsing, before the library's recursion meets it: close to the end of the stack, compiling a regular
 * expression ends the process, which no catch can prevent.
 * Limits: stricter than the library, because an auditor must not guess: unknown tags and duplicate keys are errors.
 */
import type { Document } from 'yaml';
import { Composer, Lexer, Parser } from 'yaml';
import type { Place } from './input-error.ts';
import { InputError } from './input-error.ts';
import { LineIndex } from './line-index.ts';
import { NESTING, YAML_TOKENS, tooDeep } from './limits.ts';
import type { Lines, Position } from './source-object.ts';
import { YamlLines } from './yaml-lines.ts';
import { NoPlainForm, toPlain } from './yaml-plain.ts';

export type YamlDocument = Document.Parsed;

/** Keys are compared in yaml-plain.ts: the library's own comparison takes quadratic time. */
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  stringKeys: true,
  uniqueKeys: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const;

/** A fault of the text, with the offset at which it shows. */
class Fault extends Error {
  readonly offset: number;

  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

/**
 * Parses the text of one document; empty text is `null`.
 * @param start where the text begins in the file
 * @param place the document, for errors; its line and column are replaced
 */
export function readYaml(text: string, start: Position, place: Place): { value: unknown; lines: Lines } {
  try {
    const document = compose(text);
    const value = toPlain(document.contents);
    return { value, lines: new YamlLines(text, start, compose, document) };
  } catch (error) {
    const offset = error instanceof Fault || error instanceof NoPlainForm ? error.offset : 0;
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError({ ...place, ...new LineIndex(text, start).at(offset) }, reason, error);
  }
}

/** The document's tree; throws a Fault at the first thing that is wrong with it. */
function compose(text: string): YamlDocument {
  const source = new BoundedTokens(text);
  const composer = new Composer(OPTIONS);
  const [document, ...others] = composer.compose(source.tokens(), true, text.length);
  // With forceDoc the composer yields at least one document; the cut at `---` leaves no second one.
  if (document === undefined || others.length > 0) throw new Fault(0, 'not one YAML document');
  const [problem] = [...document.errors, ...document.warnings];
  const { tooDeepAt } = source;
  // Lines like `a: b: c` nest without end; what is wrong with them stands in the first, not where they got too deep.
  if (tooDeepAt !== undefined && (problem === undefined || problem.pos[0] >= tooDeepAt - 1)) {
    throw new Fault(tooDeepAt, tooDeep('YAML'));
  }
  if (problem === undefined) return document;
  throw new Fault(problem.pos[0], `not valid YAML: ${firstLine(problem.message)}`);
}

/** The parser's tokens of a text, as far as it stays within the limits. */
class BoundedTokens {
  readonly #text: string;
  /** The offset at which the text became too deep, if it did; the tokens end there. */
  tooDeepAt: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  *tokens(): ReturnType<Parser['parse']> {
    const parser = new Parser();
    let count = 0;
    for (const lexeme of new Lexer().lex(this.#text)) {
      let failed = false;
      for (const token of parser.next(lexeme)) {
        failed ||= token.type === 'error';
        yield token;
      }
      // The stack holds the document and the scalar in progress besides the collections.
      if (parser.stack.length > NESTING + 2) this.tooDeepAt = parser.offset;
      // One error is enough: the next million would take half a minute and 3 GB.
      if (failed || this.tooDeepAt !== undefined) break;
      if (++count > YAML_TOKENS) {
        throw new Fault(
          0,
          'the document is too complex for YAML; save it with -o json, which is read 50 times faster',
        );
      }
    }
    yield* parser.end();
  }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
