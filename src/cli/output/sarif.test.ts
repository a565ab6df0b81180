import { expect } from 'chai';
import { osmAuditor } from '../../testing/recording-terminal.ts';

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation?: {
      readonly artifactLocation: { readonly uri: string };
      readonly region: { readonly startLine: number };
    };
    readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Log {
  readonly version: string;
  readonly runs: readonly [
    {
      readonly tool: {
        readonly driver: { readonly rules: readonly { readonly id: string; readonly name: string }[] };
      };
      readonly results: readonly Result[];
    },
  ];
}

const PLACES = 'src/cli/testdata/places.yaml';

async function logOf(args: readonly string[], stdin = ''): Promise<Log> {
  const { stdout, stderr } = await osmAuditor(['check', '-o', 'sarif', ...args], { stdin });
  expect(stderr).to.equal('');
  return JSON.parse(stdout) as Log;
}

/** `OA504 src/cli/testdata/places.yaml:13` */
function placesIn({ runs: [{ results }] }: Log): readonly string[] {
  return results.map(({ ruleId, locations }) => {
    const { artifactLocation, region } = locations[0]?.physicalLocation ?? {};
    return `${ruleId} ${artifactLocation?.uri}:${region?.startLine}`;
  });
}

describe('-o sarif', () => {
  it('points at the bad value of a configuration and at a script, and at the pod otherwise', async () => {
    const places = placesIn(await logOf(['-f', PLACES]));
    expect(places).to.include.members([`OA504 ${PLACES}:13`, `OA301 ${PLACES}:30`]);
    const other = places.filter((place) => !/OA(504|301) /.test(place));
    expect(new Set(other.map((place) => place.split(':')[1]))).to.deep.equal(new Set(['14']));
  });

  it('has a rule for each result, by its index', async () => {
    const { version, runs } = await logOf([
      '-f',
      'examples/recorded',
      '-f',
      'examples/guide/ports/config.yaml',
    ]);
    expect(version).to.equal('2.1.0');
    const [{ tool, results }] = runs;
    expect(results.length).to.be.greaterThan(20);
    for (const { ruleId, ruleIndex, level } of results) {
      expect(tool.driver.rules[ruleIndex]?.id).to.equal(ruleId);
      expect(level).to.be.oneOf(['error', 'warning', 'note']);
    }
    const fingerprints = results.map(({ partialFingerprints }) => partialFingerprints['finding/v1']);
    expect(fingerprints.every((each) => each !== undefined)).to.equal(true);
  });

  it('names the pod and no file where it was read from standard input', async () => {
    const pod = JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', labels: { 'osm-proxy-uuid': 'x' } },
      spec: { containers: [{ name: 'envoy', image: 'envoy' }] },
      status: { phase: 'Running' },
    });
    const [{ results }] = (await logOf(['-f', '-'], pod)).runs;
    const location = results.find(({ ruleId }) => ruleId === 'OA201')?.locations[0];
    expect(location).to.deep.equal({
      logicalLocations: [{ fullyQualifiedName: 'shop/web', kind: 'resource' }],
    });
  });
});
