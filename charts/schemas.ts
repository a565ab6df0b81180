/**
 * What the values of the chart may be, in the words of JSON Schema (draft 7, which every helm understands).
 *
 * A misspelt word is refused at every level that is ours or short. What Kubernetes itself has a large schema for, it checks.
 */
export type Schema = Readonly<Record<string, unknown>>;

/** Of a Secret or a service account. */
export const NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/;
/** Or none. */
export const NAMESPACE_NAME = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$/;

export const REPOSITORY = /^[a-z0-9][a-zA-Z0-9._:/-]*$/;
/** Or none. */
export const TAG = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$/;
/** Or none. */
export const DIGEST = /^(sha256:[0-9a-f]{64})?$/;
/** Or none. */
export const PRIORITY_CLASS = /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?)?$/;

export function text(pattern: RegExp): Schema {
  return { type: 'string', pattern: pattern.source.replaceAll('\\/', '/') };
}

export function alternatives(...words: readonly string[]): Schema {
  return { type: 'string', enum: words };
}

export function wholeNumber(minimum: number, maximum: number): Schema {
  return { type: 'integer', minimum, maximum };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

export function closedMap(
  properties: Readonly<Record<string, Schema>>,
  required?: readonly string[],
): Schema {
  return { type: 'object', additionalProperties: false, ...(required && { required }), properties };
}

export const flag: Schema = { type: 'boolean' };
export const mapOfTexts: Schema = { type: 'object', additionalProperties: { type: 'string' } };

const anyText: Schema = { type: 'string' };
const anyMap: Schema = { type: 'object' };
const quantities: Schema = { type: 'object', additionalProperties: { type: ['string', 'number'] } };

export const resources = closedMap({ requests: quantities, limits: quantities });

export const toleration = closedMap({
  key: anyText,
  operator: alternatives('Exists', 'Equal'),
  value: anyText,
  effect: alternatives('NoSchedule', 'PreferNoSchedule', 'NoExecute'),
  tolerationSeconds: { type: 'integer' },
});

export const affinity = closedMap({ nodeAffinity: anyMap, podAffinity: anyMap, podAntiAffinity: anyMap });

/** Of a NetworkPolicy. */
export const peer = closedMap({
  podSelector: anyMap,
  namespaceSelector: anyMap,
  ipBlock: closedMap({ cidr: anyText, except: listOf(anyText) }, ['cidr']),
});
