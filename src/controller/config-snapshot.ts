/** The facts of the objects that hold a mesh's configuration. */
import type { ConfigMap, MeshConfigResource } from '../core/osm/mesh-config.ts';
import type { Product } from '../core/osm/names.ts';
import { configMapSchema, meshConfigSchema, type NamespacedMetadata } from './mesh-schema.ts';
import { meshLabel } from './mesh-snapshot.ts';

/** @throws SnapshotError */
export function configMapSnapshot(object: unknown): ConfigMap {
  const { metadata, data } = configMapSchema(object);
  return { ...identityOf(metadata), data };
}

/**
 * For the MeshConfig resource of one product, whatever version of it the server speaks: the fields that matter never
 * changed their names.
 */
export function meshConfigSnapshot(product: Product): (object: unknown) => MeshConfigResource {
  /** @throws SnapshotError */
  return (object) => {
    const { metadata, spec } = meshConfigSchema(object);
    const { traffic, sidecar } = spec;
    const { localDNSProxy, envoyImage, sidecarImage } = sidecar;
    return {
      ...identityOf(metadata),
      product,
      outboundRanges: traffic.outboundIPRangeExclusionList,
      includedRanges: traffic.outboundIPRangeInclusionList,
      outboundPorts: traffic.outboundPortExclusionList,
      inboundPorts: traffic.inboundPortExclusionList,
      interfaces: traffic.networkInterfaceExclusionList,
      localProxyMode: sidecar.localProxyMode,
      dnsProxy: typeof localDNSProxy === 'boolean' ? localDNSProxy : localDNSProxy.enable,
      interception: traffic.interceptionMode,
      initImage: sidecar.initContainerImage,
      sidecarImage: envoyImage === '' ? sidecarImage : envoyImage,
    };
  };
}

function identityOf(metadata: NamespacedMetadata): Omit<ConfigMap, 'data'> {
  const { namespace, name, uid, creationTimestamp, managedFields, labels } = metadata;
  const times = [creationTimestamp, ...managedFields.map(({ time }) => time)];
  const changedAt = times
    .filter((time) => time !== undefined)
    .reduce<number | undefined>((latest, time) => Math.max(time, latest ?? time), undefined);
  return { namespace, name, uid, changedAt, mesh: meshLabel(labels) };
}
