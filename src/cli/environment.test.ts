/** Every variable that the help lists has the effect of its option. */
import { expect } from 'chai';
import { osmAuditor, type Outcome } from '../testing/recording-terminal.ts';

const CHECK = ['check', '-f', 'examples/recorded/good.json', '-f', 'examples/guide/base/config.yaml'];

interface Case {
  readonly args: readonly string[];
  readonly value: string;
  /** What the variable makes of the command; without it the outcome must be another. */
  readonly effect: (outcome: Outcome) => void;
}

const fails =
  (message: string) =>
  ({ status, stderr }: Outcome): void => {
    expect(stderr).to.include(`error: ${message}`);
    expect(status).to.equal(2);
  };

/** An address that is refused ends `run` before it connects anywhere. */
const RUN = ['run', '--listen', 'none'];

const CASES: Readonly<Record<string, Case>> = {
  OSM_AUDITOR_OUTPUT: {
    args: CHECK,
    value: 'name',
    effect: ({ stdout }) => expect(stdout).to.equal('pod/good\n'),
  },
  OSM_AUDITOR_WATCH: {
    args: CHECK,
    value: 'true',
    effect: fails('--watch looks at a cluster: it cannot be given together with -f'),
  },
  OSM_AUDITOR_LIVE: {
    args: CHECK,
    value: 'true',
    effect: fails('this program cannot read the kernel of this machine'),
  },
  OSM_AUDITOR_SHOW_PODS: {
    args: ['check', '-f', 'examples/recorded', '-f', 'examples/guide/base/config.yaml'],
    value: 'true',
    effect: ({ stdout }) => expect(stdout.match(/ Verified$/gm)).to.have.length(5),
  },
  OSM_AUDITOR_COLOR: {
    args: CHECK,
    value: 'always',
    effect: ({ stdout }) => expect(stdout).to.include('\u001b[32mVerified\u001b[39m'),
  },
  OSM_AUDITOR_NAMESPACE: {
    args: CHECK,
    value: 'nowhere',
    effect: fails('there is no pod of namespace "nowhere"'),
  },
  OSM_AUDITOR_ALL_NAMESPACES: {
    args: [...CHECK, '-n', 'nowhere'],
    value: 'true',
    effect: ({ status }) => expect(status).to.equal(0),
  },
  OSM_AUDITOR_SELECTOR: { args: CHECK, value: 'app=web', effect: fails('a selector may not be given') },
  OSM_AUDITOR_OSM_NAMESPACE: {
    args: CHECK,
    value: 'nowhere',
    effect: ({ status, stdout }) => {
      expect(stdout).to.include('There is no ConfigMap osm-config or MeshConfig in namespace nowhere.');
      expect(status).to.equal(3);
    },
  },
  OSM_AUDITOR_KUBECONFIG: {
    args: ['check'],
    value: 'no/kubeconfig',
    effect: fails('cannot read no/kubeconfig'),
  },
  OSM_AUDITOR_CONTEXT: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig.yaml'],
    value: 'elsewhere',
    effect: fails('context "elsewhere" is not in src/cli/testdata/kubeconfig.yaml'),
  },
  OSM_AUDITOR_CLUSTER: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig-closed.yaml'],
    value: 'elsewhere',
    effect: fails('cluster "elsewhere" is not in src/cli/testdata/kubeconfig-closed.yaml'),
  },
  OSM_AUDITOR_USER: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig-closed.yaml'],
    value: 'nobody',
    effect: fails('user "nobody" is not in src/cli/testdata/kubeconfig-closed.yaml'),
  },
  OSM_AUDITOR_SERVER: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig-closed.yaml'],
    value: 'no address',
    effect: fails(
      'cluster "local" of src/cli/testdata/kubeconfig-closed.yaml has a malformed server address: no address',
    ),
  },
  OSM_AUDITOR_AS: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig-closed.yaml', '--as-group', 'readers'],
    value: 'jane',
    effect: fails('cannot list pods: connection refused'),
  },
  OSM_AUDITOR_AS_GROUP: {
    args: ['check', '--kubeconfig', 'src/cli/testdata/kubeconfig-closed.yaml'],
    value: 'readers',
    effect: fails('groups can be impersonated only together with a user'),
  },
  OSM_AUDITOR_WRITE_CONDITIONS: {
    args: RUN,
    value: 'maybe',
    effect: fails(
      "option '--write-conditions [boolean]' value 'maybe' from env 'OSM_AUDITOR_WRITE_CONDITIONS' is invalid.",
    ),
  },
  OSM_AUDITOR_WRITE_EVENTS: {
    args: RUN,
    value: 'maybe',
    effect: fails(
      "option '--write-events [boolean]' value 'maybe' from env 'OSM_AUDITOR_WRITE_EVENTS' is invalid.",
    ),
  },
  OSM_AUDITOR_WRITE_POLICY_REPORTS: {
    args: RUN,
    value: 'maybe',
    effect: fails(
      "option '--write-policy-reports [boolean]' value 'maybe' from env 'OSM_AUDITOR_WRITE_POLICY_REPORTS' is invalid.",
    ),
  },
  OSM_AUDITOR_UI: {
    args: RUN,
    value: 'maybe',
    effect: fails("option '--ui [boolean]' value 'maybe' from env 'OSM_AUDITOR_UI' is invalid."),
  },
  OSM_AUDITOR_LISTEN: {
    args: ['run', '--kubeconfig', 'no/kubeconfig'],
    value: 'from the environment',
    effect: fails('"from the environment" is not an address such as :8080'),
  },
  OSM_AUDITOR_GRACE_PERIOD: {
    args: RUN,
    value: 'soon',
    effect: fails(
      "option '--grace-period <seconds>' value 'soon' from env 'OSM_AUDITOR_GRACE_PERIOD' is invalid.",
    ),
  },
  OSM_AUDITOR_SETTLE_PERIOD: {
    args: CHECK,
    value: '-1',
    effect: fails(
      "option '--settle-period <seconds>' value '-1' from env 'OSM_AUDITOR_SETTLE_PERIOD' is invalid. It must be a number of seconds, 0 or more.",
    ),
  },
  OSM_AUDITOR_PROXY_UID: {
    args: CHECK,
    value: '1600',
    effect: ({ status, stdout }) => {
      expect(stdout).to.include("names another user than Envoy's");
      expect(status).to.equal(1);
    },
  },
  OSM_AUDITOR_PROXY_PORTS: {
    args: CHECK,
    value: '15003',
    effect: fails(
      "option '--proxy-ports <inbound,outbound>' value '15003' from env 'OSM_AUDITOR_PROXY_PORTS' is invalid. It must be two ports from 1 to 65535, such as 15003,15001.",
    ),
  },
  OSM_AUDITOR_CHAIN_PREFIX: {
    args: CHECK,
    value: '-A',
    effect: fails(
      "option '--chain-prefix <prefix>' value '-A' from env 'OSM_AUDITOR_CHAIN_PREFIX' is invalid. It must be a letter and up to 15 letters, digits, _ or -.",
    ),
  },
  OSM_AUDITOR_LEADER_ELECT: {
    args: [...RUN, '--node', 'worker-1'],
    value: 'true',
    effect: fails('--leader-elect and --node cannot be given together: a node has one replica'),
  },
  OSM_AUDITOR_LEASE_NAMESPACE: {
    args: RUN,
    value: 'No Namespace',
    effect: fails(
      "option '--lease-namespace <name>' value 'No Namespace' from env 'OSM_AUDITOR_LEASE_NAMESPACE' is invalid. It must be the name of a namespace.",
    ),
  },
  OSM_AUDITOR_LEASE_DURATION: {
    args: [...RUN, '--leader-elect'],
    value: '10',
    effect: fails('the lease duration (10 s) must be longer than the renew deadline (10 s)'),
  },
  OSM_AUDITOR_RENEW_DEADLINE: {
    args: [...RUN, '--leader-elect'],
    value: '15',
    effect: fails('the lease duration (15 s) must be longer than the renew deadline (15 s)'),
  },
  OSM_AUDITOR_RETRY_PERIOD: {
    args: [...RUN, '--leader-elect'],
    value: '9',
    effect: fails('the renew deadline (10 s) must be longer than 1.2 retry periods (of 9 s)'),
  },
  OSM_AUDITOR_SHARDS: {
    args: [...RUN, '--shard-index', '1'],
    value: '2',
    effect: fails('"none" is not an address such as :8080'),
  },
  OSM_AUDITOR_SHARD_INDEX: {
    args: RUN,
    value: '1',
    effect: fails('--shard-index 1 is not below --shards 1'),
  },
  OSM_AUDITOR_NODE: {
    args: [...RUN, '--shards', '2', '--shard-index', '0'],
    value: 'worker-1',
    effect: fails('--node and --shards cannot be given together: the pods of a node are one share already'),
  },
  OSM_AUDITOR_SWEEP_INTERVAL: {
    args: ['node-agent'],
    value: 'often',
    effect: fails(
      "option '--sweep-interval <duration>' value 'often' from env 'OSM_AUDITOR_SWEEP_INTERVAL' is invalid. It must be a duration of a second or more, such as 60s.",
    ),
  },
  OSM_AUDITOR_LOG_FORMAT: {
    args: RUN,
    value: 'xml',
    effect: fails("option '--log-format <format>' value 'xml' from env 'OSM_AUDITOR_LOG_FORMAT' is invalid."),
  },
  OSM_AUDITOR_LOG_LEVEL: {
    args: RUN,
    value: 'trace',
    effect: fails("option '--log-level <level>' value 'trace' from env 'OSM_AUDITOR_LOG_LEVEL' is invalid."),
  },
};

describe('variables', () => {
  it('listed in the help are those below', async () => {
    const pages: string[] = [];
    for (const command of ['check', 'expected', 'run', 'node-agent'])
      pages.push((await osmAuditor([command, '--help'])).stdout);
    const listed = new Set(pages.join('').match(/OSM_AUDITOR_[A-Z_]+/g));
    expect([...listed].sort()).to.deep.equal(Object.keys(CASES).sort());
  });

  for (const [name, { args, value, effect }] of Object.entries(CASES)) {
    it(`${name} stands for its option`, async () => {
      const outcome = await osmAuditor(args, { env: { [name]: value } });
      effect(outcome);
      expect(await osmAuditor(args)).not.to.deep.equal(outcome);
    });
  }

  it('yield to the command line', async () => {
    const { stdout } = await osmAuditor([...CHECK, '-o', 'name'], { env: { OSM_AUDITOR_OUTPUT: 'json' } });
    expect(stdout).to.equal('pod/good\n');
  });

  it('can switch an option off as well as on', async () => {
    const env = { OSM_AUDITOR_ALL_NAMESPACES: 'false' };
    const outcome = await osmAuditor([...CHECK, '-n', 'nowhere'], { env });
    fails('there is no pod of namespace "nowhere"')(outcome);
  });

  it('are wrong when empty, which says which one it is', async () => {
    const outcome = await osmAuditor(CHECK, { env: { OSM_AUDITOR_NAMESPACE: '' } });
    fails("option '-n, --namespace <name>' value '' from env 'OSM_AUDITOR_NAMESPACE' is invalid.")(outcome);
  });
});
