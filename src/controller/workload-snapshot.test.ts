import { expect } from 'chai';
import { SnapshotError } from './snapshot.ts';
import { templatePath, workloadSnapshot } from './workload-snapshot.ts';

const PATH = ['spec', 'template'];
const TEMPLATE = {
  metadata: { annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' } },
  spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }] }], hostNetwork: true },
};

function deployment(rest: Readonly<Record<string, unknown>> = {}): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: TEMPLATE },
    ...rest,
  };
}

function refusal(object: object, path: readonly string[] = PATH): string {
  try {
    workloadSnapshot(object, path, 'shop');
  } catch (error) {
    expect(error).to.be.instanceOf(SnapshotError);
    return (error as SnapshotError).message;
  }
  throw new Error('it was accepted');
}

describe('workloadSnapshot', () => {
  it('takes the facts of the template, under the name of the workload', () => {
    const { kind, pod, owner, retired } = workloadSnapshot(deployment(), PATH, 'shop');
    expect({ kind, owner, retired }).to.deep.equal({ kind: 'Deployment', owner: undefined, retired: false });
    expect(pod).to.deep.include({
      namespace: 'shop',
      name: 'web',
      uid: '',
      createdAt: undefined,
      phase: '',
      hostNetwork: true,
      owner: { kind: 'Deployment', name: 'web' },
      annotations: TEMPLATE.metadata.annotations,
      initContainers: [],
    });
    expect(pod.containers[0]).to.deep.include({ name: 'app', ports: [{ port: 80, protocol: 'TCP' }] });
  });

  it('keeps the namespace that it names, and takes the beginning of a name for one', () => {
    const metadata = { generateName: 'migrate-', namespace: 'own' };
    const { pod } = workloadSnapshot(deployment({ metadata }), PATH, 'shop');
    expect([pod.namespace, pod.name]).to.deep.equal(['own', 'migrate-']);
  });

  it('knows where the template of a CronJob stands', () => {
    const path = templatePath('batch/CronJob')!;
    const spec = { jobTemplate: { spec: { template: TEMPLATE } } };
    expect(workloadSnapshot(deployment({ kind: 'CronJob', spec }), path, 'shop').pod.hostNetwork).to.equal(
      true,
    );
    const bad = { jobTemplate: { spec: { template: { spec: { containers: [{}] } } } } };
    expect(refusal(deployment({ spec: bad }), path)).to.equal(
      'spec.jobTemplate.spec.template.spec.containers.0.name: is missing',
    );
  });

  it('knows no template of other kinds, whatever they are called', () => {
    for (const kind of ['Deployment', 'apps/Pod', 'batch/Deployment', 'toString', '__proto__']) {
      expect(templatePath(kind), kind).to.equal(undefined);
    }
  });

  it('says what makes no pods any more', () => {
    const ownerReferences = [{ kind: 'Deployment', name: 'web', controller: true }];
    const old = deployment({
      kind: 'ReplicaSet',
      metadata: { name: 'web-1', ownerReferences },
      spec: { replicas: 0, template: TEMPLATE },
    });
    expect(workloadSnapshot(old, PATH, 'shop')).to.deep.include({
      retired: true,
      owner: { kind: 'Deployment', name: 'web' },
    });
    const stopped = deployment({ spec: { replicas: 0, template: TEMPLATE } });
    expect(workloadSnapshot(stopped, PATH, 'shop').retired).to.equal(false);
    for (const [type, status, retired] of [
      ['Complete', 'True', true],
      ['Failed', 'True', true],
      ['Complete', 'False', false],
      ['Suspended', 'True', false],
    ] as const) {
      const job = deployment({ kind: 'Job', status: { conditions: [{ type, status }] } });
      expect(workloadSnapshot(job, PATH, 'shop').retired, `${type} ${status}`).to.equal(retired);
    }
  });

  const wrong: Readonly<Record<string, readonly [object, string]>> = {
    'no name': [deployment({ metadata: {} }), 'metadata.name: is missing'],
    'no spec': [deployment({ spec: undefined }), 'spec: is missing'],
    'no template': [deployment({ spec: {} }), 'spec.template: is missing'],
    'a template without a spec': [deployment({ spec: { template: {} } }), 'spec.template.spec: is missing'],
    'an annotation that is a number': [
      deployment({ spec: { template: { ...TEMPLATE, metadata: { annotations: { a: 80 } } } } }),
      'spec.template.metadata.annotations.a: expected text',
    ],
    'a template that is a text': [
      deployment({ spec: { template: 'x' } }),
      'spec.template: expected a mapping',
    ],
    'metadata of a template that are a list': [
      deployment({ spec: { template: { ...TEMPLATE, metadata: [] } } }),
      'spec.template.metadata: expected a mapping',
    ],
  };
  for (const [what, [object, message]] of Object.entries(wrong)) {
    it(`refuses ${what} and says where`, () => {
      expect(refusal(object)).to.equal(message);
    });
  }
});
