/**
 * How large and how deep input may be. One place, because each number is a promise to the person at the desk: below
 * it there is a result in bounded time and memory, above it a message that says what to do instead.
 *
 * The YAML parser builds a tree of about 36 times the text and reads 2 to 3 MB a second; JSON.parse is 50 times
 * faster. No single API object is larger than about 3 MB (etcd's limit), so only lists can meet these limits, and
 * lists as kubectl writes them are split into their items first.
 */

const MIB = 1024 * 1024;

/** One YAML document, or one item of a split list: about 350 MB of memory and 4 seconds. In bytes. */
export const YAML_BYTES = 8 * MIB;

/**
 * Lexical tokens of one YAML document. Real objects of 8 MiB have about 1.5 million; text made of punctuation alone
 * would otherwise cost 20 times its share, most of it for error messages.
 */
export const YAML_TOKENS = 2_000_000;

/** A YAML document above this size is split into list items where its form allows. In bytes. */
export const SPLIT_ABOVE_BYTES = MIB;

/** One JSON document. It is held as bytes and parsed item by item, so this is mostly memory. In bytes. */
export const JSON_BYTES = 1024 * MIB;

/** One JSON object that is not a list; JavaScript's own limit for a string is 512 MiB. In bytes. */
export const JSON_OBJECT_BYTES = 256 * MIB;

/**
 * Mappings and lists inside each other. Real objects stay below 80 (schemas in custom resource definitions); the YAML
 * library and the code that reads the objects later recurse, and 200 needs less than a third of the stack.
 */
export const NESTING = 200;

/** Values that YAML aliases may repeat in one document, counted as if written out. */
export const ALIASED_VALUES = 100_000;

/** The rules of one pod as iptables-save prints them; a mesh installs a few kB. In bytes. */
export const SAVED_BYTES = 8 * MIB;

/** A size for people: whole MiB, called MB as people do. */
export function megabytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MB`;
}

/** What to say about a text in `language` that passes NESTING. */
export function tooDeep(language: 'YAML' | 'JSON'): string {
  return `the ${language} is nested more than ${NESTING} levels deep`;
}
