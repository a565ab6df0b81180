/**
 * Container images as one file that Docker, containerd and everything else that knows the OCI image layout can load.
 *
 * Guarantees: the same images give the same bytes. Layers are not compressed: what a compressor makes of them changes
 * with its version. Beside the layout lies the `manifest.json` of `docker save`, for Docker before 25.
 *
 * Source: the OCI image specification 1.0, image-layout.md, manifest.md and config.md.
 */
import { createHash } from 'node:crypto';
import { layerOf } from './layer.ts';

export interface ImageConfig {
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

export interface Image {
  /** With a tag, and with the registry: `docker.io/library/osm-auditor:0.1.0`. */
  readonly names: readonly string[];
  /** As a manifest names it: amd64, arm64. */
  readonly architecture: string;
  readonly layers: readonly Buffer[];
  readonly config: ImageConfig;
}

export interface Archive {
  readonly bytes: Buffer;
  /** Of each image's manifest, in their order: `sha256:...`. */
  readonly digests: readonly string[];
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const EPOCH = '1970-01-01T00:00:00Z';

export async function archiveOf(images: readonly Image[]): Promise<Archive> {
  const blobs = new Map<string, Buffer>();
  const store = (mediaType: string, content: Buffer): Descriptor => {
    const digest = digestOf(content);
    blobs.set(digest, content);
    return { mediaType, digest, size: content.length };
  };
  const manifests = images.map((image) => manifestOf(image, store));
  const index = {
    schemaVersion: 2,
    manifests: manifests.flatMap(({ manifest }, at) =>
      (images[at]?.names ?? []).map((name) => ({ ...manifest, annotations: namedAs(name) })),
    ),
  };
  const forDocker = manifests.map(({ config, layers }, at) => ({
    Config: blobPath(config),
    RepoTags: images[at]?.names ?? [],
    Layers: layers.map(blobPath),
  }));
  const bytes = await layerOf([
    { kind: 'file', path: '/oci-layout', content: json({ imageLayoutVersion: '1.0.0' }) },
    { kind: 'file', path: '/index.json', content: json(index) },
    { kind: 'file', path: '/manifest.json', content: json(forDocker) },
    ...[...blobs].map(
      ([digest, content]) => ({ kind: 'file', path: `/${blobPath({ digest })}`, content }) as const,
    ),
  ]);
  return { bytes, digests: manifests.map(({ manifest }) => manifest.digest) };
}

function manifestOf(
  { architecture, config, layers }: Image,
  store: (mediaType: string, content: Buffer) => Descriptor,
): { readonly manifest: Descriptor; readonly config: Descriptor; readonly layers: readonly Descriptor[] } {
  const configured = store(
    CONFIG,
    json({
      created: EPOCH,
      architecture,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
      history: layers.map(() => ({ created: EPOCH })),
    }),
  );
  const stored = layers.map((layer) => store(LAYER, layer));
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: configured, layers: stored };
  return { manifest: store(MANIFEST, json(manifest)), config: configured, layers: stored };
}

/** containerd reads the first, other tools the second. */
function namedAs(name: string): Readonly<Record<string, string>> {
  return {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  };
}

function blobPath({ digest }: Pick<Descriptor, 'digest'>): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
