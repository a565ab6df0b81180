/** The files of manifests/monitoring, as far as they can be held together without a Prometheus: e2e/ground has that. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { METRICS } from '../src/metrics/table.ts';
import { repositoryRoot } from '../src/testing/repository.ts';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
const yaml = (name: string): unknown => parse(read(`manifests/monitoring/${name}`));

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
interface Groups {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

describe('manifests/monitoring', () => {
  const { groups } = yaml('rules.yaml') as Groups;
  const rules = groups.flatMap((group) => group.rules);
  const alerts = rules.filter((rule) => rule.alert !== undefined);
  const dashboard = JSON.parse(read('manifests/monitoring/dashboard.json')) as {
    panels: { title: string; targets?: { expr: string }[] }[];
  };
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ];

  it('has the same rules for the operator as for rule files', () => {
    expect((yaml('prometheus-rule.yaml') as { spec: Groups }).spec).to.deep.equal({ groups });
  });

  it('gives every alert a time, a severity, a summary and a section in docs/alerts.md', () => {
    const sections = [...read('docs/alerts.md').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).to.deep.equal(alerts.map(({ alert }) => alert).sort());
    for (const { alert = '', for: after, labels, annotations } of alerts) {
      expect(after, alert).to.match(/^\d+m$/);
      expect(labels?.['severity'], alert).to.be.oneOf(['info', 'warning', 'critical']);
      expect(annotations?.['summary'], alert).to.match(/^.{20,160}\.$/);
      expect(annotations?.['runbook_url']).to.equal(`docs/alerts.md#${alert.toLowerCase()}`);
    }
  });

  it('tests every alert: that it fires', () => {
    const { tests } = yaml('rules.test.yaml') as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const fired = tests.flatMap(({ alert_rule_test: cases }) =>
      cases.filter(({ exp_alerts: expected }) => expected.length > 0).map(({ alertname }) => alertname),
    );
    expect([...new Set(fired)].sort()).to.deep.equal(alerts.map(({ alert }) => alert).sort());
  });

  it('asks only for metrics that there are', () => {
    const known = new Set<string>(Object.values(METRICS).map(({ name }) => name));
    const recorded = new Set(rules.map(({ record }) => record));
    const documented = [...read('docs/node-agent.md').matchAll(/^```promql\n([^]*?)^```$/gm)].map(
      ([, each = '']) => each,
    );
    expect(documented).not.to.be.empty;
    for (const expression of [...expressions, ...documented]) {
      for (const [name] of expression.matchAll(/\bosm_auditor[a-z_:]*/g)) {
        const base = name.replace(/_(bucket|sum|count)$/, '');
        expect(known.has(base) || recorded.has(name), name).to.equal(true);
      }
    }
  });

  it('counts no pod twice where several replicas count it', () => {
    for (const expression of expressions.filter((each) => /osm_auditor_(pods|findings)\b/.test(each))) {
      expect(expression).to.include('* on (job, instance) group_left () osm_auditor_leader');
    }
  });

  it('tells whether the controller is there by what node agents do not serve', () => {
    for (const expression of expressions) expect(expression).not.to.include('osm_auditor_build_info');
  });

  for (const [monitor, folder] of [
    ['service-monitor.yaml', 'base'],
    ['node-agent-service-monitor.yaml', 'node-agent'],
  ] as const) {
    it(`has a ServiceMonitor that selects our Service, by a port that it has, and keeps the metrics' own labels: ${monitor}`, () => {
      const { spec } = yaml(monitor) as {
        spec: {
          namespaceSelector: { matchNames: string[] };
          selector: { matchLabels: Record<string, string> };
          endpoints: { port: string; honorLabels: boolean }[];
        };
      };
      const service = parse(read(`manifests/${folder}/service.yaml`)) as {
        metadata: { namespace: string; labels: Record<string, string> };
        spec: { ports: { name: string }[] };
      };
      expect(spec.namespaceSelector.matchNames).to.deep.equal([service.metadata.namespace]);
      expect(service.metadata.labels).to.include(spec.selector.matchLabels);
      expect(service.spec.ports.map(({ name }) => name)).to.include(spec.endpoints[0]?.port);
      expect(spec.endpoints.map(({ honorLabels }) => honorLabels)).to.deep.equal([true]);
    });
  }
});
