/** The AuditReport's contract with programs, on every recorded pod. */
import { expect } from 'chai';
import { parse } from 'yaml';
import { osmAuditor } from '../../testing/recording-terminal.ts';

interface AuditReport {
  readonly config: Readonly<Record<string, unknown>>;
  readonly summary: Readonly<Record<string, number>>;
  readonly pods: readonly {
    readonly name: string;
    readonly status: string;
    readonly dialect: string | null;
    readonly source: string;
    readonly findings: readonly Finding[];
  }[];
}

interface Finding {
  readonly code: string;
  readonly reason: string;
  readonly severity: string;
  readonly evidence: { readonly differences?: readonly Readonly<Record<string, unknown>>[] };
}

const RECORDED = ['check', '-f', 'examples/recorded'];
const PORTS = ['-f', 'examples/guide/ports/config.yaml'];

async function reportOn(...args: readonly string[]): Promise<AuditReport> {
  return JSON.parse((await osmAuditor([...args, '-o', 'json'])).stdout) as AuditReport;
}

describe('AuditReport', () => {
  it('has its keys in the documented order', async () => {
    const report = await reportOn(...RECORDED, ...PORTS);
    expect(report).to.include({ apiVersion: 'osm-auditor/v1', kind: 'AuditReport' });
    expect(Object.keys(report)).to.deep.equal([
      'apiVersion',
      'kind',
      'config',
      'summary',
      'pods',
      'restarts',
    ]);
    for (const pod of report.pods) {
      const keys = ['namespace', 'name', 'uid', 'source', 'status', 'dialect', 'findings'];
      expect(Object.keys(pod)).to.deep.equal(keys);
      for (const finding of pod.findings) {
        const parts = ['code', 'reason', 'severity', 'message', 'fix', 'evidence'];
        expect(Object.keys(finding)).to.deep.equal(parts);
        expect(finding.code).to.match(/^OA\d{3}$/);
        expect(finding.reason).to.match(/^[A-Z][A-Za-z]+$/);
        expect(finding.severity).to.be.oneOf(['error', 'warning', 'info']);
      }
    }
  });

  it('shows for each traffic finding a witness whose verdicts and traces differ', async () => {
    const { pods } = await reportOn(...RECORDED, ...PORTS);
    const differences = pods.flatMap(({ findings }) =>
      findings.flatMap(({ evidence }) => evidence.differences ?? []),
    );
    expect(differences.length).to.be.greaterThan(10);
    for (const difference of differences) {
      expect(Object.keys(difference)).to.deep.equal([
        'class',
        'expected',
        'installed',
        'witness',
        'expectedTrace',
        'installedTrace',
      ]);
      expect(difference['witness']).to.have.all.keys(
        'hook',
        'protocol',
        'destination',
        'port',
        'uid',
        'interface',
      );
      expect(difference['expected']).not.to.equal(difference['installed']);
      expect(difference['expectedTrace']).to.be.an('array').that.is.not.empty;
      expect(difference['expectedTrace']).not.to.deep.equal(difference['installedTrace']);
    }
  });

  it('has no findings on a Verified pod, and says which dialect its rules are in', async () => {
    const { pods } = await reportOn(...RECORDED, '-f', 'examples/guide/base/config.yaml');
    const verified = pods.filter(({ status }) => status === 'Verified');
    expect(verified).to.have.length(5);
    for (const pod of verified) expect(pod).to.deep.include({ findings: [], dialect: 'R1' });
    expect(pods.find(({ name }) => name === 'no-sidecar')).to.include({ dialect: null });
  });

  it('summarises its pods: the statuses add up', async () => {
    const { summary, pods } = await reportOn(...RECORDED, '-f', 'examples/guide/base/config.yaml');
    expect(summary).to.deep.equal({ pods: 22, verified: 5, discrepant: 14, unknown: 2, notApplicable: 1 });
    const { pods: total, ...statuses } = summary;
    expect(Object.values(statuses).reduce((sum, count) => sum + count)).to.equal(total);
    for (const [key, count] of Object.entries(statuses)) {
      const status = key.replace(/^./, (letter) => letter.toUpperCase());
      expect(pods.filter((pod) => pod.status === status)).to.have.length(count);
    }
  });

  it('says that there is no configuration, and that one is not valid', async () => {
    const { config } = await reportOn('check', '-f', 'examples/recorded/good.json');
    expect(config).to.deep.include({ source: null, valid: false });
    expect(config['findings']).to.have.nested.property('[0].code', 'OA501');

    const bad = { namespace: 'osm-system', name: 'osm-config' };
    const stdin = JSON.stringify({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: bad,
      data: { outbound_port_exclusion_list: '6379, x' },
    });
    const args = ['check', '-f', 'examples/recorded/good.json', '-f', '-', '-o', 'json'];
    const report = JSON.parse((await osmAuditor(args, { stdin })).stdout) as AuditReport;
    expect(report.config).to.deep.include({ source: 'ConfigMap/osm-system/osm-config', valid: false });
    expect(report.config['findings']).to.have.nested.property('[0].reason', 'ConfigPortInvalid');
  });

  it('is the same object in JSON and in YAML', async () => {
    const { stdout } = await osmAuditor([...RECORDED, ...PORTS, '-o', 'yaml']);
    expect(parse(stdout)).to.deep.equal(await reportOn(...RECORDED, ...PORTS));
  });

  it('names the same pods in the same order with -o name', async () => {
    const { stdout } = await osmAuditor([...RECORDED, ...PORTS, '-o', 'name']);
    const { pods } = await reportOn(...RECORDED, ...PORTS);
    expect(stdout).to.equal(pods.map(({ name }) => `pod/${name}\n`).join(''));
  });
});
