/**
 * Subjects from files: pods, namespaces and the mesh configuration among the objects in them; other kinds are passed
 * over.
 *
 * Limits: every pod is judged, also several of one name, as when files show one pod at several times.
 */
import { configMapSnapshot, namespaceSnapshot, podSnapshot, SnapshotError } from '../controller/snapshot.ts';
import { findConfig } from '../core/osm/find-config.ts';
import type { ConfigMap } from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { InputError } from './input/input-error.ts';
import { readObjects } from './input/read.ts';
import { describeOrigin, type SourceObject } from './input/source-object.ts';
import type { Selection, Subject, Subjects } from './subjects.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @throws InputError for what cannot be read, UsageError when there is no pod to judge */
export async function subjectsFromFiles(selection: Selection, terminal: Terminal): Promise<Subjects> {
  if (selection.selector !== undefined) throw new UsageError('a selector may not be given together with -f');
  const wanted = selection.allNamespaces ? undefined : selection.namespace;
  const pods: Subject[] = [];
  const namespaces = new Map<string, Namespace>();
  const configMaps: ConfigMap[] = [];
  let objects = 0;
  for await (const source of readObjects(selection.filename, { stdin: terminal.stdin })) {
    objects += 1;
    switch (kindOf(source)) {
      case 'v1/Pod': {
        const { pod } = translate(source, podSnapshot);
        if (wanted !== undefined && pod.namespace !== wanted) break;
        pods.push({ pod, source: describeOrigin(source.origin) });
        break;
      }
      case 'v1/Namespace': {
        const namespace = translate(source, namespaceSnapshot);
        namespaces.set(namespace.name, namespace);
        break;
      }
      case 'v1/ConfigMap': {
        const configMap = translate(source, configMapSnapshot);
        if (configMap.name === CONFIG_MAP_NAME) configMaps.push(configMap);
        break;
      }
    }
  }
  if (pods.length === 0) {
    const where = wanted === undefined ? '' : ` of namespace ${JSON.stringify(wanted)}`;
    const read = objects === 1 ? 'one object that was' : `${objects} objects that were`;
    throw new UsageError(`there is no pod${where} to judge among the ${read} read`);
  }
  const config = findConfig(configMaps, selection.osmNamespace);
  const searched = config.kind === 'missing' ? { ...config, searched: 'the files' } : config;
  return { pods, around: { namespace: (name) => namespaces.get(name), config: () => searched } };
}

function kindOf({ object }: SourceObject): string {
  return `${String(object['apiVersion'])}/${String(object['kind'])}`;
}

/** Turns a wrong shape into an error that names the line. */
function translate<T>(source: SourceObject, snapshot: (object: unknown) => T): T {
  try {
    return snapshot(source.object);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new InputError({ ...source.origin, line: source.lineOf(error.path) }, error.message, error);
  }
}
