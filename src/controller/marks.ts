/** The marks that stand, in the JSON of a shape, for what JSON does not have and for what is kept elsewhere. */

/** In front of a mark, and of a text that begins like one. */
export const SIGN = '\0';
export const OWN = `${SIGN}own`;
export const UNDEFINED = `${SIGN}undefined`;
export const LONG_TEXT = `${SIGN}text `;
export const LITERAL = `${SIGN}${SIGN}`;

/** A long text, told from another one by its number. */
export interface LongText {
  readonly number: number;
  readonly text: string;
}

/** What packed values have in common. */
export interface Shape {
  /** JSON, in which marks stand for what JSON does not have and what is kept elsewhere. */
  readonly text: string;
  readonly longTexts: readonly LongText[];
}
