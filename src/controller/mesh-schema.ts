/** The parts of a mesh's own objects that are read: its configuration, its webhooks and its controller. */
import {
  flag,
  list,
  mapping,
  maybe,
  metadata,
  namespacedMetadata,
  text,
  textMap,
  texts,
  whole,
  type Read,
} from './object-schema.ts';

export const configMapSchema = mapping({ metadata: mapping(namespacedMetadata), data: textMap });

const traffic = mapping({
  outboundIPRangeExclusionList: texts,
  outboundIPRangeInclusionList: texts,
  outboundPortExclusionList: list(whole),
  inboundPortExclusionList: list(whole),
  networkInterfaceExclusionList: texts,
  interceptionMode: maybe(text, ''),
});

const switched = mapping({ enable: maybe(flag, false) });

const sidecar = mapping({
  localProxyMode: maybe(text, ''),
  initContainerImage: maybe(text, ''),
  envoyImage: maybe(text, ''),
  sidecarImage: maybe(text, ''),
  // A union would say of a wrong `enable` only that the whole is wrong.
  localDNSProxy: maybe<boolean | Read<typeof switched>>(
    (value) => (typeof value === 'boolean' ? value : switched(value)),
    false,
  ),
});

export const meshConfigSchema = mapping({
  metadata: mapping(namespacedMetadata),
  spec: maybe(mapping({ traffic: maybe(traffic, {}), sidecar: maybe(sidecar, {}) }), {}),
});

export const webhookSchema = mapping({
  metadata: mapping(metadata),
  webhooks: list(
    mapping({
      name: text,
      // What the API server takes where nothing is said.
      failurePolicy: maybe(text, 'Fail'),
      namespaceSelector: maybe(mapping({ matchLabels: textMap }), {}),
      clientConfig: maybe(
        mapping({ service: maybe(mapping({ namespace: maybe(text, '') }), {}), caBundle: maybe(text, '') }),
        {},
      ),
    }),
  ),
});

const template = mapping({ spec: maybe(mapping({ containers: list(mapping({ args: texts })) }), {}) });

export const deploymentSchema = mapping({
  metadata: mapping(namespacedMetadata),
  spec: maybe(mapping({ template: maybe(template, {}) }), {}),
});

export type NamespacedMetadata = Read<typeof configMapSchema>['metadata'];
