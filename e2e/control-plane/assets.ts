/**
 * Finds the programs of a control plane (etcd, kube-apiserver, kubectl) on this machine, by the conventions that the
 * Go world uses for the same purpose. Only looks: build-assets.ts makes what is missing.
 *
 * Limit: setup-envtest keeps its store elsewhere on macOS and Windows; there, KUBEBUILDER_ASSETS names it.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export interface Assets {
  /** Absolute paths of executables. */
  readonly etcd: string;
  readonly kubeApiserver: string;
  /** Not every store brings it: absent when there is none in the store and none in PATH. */
  readonly kubectl?: string;
  /** One sentence for people: where these were found. */
  readonly origin: string;
}

/** What a search depends on, so that tests describe a machine instead of changing this one. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** As setup-envtest names it: `linux-amd64`. */
  readonly platform: string;
}

export function thisMachine(): Machine {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return { env: process.env, home: homedir(), platform: `${process.platform}-${architecture}` };
}

/** The folder where build-assets.ts puts what it builds. It is complete exactly when kube-apiserver is there. */
export function assetsCache(machine: Machine): string {
  return join(machine.env['XDG_CACHE_HOME'] ?? join(machine.home, '.cache'), 'osm-auditor', 'control-plane');
}

/**
 * Looks in KUBEBUILDER_ASSETS, in setup-envtest's store (newest version first), in our own cache, in this order.
 * Returns undefined if none is complete. Throws if KUBEBUILDER_ASSETS is set and incomplete: whoever set it wants
 * those programs, and others in their place would test something else in silence.
 */
export function findAssets(machine: Machine = thisMachine()): Assets | undefined {
  const named = machine.env['KUBEBUILDER_ASSETS'];
  if (named !== undefined && named !== '') {
    for (const program of ['etcd', 'kube-apiserver']) {
      if (!isExecutable(join(named, program))) {
        throw new Error(`KUBEBUILDER_ASSETS names ${named}, which has no executable ${program}`);
      }
    }
    return assetsIn(named, 'KUBEBUILDER_ASSETS', machine);
  }
  const store = join(
    machine.env['XDG_DATA_HOME'] ?? join(machine.home, '.local', 'share'),
    'kubebuilder-envtest',
    'k8s',
  );
  for (const folder of versionsIn(store, machine.platform)) {
    const found = assetsIn(folder, "setup-envtest's store", machine);
    if (found !== undefined) return found;
  }
  return assetsIn(assetsCache(machine), "osm-auditor's own cache", machine);
}

function assetsIn(folder: string, what: string, machine: Machine): Assets | undefined {
  const etcd = join(folder, 'etcd');
  const kubeApiserver = join(folder, 'kube-apiserver');
  if (!isExecutable(etcd) || !isExecutable(kubeApiserver)) return undefined;
  const paths = (machine.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  const kubectl = [folder, ...paths].map((path) => join(path, 'kubectl')).find(isExecutable);
  const found = { etcd, kubeApiserver, origin: `Found in ${folder} (${what}).` };
  return kubectl === undefined ? found : { ...found, kubectl };
}

/** The folders `VERSION-PLATFORM` in `store`, newest first; a version's parts are numbers, so 1.30 beats 1.9. */
function versionsIn(store: string, platform: string): readonly string[] {
  return namesIn(store)
    .filter((name) => /^\d+\.\d+\.\d+-/.test(name) && name.endsWith(`-${platform}`))
    .sort((left, right) => right.localeCompare(left, 'en', { numeric: true }))
    .map((name) => join(store, name));
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // the store does not exist, or is not ours to read: then it offers nothing
  }
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
