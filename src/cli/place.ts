/**
 * Where in the files a finding's cause stands: the value in the configuration, the annotation or the script of the pod, or
 * the pod itself. Of a workload it is the annotation of its template.
 */
import type { Finding } from '../core/audit/finding.ts';
import { PRODUCTS } from '../core/osm/names.ts';
import { inside } from '../controller/read-object.ts';
import { templatePath } from '../controller/workload-snapshot.ts';
import { displayName } from './input/input-error.ts';
import type { Path, SourceObject } from './input/source-object.ts';
import { kindOf } from './object-kinds.ts';

export interface FilePlace {
  /** As it was named on the command line. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The configurations that were read from files, by their source: `ConfigMap/osm-system/osm-config`. */
export type ConfigTexts = ReadonlyMap<string, SourceObject>;

/**
 * @param pod the text of the pod that has the finding; undefined for one of a cluster, or when no pod has it
 * @returns undefined where nothing of it was read from a file
 */
export function placeOf(
  { evidence }: Finding,
  pod: SourceObject | undefined,
  configs: ConfigTexts,
): FilePlace | undefined {
  const { source = '', field, values = [], position } = evidence;
  const config = configs.get(source);
  if (config !== undefined && (field !== undefined || pod === undefined)) {
    return at(config, field === undefined ? [] : valuePath(config, field, values[0]));
  }
  if (pod === undefined) return undefined;
  const within = templatePath(kindOf(pod)) ?? [];
  if (source !== '' && isIn(inside(pod.object, ...within, 'metadata', 'annotations'), source)) {
    return at(pod, [...within, 'metadata', 'annotations', source]);
  }
  return at(pod, position === undefined ? [] : scriptPath(pod));
}

/** Standard input is no file that anybody could open. */
function at(text: SourceObject, path: Path): FilePlace | undefined {
  if (text.origin.file === displayName('-')) return undefined;
  return { file: text.origin.file, line: path.length === 0 ? text.origin.line : text.lineOf(path) };
}

/** The key of a ConfigMap, or the item of a list: the one that has the value, where several are there. */
function valuePath({ object }: SourceObject, field: string, value: string | undefined): Path {
  if (object['kind'] === 'ConfigMap') return ['data', field];
  const path = field.split('.');
  const list = path.reduce<unknown>((within, key) => (isIn(within, key) ? within[key] : undefined), object);
  const index = Array.isArray(list) ? list.findIndex((item) => String(item) === value) : -1;
  return index < 0 ? path : [...path, index];
}

/** The last argument of the init container; empty where there is none. */
function scriptPath({ object: { spec } }: SourceObject): Path {
  const names: readonly unknown[] = PRODUCTS.map(({ initContainer }) => initContainer);
  const list: unknown = isIn(spec, 'initContainers') ? spec['initContainers'] : undefined;
  const containers: readonly unknown[] = Array.isArray(list) ? list : [];
  const index = containers.findIndex((each) => isIn(each, 'name') && names.includes(each['name']));
  const init = containers[index];
  const args: unknown = isIn(init, 'args') ? init['args'] : undefined;
  const last = Array.isArray(args) ? args.length - 1 : -1;
  return last < 0 ? [] : ['spec', 'initContainers', index, 'args', last];
}

function isIn(value: unknown, key: string): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
