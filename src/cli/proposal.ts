/**
 * The objects of `--with`: the mesh configuration and namespaces as they would be after a change, and what surrounds pods
 * then.
 *
 * Guarantees: a file in which nothing of the kind stands is an error, and so is one object twice.
 * Limit: an object is taken for the whole of what would be in force; what a server or `kubectl apply` would add to it from
 * before is not known here.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Surroundings } from '../controller/gatherer.ts';
import type { MeshConfig } from '../core/osm/mesh-config.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { displayName, InputError } from './input/input-error.ts';
import { readObjects } from './input/read.ts';
import { meshObjectOf } from './mesh-objects.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface Proposal {
  readonly configs: readonly MeshConfig[];
  readonly namespaces: readonly Namespace[];
}

/** What an object of the proposal does to what is in force now. */
export type Action = 'replaces' | 'adds' | 'keeps';

/** @throws InputError, UsageError */
export async function readProposal(files: readonly string[], terminal: Terminal): Promise<Proposal> {
  const configs = new Map<string, MeshConfig>();
  const namespaces = new Map<string, Namespace>();
  for (const file of files) {
    let [objects, found] = [0, 0];
    for await (const source of readObjects([file], { stdin: terminal.stdin })) {
      objects += 1;
      const object = meshObjectOf(source);
      if (object === undefined) continue;
      found += 1;
      const twice = (name: string): InputError => new InputError(source.origin, `${name} is proposed twice`);
      if (object.kind === 'config') {
        if (configs.has(identityOf(object.config))) throw twice(object.config.source);
        configs.set(identityOf(object.config), object.config);
      } else {
        const { namespace } = object;
        if (namespaces.has(namespace.name)) throw twice(`Namespace/${namespace.name}`);
        namespaces.set(namespace.name, namespace);
      }
    }
    if (found > 0) continue;
    const read = objects === 1 ? 'its one object is' : `none of its ${objects} objects is`;
    const wanted = 'ConfigMap osm-config, MeshConfig or Namespace';
    throw new UsageError(
      `${displayName(file)} proposes nothing: ${read} ${objects === 1 ? 'no' : 'a'} ${wanted}`,
    );
  }
  return { configs: [...configs.values()], namespaces: [...namespaces.values()] };
}

/** What surrounds pods once the proposal is in force. */
export function surroundingsAfter(around: Surroundings, { configs, namespaces }: Proposal): Surroundings {
  const present = around.configs();
  const proposed = new Map(configs.map((config) => [identityOf(config), config]));
  const set = {
    ...present,
    configs: [
      ...present.configs.map((config) => {
        const next = proposed.get(identityOf(config));
        return next === undefined ? config : inPlaceOf(config, next);
      }),
      ...configs.filter((config) => presentOf(config, around) === undefined).map(fresh),
    ],
  };
  const names = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
  return { namespace: (name) => names.get(name) ?? around.namespace(name), configs: () => set };
}

export function actionOfConfig(config: MeshConfig, around: Surroundings): Action {
  const present = presentOf(config, around);
  if (present === undefined) return 'adds';
  return isDeepStrictEqual(inPlaceOf(present, config), fresh(present)) ? 'keeps' : 'replaces';
}

export function actionOfNamespace(namespace: Namespace, around: Surroundings): Action {
  const present = around.namespace(namespace.name);
  if (present === undefined) return 'adds';
  return isDeepStrictEqual(present, namespace) ? 'keeps' : 'replaces';
}

export function presentOf(config: MeshConfig, around: Surroundings): MeshConfig | undefined {
  return around.configs().configs.find((each) => identityOf(each) === identityOf(config));
}

/** A file need not name what tells whose the object is. */
function inPlaceOf(present: MeshConfig, next: MeshConfig): MeshConfig {
  return { ...fresh(next), uid: present.uid, mesh: next.mesh ?? present.mesh };
}

/** When the copy in the file was last changed says nothing about the change to come. */
function fresh(config: MeshConfig): MeshConfig {
  return { ...config, changedAt: undefined };
}

/** The products' MeshConfigs are of two kinds under one name. */
function identityOf({ kind, source }: MeshConfig): string {
  return `${kind} ${source}`;
}
