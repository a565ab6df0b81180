/** Which of the objects that a cluster or a set of files holds is the configuration of a pod's mesh. */
import type { ConfigKind, ConfigLookup, MeshConfig } from './mesh-config.ts';
import { DEFAULT_MESHES, DEFAULT_NAMESPACES, MESH_CONFIG_NAMES } from './names.ts';

/** An installed mesh, as its injector's webhook or its controller tells. */
export interface Mesh {
  readonly name: string;
  /** Where it runs. */
  readonly namespace: string;
  /** The version of its control plane, as its objects' label says: `v1.2.0`. */
  readonly version?: string;
  /** The webhook that injects for it; undefined where only its controller is known. */
  readonly injector?: Injector;
}

export interface Injector {
  /** The name of its MutatingWebhookConfiguration. */
  readonly webhook: string;
  /** While it does not answer, pods are created without a sidecar. */
  readonly failsOpen: boolean;
  /** The API server knows by which authority to trust it; without, it cannot be called. */
  readonly hasAuthority: boolean;
}

/** A kind of object that could not be listed. */
export interface UnreadableKind {
  readonly kind: ConfigKind;
  readonly reason: string;
}

/** All there is to choose from. */
export interface ConfigSet {
  readonly configs: readonly MeshConfig[];
  readonly meshes: readonly Mesh[];
  readonly unreadable: readonly UnreadableKind[];
  /** Where OSM runs, if the user has said so: then no other namespace counts. */
  readonly osmNamespace: string | undefined;
  /** `any namespace` or `the files` */
  readonly searched: string;
}

/** For a pod whose namespace is not known: it may be of any mesh. */
export const ANY_MESH = Symbol('any mesh');

/**
 * With a namespace given only that one counts. Otherwise the mesh's own namespace, if its name is known; else the only one
 * there is, or of several the usual one. Several elsewhere, or several in one namespace, are ambiguous: to judge
 * every pod by the wrong list would be worse than not to know.
 *
 * @param mesh the name of the mesh that monitors the pod's namespace; undefined when none does
 * @param kinds what the release that made the pod may read
 */
export function chooseConfig(
  set: ConfigSet,
  mesh: string | typeof ANY_MESH | undefined,
  kinds: readonly ConfigKind[],
): ConfigLookup {
  const refused = set.unreadable.find(({ kind }) => kinds.includes(kind));
  if (refused !== undefined)
    return { kind: 'unreadable', wanted: namesOf([refused.kind]), reason: refused.reason };
  if (mesh === ANY_MESH) return agreed(possibleLookups(set, kinds)) ?? missing(set, kinds);
  const all = set.configs.filter(({ kind }) => kinds.includes(kind));
  const found = byUsualName(narrowed(set, mesh, all));
  const [only, ...others] = found;
  if (only === undefined) return missing(set, kinds);
  if (others.length === 0) return { kind: 'found', config: only };
  return { kind: 'ambiguous', sources: found.map(({ source }) => source) };
}

function missing({ osmNamespace, searched }: ConfigSet, kinds: readonly ConfigKind[]): ConfigLookup {
  const where = osmNamespace === undefined ? searched : `namespace ${osmNamespace}`;
  return { kind: 'missing', wanted: namesOf(kinds), searched: where };
}

/**
 * The names that the mesh of a pod can have. Where webhooks tell of meshes, each mesh that injects is among them; where
 * they tell of none, what is usual counts too.
 */
function possibleMeshes({ configs, meshes }: ConfigSet): readonly (string | undefined)[] {
  const labels = configs.flatMap(({ mesh }) => mesh ?? []);
  const others = meshes.length > 0 ? meshes.map(({ name }) => name) : [undefined];
  return [...new Set([...labels, ...others])];
}

/** A mesh that has configurations of other kinds alone is not that of a pod whose release reads these. */
function possibleLookups(set: ConfigSet, kinds: readonly ConfigKind[]): readonly ConfigLookup[] {
  return possibleMeshes(set).flatMap((mesh) => {
    const lookup = chooseConfig(set, mesh, kinds);
    const others = lookup.kind === 'missing' ? narrowed(set, mesh, set.configs) : [];
    return others.length > 0 ? [] : [lookup];
  });
}

/** What is the same for every mesh; where it is not, whose the configuration is cannot be told. */
function agreed([first, ...others]: readonly ConfigLookup[]): ConfigLookup | undefined {
  if (first === undefined) return undefined;
  const sources = new Set([first, ...others].flatMap(sourcesOf));
  const same = sources.size < 2 && others.every(({ kind }) => kind === first.kind);
  return same ? first : { kind: 'ambiguous', sources: [...sources] };
}

function sourcesOf(lookup: ConfigLookup): readonly string[] {
  switch (lookup.kind) {
    case 'found':
      return [lookup.config.source];
    case 'ambiguous':
      return lookup.sources;
    case 'missing':
    case 'unreadable':
      return [];
  }
}

/** OSM and FSM read the one object of the name that they give it; a copy beside it is nobody's. */
function byUsualName(configs: readonly MeshConfig[]): readonly MeshConfig[] {
  const [first, ...others] = configs;
  const same = others.every((other) => other.kind === first?.kind && other.namespace === first.namespace);
  const named = configs.filter(({ name }) => MESH_CONFIG_NAMES.includes(name));
  return same && named.length === 1 ? named : configs;
}

function narrowed(
  { meshes, osmNamespace }: ConfigSet,
  mesh: string | undefined,
  configs: readonly MeshConfig[],
): readonly MeshConfig[] {
  if (osmNamespace !== undefined) return configs.filter(({ namespace }) => namespace === osmNamespace);
  if (mesh !== undefined) {
    const homes = meshes.filter(({ name }) => name === mesh).map(({ namespace }) => namespace);
    const own = configs.filter((config) => config.mesh === mesh || homes.includes(config.namespace));
    if (own.length > 0) return own;
    // The mesh is known and has no configuration: another mesh's would be the wrong one.
    if (homes.length > 0) return [];
    const others = configs.filter((config) => !belongsToAnother(config, mesh, meshes));
    if (others.length < configs.length) return usual(others);
    // What is usual is the mesh of the usual name; whose the others are is not known.
    if (!DEFAULT_MESHES.includes(mesh)) return configs;
  }
  return usual(configs);
}

/** A label says whose a configuration is, and not whose it is not: what deploys a mesh may write its own name there. */
function belongsToAnother({ namespace }: MeshConfig, mesh: string, meshes: readonly Mesh[]): boolean {
  return meshes.some((other) => other.namespace === namespace && other.name !== mesh);
}

function usual(configs: readonly MeshConfig[]): readonly MeshConfig[] {
  const there = configs.filter(({ namespace }) => DEFAULT_NAMESPACES.includes(namespace));
  return there.length > 0 ? there : configs;
}

const homes = new WeakMap<ConfigSet, readonly string[]>();

/** Where meshes themselves run: the injectors leave these namespaces alone. */
export function meshNamespaces(set: ConfigSet): readonly string[] {
  if (set.osmNamespace !== undefined) return [set.osmNamespace];
  const known = homes.get(set) ?? distinctHomes(set);
  homes.set(set, known);
  return known;
}

function distinctHomes({ configs, meshes }: ConfigSet): readonly string[] {
  const found = [...configs, ...meshes].map(({ namespace }) => namespace);
  return found.length === 0 ? DEFAULT_NAMESPACES : [...new Set(found)];
}

/** `ConfigMap osm-config or MeshConfig` */
function namesOf(kinds: readonly ConfigKind[]): string {
  const names = [
    ...(kinds.includes('ConfigMap') ? ['ConfigMap osm-config'] : []),
    ...(kinds.includes('MeshConfig') ? ['MeshConfig'] : []),
    ...(kinds.includes('FsmMeshConfig') ? ['FSM MeshConfig'] : []),
  ];
  return names.join(' or ');
}
