/**
 * The software bill of materials of an image, in CycloneDX 1.5: the npm packages that are in the bundle, Node.js, and the
 * Debian packages of which it has libraries or programs.
 *
 * Guarantee: the same inputs give the same text; nothing in it depends on when or where it was made.
 */
export interface Materials {
  /** Of the product: osm-auditor. */
  readonly name: string;
  readonly version: string;
  /** Of the image's manifest, `sha256:...`. */
  readonly digest: string;
  readonly npm: readonly NpmPackage[];
  readonly node: string;
  readonly debian: readonly DebianPackage[];
  /** As Debian names it: amd64. */
  readonly architecture: string;
}

export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression, as package.json has it; undefined where it has none. */
  readonly license: string | undefined;
}

export interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

interface Component {
  readonly type: 'library' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly [{ readonly expression: string }];
}

export function sbomOf({ name, version, digest, npm, node, debian, architecture }: Materials): string {
  const components = [
    component('application', 'node', node, `pkg:generic/node@${node}`, 'MIT'),
    ...npm.map((each) =>
      component('library', each.name, each.version, `pkg:npm/${npmPath(each)}`, each.license),
    ),
    ...debian.map((each) => {
      const path = `${encodeURIComponent(each.name)}@${encodeURIComponent(each.version)}?arch=${architecture}&distro=debian-12`;
      return component('library', each.name, each.version, `pkg:deb/debian/${path}`, undefined);
    }),
  ].sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const product = {
    type: 'container',
    'bom-ref': name,
    name,
    version,
    hashes: [{ alg: 'SHA-256', content: digest.replace('sha256:', '') }],
    licenses: [{ license: { id: 'Apache-2.0' } }],
  };
  return `${JSON.stringify(
    {
      $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { component: product },
      components,
      dependencies: [{ ref: product['bom-ref'], dependsOn: components.map((each) => each['bom-ref']) }],
    },
    undefined,
    2,
  )}\n`;
}

/** `@scope/name` -> `%40scope/name@1.0.0` */
function npmPath({ name, version }: NpmPackage): string {
  return `${name.replace('@', '%40')}@${version}`;
}

function component(
  type: Component['type'],
  name: string,
  version: string,
  purl: string,
  license: string | undefined,
): Component {
  const known = license === undefined ? {} : { licenses: [{ expression: license }] as const };
  return { type, 'bom-ref': purl, name, version, purl, ...known };
}
