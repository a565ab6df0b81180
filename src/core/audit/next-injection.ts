/**
 * What an injector would make of a pod that is to be created: of which release it is, by which configuration, and with which
 * lists.
 *
 * Limits: the release is that of the mesh's control plane where objects tell its version, else the one that made the pod
 * before, else the newest that reads the configuration.
 */
import type { ConfigLookup, MeshConfig } from '../osm/mesh-config.ts';
import { annotationsOf } from '../osm/annotations.ts';
import { intentFor, NO_INTENT, type Intent } from '../osm/intent.ts';
import { monitoredBy } from '../osm/membership.ts';
import { FSM, OSM, productOf, type Product } from '../osm/names.ts';
import { asBuilt, newestRelease } from '../osm/recognise.ts';
import { readVersion, releaseOf, type Release } from '../osm/releases.ts';
import { judgementFor, lookupFor, type AuditInput } from './judgement.ts';

/** Of a pod that was injected once. */
export interface Former {
  readonly product: Product;
  /** undefined where its rules did not tell. */
  readonly release: Release | undefined;
}

/** undefined where nothing was injected. */
export function formerOf(input: AuditInput): Former | undefined {
  const product = productOf(input.pod);
  return product === undefined ? undefined : { product, release: judgementFor(input).release };
}

export interface NextInjection {
  readonly release: Release;
  /** Whether the release is more than a guess. */
  readonly certain: boolean;
  readonly lookup: ConfigLookup;
  readonly config: MeshConfig | undefined;
  readonly intent: Intent;
}

export function nextInjection(input: AuditInput, former: Former | undefined): NextInjection {
  const { pod, namespace, fork } = input;
  const product = monitoredBy(namespace)?.product ?? former?.product ?? OSM;
  const marked = { ...pod, labels: { ...pod.labels, [product.proxyLabel]: '' } };
  const { mesh, lookup: anyKind } = judgementFor({ ...input, pod: marked });
  const version = readVersion(mesh?.version ?? '');
  const current = version === undefined ? undefined : releaseOf(product.name, version);
  const known = current === undefined ? former?.release : asBuilt(current, fork);
  const lookup = known === undefined ? anyKind : lookupFor(input, [known.reads]);
  const config = lookup.kind === 'found' ? lookup.config : undefined;
  const kind = config?.kind ?? (product === FSM ? 'FsmMeshConfig' : 'MeshConfig');
  const release = known ?? newestRelease(kind, fork);
  const intent =
    config === undefined
      ? { ...NO_INTENT, annotations: annotationsOf(pod, product, release) }
      : intentFor(pod, config, release);
  return { release, certain: known !== undefined || config !== undefined, lookup, config, intent };
}
