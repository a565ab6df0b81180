/**
 * Subjects from files: pods, workloads, namespaces, mesh configurations and what tells which mesh they are of, among the
 * objects in them; other kinds are passed over.
 *
 * Limits: every pod is judged, also several of one name, as when files show one pod at several times.
 */
import { meshOfDeployment, meshOfWebhook, podSnapshot } from '../controller/snapshot.ts';
import type { ConfigSet, Mesh } from '../core/osm/choose-config.ts';
import type { MeshConfig } from '../core/osm/mesh-config.ts';
import type { Namespace, Pod } from '../core/osm/pod.ts';
import { readObjects } from './input/read.ts';
import type { SourceObject } from './input/source-object.ts';
import { Manifests } from './manifests.ts';
import { meshObjectOf } from './mesh-objects.ts';
import { kindOf, translate } from './object-kinds.ts';
import type { Say } from './progress.ts';
import type { Selection, Subject, Subjects, Wanted } from './subjects.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @throws InputError for what cannot be read, UsageError when there is no pod to judge */
export async function subjectsFromFiles(
  selection: Selection,
  terminal: Terminal,
  wanted: Wanted,
  say: Say,
): Promise<Subjects> {
  if (selection.selector !== undefined) throw new UsageError('a selector may not be given together with -f');
  const only = selection.allNamespaces ? undefined : selection.namespace;
  const isWanted = ({ namespace }: Pod): boolean => only === undefined || namespace === only;
  const from = (source: SourceObject): Omit<Subject, 'pod'> => {
    return { source: source.origin, ...(wanted.texts === true ? { text: source } : {}) };
  };
  const namespaceOfUnnamed = selection.namespace ?? 'default';
  const manifests =
    wanted.manifests === true ? new Manifests({ namespace: namespaceOfUnnamed, isWanted, from }) : undefined;
  const pods: Subject[] = [];
  const namespaces = new Map<string, Namespace>();
  const configs: MeshConfig[] = [];
  const configTexts = new Map<string, SourceObject>();
  const meshes: Mesh[] = [];
  let objects = 0;
  say('reading files');
  for await (const source of readObjects(selection.filename, { stdin: terminal.stdin })) {
    objects += 1;
    say(`reading files: ${objects} objects`);
    switch (kindOf(source)) {
      case 'Pod': {
        const { pod } = translate(source, podSnapshot);
        if (manifests?.takePod(pod, source) === true) break;
        if (isWanted(pod)) pods.push({ ...from(source), pod });
        break;
      }
      case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
        meshes.push(...translate(source, meshOfWebhook));
        break;
      case 'apps/Deployment': {
        const told = translate(source, meshOfDeployment);
        meshes.push(...told);
        // What runs the mesh is no workload of it.
        if (told.length === 0) manifests?.takeWorkload(source);
        break;
      }
      default: {
        const found = meshObjectOf(source);
        if (found === undefined) manifests?.takeWorkload(source);
        else if (found.kind === 'namespace') namespaces.set(found.namespace.name, found.namespace);
        else {
          configs.push(found.config);
          if (wanted.texts === true) configTexts.set(found.config.source, source);
        }
      }
    }
  }
  const described = manifests?.all() ?? [];
  if (pods.length + described.length === 0) {
    const where = only === undefined ? '' : ` of namespace ${JSON.stringify(only)}`;
    const read = objects === 1 ? 'one object that was' : `${objects} objects that were`;
    throw new UsageError(`there is no pod${where} to judge among the ${read} read`);
  }
  const set: ConfigSet = {
    configs,
    meshes,
    unreadable: [],
    osmNamespace: selection.osmNamespace,
    searched: 'the files',
  };
  const around = { namespace: (name: string) => namespaces.get(name), configs: () => set };
  return { pods, manifests: described, configTexts, around };
}
