/** The small mistakes: which operator, method or number stands in for which. */

/** The edges of comparisons move, arithmetic goes the other way. Conditions are negated elsewhere. */
const OPERATORS: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '||=': '&&=',
  '&&=': '||=',
  '+': '-',
  '-': '+',
  '+=': '-=',
  '-=': '+=',
  '*': '/',
  '/': '*',
  '&': '|',
  '|': '&',
  '<<': '>>>',
  '>>>': '<<',
};

const METHODS: Readonly<Record<string, string>> = { min: 'max', max: 'min', some: 'every', every: 'some' };

const LARGEST_SMALL = 256;
const ENDS = new Set([0xffff, 0xffffffff]);

export function operatorSwaps(operator: string): readonly string[] {
  const swap = OPERATORS[operator];
  return swap === undefined ? [] : [swap];
}

export function swappedCall(method: string): string | undefined {
  return METHODS[method];
}

/** @param literal as it is written; undefined for a number that no test would hold to the digit */
export function swappedNumber(literal: string): string | undefined {
  const value = Number(literal);
  if (literal === '1') return '0';
  return value <= LARGEST_SMALL || ENDS.has(value) ? String(value + 1) : undefined;
}
