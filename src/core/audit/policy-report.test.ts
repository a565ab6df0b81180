import { expect } from 'chai';
import fc from 'fast-check';
import { withoutEffect } from '../../testing/builders.ts';
import { finding, type Finding } from './finding.ts';
import { policyReport } from './policy-report.ts';
import { OPEN_REPORTS, WG_POLICY, type PolicyReport } from './policy-report-object.ts';
import type { Report, Status } from './report.ts';

const reportOf = (status: Status, findings: readonly Finding[], rest: Partial<Report> = {}): Report => ({
  namespace: 'shop',
  name: 'web',
  uid: '1b',
  status,
  dialect: undefined,
  configSource: undefined,
  findings,
  undecided: [],
  recheckAt: undefined,
  ...rest,
});
const made = (status: Status, ...findings: readonly Finding[]): PolicyReport =>
  policyReport(reportOf(status, findings), WG_POLICY, 0);
/** `fail high OA302 RuleRefused` */
const resultsOf = ({ results }: PolicyReport): readonly string[] =>
  results.map(({ result, severity, rule, policy }) => [result, severity, rule, policy].join(' '));

const FAILS = finding('RuleRefused', 'No such chain.');
const UNKNOWN = finding('ConfigMissing', 'There is none.');
const OUTSIDE = finding('NotInMesh', 'Not of the mesh.');
const WARNS = withoutEffect('Exposed.');
const NOTE = withoutEffect('Worth knowing.', { severity: 'info' });
const OF_ALL = withoutEffect('The webhook is unsafe.', { scope: 'shared' });

const CASES: Readonly<
  Record<
    string,
    { readonly report: PolicyReport; readonly results: readonly string[]; readonly counts: string }
  >
> = {
  'a verified pod passes': {
    report: made('Verified'),
    results: ['pass   RedirectionVerified'],
    counts: '1 0 0 0 0',
  },
  'what does not change the status warns, beside the pass': {
    report: made('Verified', WARNS, NOTE),
    results: [
      'pass   RedirectionVerified',
      `warn medium ${WARNS.code} ${WARNS.name}`,
      `warn info ${NOTE.code} ${NOTE.name}`,
    ],
    counts: '1 0 2 0 0',
  },
  'what makes a pod discrepant fails, and nothing passes': {
    report: made('Discrepant', FAILS, WARNS),
    results: ['fail high OA302 RuleRefused', `warn medium ${WARNS.code} ${WARNS.name}`],
    counts: '0 1 1 0 0',
  },
  'what cannot be known is an error': {
    report: made('Unknown', UNKNOWN),
    results: ['error medium OA501 ConfigMissing'],
    counts: '0 0 0 1 0',
  },
  'a pod that the mesh does not concern is skipped': {
    report: made('NotApplicable', OUTSIDE),
    results: ['skip info OA901 NotInMesh'],
    counts: '0 0 0 0 1',
  },
  'what many pods share is told of a pod only if it decides what the pod is': {
    report: made('Unknown', UNKNOWN, OF_ALL),
    results: ['error medium OA501 ConfigMissing'],
    counts: '0 0 0 1 0',
  },
};

describe('the policy report of a pod', () => {
  for (const [title, { report, results, counts }] of Object.entries(CASES)) {
    it(title, () => {
      expect(resultsOf(report)).to.deep.equal(results);
      const { pass, fail, warn, error, skip } = report.summary;
      expect([pass, fail, warn, error, skip].join(' ')).to.equal(counts);
    });
  }

  it('is about the pod, owned by it and not named as those of others are', () => {
    const { apiVersion, kind, metadata, scope, source } = made('Verified');
    const pod = { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: '1b' };
    expect([apiVersion, kind, source]).to.deep.equal(['wgpolicyk8s.io/v1alpha2', 'PolicyReport', undefined]);
    expect(metadata).to.deep.equal({
      name: 'osm-auditor-1b',
      namespace: 'shop',
      labels: { 'app.kubernetes.io/managed-by': 'osm-auditor' },
      ownerReferences: [pod],
    });
    expect(scope).to.deep.equal({ ...pod, namespace: 'shop' });
  });

  it('names its source as a whole in the group that has a field for it', () => {
    const { apiVersion, kind, source } = policyReport(reportOf('Verified', []), OPEN_REPORTS, 0);
    expect([apiVersion, kind, source]).to.deep.equal(['openreports.io/v1alpha1', 'Report', 'osm-auditor']);
  });

  it('of a pod that no server has seen has no owner, and its name', () => {
    const { metadata, scope } = policyReport(reportOf('Verified', [], { uid: '' }), WG_POLICY, undefined);
    expect([metadata.name, metadata.ownerReferences]).to.deep.equal(['osm-auditor-web', undefined]);
    expect(scope).to.deep.equal({ apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'shop' });
  });

  it('says when it was found in whole seconds, and what mends it', () => {
    const evidence = { source: 'ConfigMap/a/b', field: 'c', values: ['1', '2'] };
    const extra = finding('ExcludedPortExtra', 'Extra.', { fix: 'kubectl delete pod web', evidence });
    const [result] = policyReport(reportOf('Discrepant', [extra]), WG_POLICY, 1999).results;
    expect(result?.timestamp).to.deep.equal({ seconds: 1, nanos: 0 });
    expect(result?.properties).to.deep.equal({
      fix: 'kubectl delete pod web',
      source: 'ConfigMap/a/b',
      field: 'c',
      values: '1, 2',
    });
  });

  it('leaves out a command that is too long to be told whole', () => {
    const fix = `kubectl annotate pod web a=${'1,'.repeat(600)}`;
    const [result] = made('Discrepant', finding('ExcludedPortExtra', 'Extra.', { fix })).results;
    expect(result?.properties).to.deep.equal({});
  });

  it('stays small and holds no control character, whatever the texts are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const evil = finding('RuleRefused', text, {
          fix: text,
          evidence: { values: [text, text], source: text },
        });
        const [result] = made('Discrepant', evil).results;
        const texts = [result!.message, ...Object.values(result!.properties!)];
        for (const each of texts) {
          expect(Buffer.byteLength(each)).to.be.at.most(1024);
          expect(each).not.to.match(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        }
      }),
    );
  });
});
