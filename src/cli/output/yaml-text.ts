/**
 * A document as YAML for a terminal.
 *
 * Guarantees: what comes out reads as what went in, and no character of it but the line break drives a terminal: texts
 * with others stand in double quotes, where YAML has escapes.
 */
import { Document, Scalar, visit } from 'yaml';
import { visibleLines } from '../../core/audit/quote.ts';

export function yamlText(value: object): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      const { value: text } = node;
      if (typeof text === 'string' && visibleLines(text) !== text) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return visibleLines(document.toString({ lineWidth: 0 }), (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}
