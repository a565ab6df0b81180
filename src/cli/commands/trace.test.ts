/** What `trace` says of a packet, in both formats, on the recorded pods and on changed copies of them. */
import { expect } from 'chai';
import { osmAuditor, type Outcome } from '../../testing/recording-terminal.ts';
import { readJson } from '../../testing/repository.ts';

const BASE = 'examples/guide/base/config.yaml';
const PORTS = 'examples/guide/ports/config.yaml';

interface Side {
  readonly verdict: string;
  readonly trace: readonly string[];
}

interface PacketTrace {
  readonly pod: Readonly<Record<string, unknown>>;
  readonly packet: Readonly<Record<string, unknown>>;
  readonly expected: Side | null;
  readonly installed: Side | null;
  readonly same: boolean;
  readonly notes: readonly string[];
}

/** The trace of a recorded pod, as programs read it. */
async function traced(pod: string, ...args: readonly string[]): Promise<PacketTrace & { status: number }> {
  const files = ['-f', `examples/recorded/${pod}.json`, '-f', BASE];
  return read(await osmAuditor(['trace', pod, ...files, '-o', 'json', ...args]));
}

function read({ status, stdout, stderr }: Outcome): PacketTrace & { status: number } {
  expect(stderr).to.equal('');
  return { ...(JSON.parse(stdout) as PacketTrace), status };
}

interface PodObject {
  readonly metadata: { readonly labels: Record<string, string>; annotations: Record<string, string> };
  readonly spec: { initContainers: { args: string[] }[] };
}

/** The trace of a packet to 10.0.0.5:6379 from a recorded pod that `change` has changed. */
async function tracedAs(
  change: (pod: PodObject) => void,
  ...args: readonly string[]
): Promise<PacketTrace & { status: number }> {
  const pod = structuredClone(readJson('examples/recorded/good.json')) as PodObject;
  change(pod);
  const line = ['trace', 'good', '--to', '10.0.0.5:6379', '-o', 'json', '-f', '-', ...args];
  return read(await osmAuditor(line, { stdin: JSON.stringify(pod) }));
}

const withScript = (script: string) => (pod: PodObject) => {
  pod.spec.initContainers[0]!.args = ['-c', script];
};

describe('trace, the packet', () => {
  it('is by default a tcp packet of an application with user 1000 that leaves by eth0', async () => {
    const { packet } = await traced('good', '--to', '10.0.0.5:6379');
    expect(packet).to.deep.equal({
      hook: 'OUTPUT',
      protocol: 'tcp',
      destination: '10.0.0.5',
      port: 6379,
      uid: 1000,
      interface: 'eth0',
    });
  });

  it('leaves by lo when it goes to 127.0.0.0/8', async () => {
    expect((await traced('good', '--to', '127.9.9.9:80')).packet).to.include({ interface: 'lo' });
    expect((await traced('good', '--to', '128.0.0.1:80')).packet).to.include({ interface: 'eth0' });
  });

  it('is what the options say, to their limits', async () => {
    const options = ['--to', '255.255.255.255:65535', '--uid', '4294967294', '--protocol', 'udp'];
    const { packet } = await traced('good', ...options, '--interface', 'eth1');
    expect(packet).to.deep.equal({
      hook: 'OUTPUT',
      protocol: 'udp',
      destination: '255.255.255.255',
      port: 65535,
      uid: 4294967294,
      interface: 'eth1',
    });
  });

  it('comes in without a user, to a stand-in for the address of the pod when none is given', async () => {
    const inbound = await traced('good', '--from', 'inbound', '--to', ':80');
    expect(inbound.packet).to.deep.equal({
      hook: 'PREROUTING',
      protocol: 'tcp',
      destination: '10.244.0.5',
      port: 80,
      uid: null,
      interface: 'eth0',
    });
    expect(inbound.notes).to.deep.equal([
      "The pod's own address is not known here; 10.244.0.5 stands for it.",
    ]);
    const named = await traced('good', '--from', 'inbound', '--to', '10.244.0.9:80');
    expect(named.packet).to.include({ destination: '10.244.0.9' });
    expect(named.notes).to.deep.equal([]);
  });

  it('may be given by variables', async () => {
    const env = {
      OSM_AUDITOR_TO: ':81',
      OSM_AUDITOR_FROM: 'inbound',
      OSM_AUDITOR_PROTOCOL: 'udp',
      OSM_AUDITOR_INTERFACE: 'eth7',
    };
    const args = ['trace', 'good', '-f', 'examples/recorded/good.json', '-f', BASE];
    const { stdout } = await osmAuditor(args, { env });
    expect(stdout).to.match(/^pod\/good in test \(R1\): inbound udp to 10\.244\.0\.5:81 by eth7\n/);
    const other = await osmAuditor([...args, '--to', '1.2.3.4:5'], { env: { OSM_AUDITOR_UID: '0' } });
    expect(other.stdout).to.match(/: tcp from uid 0 to 1\.2\.3\.4:5 by eth0\n/);
  });
});

describe('trace, its way', () => {
  it('is the same on both sides of a Verified pod, rule by rule to the sidecar', async () => {
    const { status, expected, installed, same, notes } = await traced('good', '--to', '10.0.0.5:6379');
    expect(installed).to.deep.equal({
      verdict: 'redirect 15001',
      trace: [
        '-A OUTPUT -p tcp -j PROXY_OUTPUT',
        '-A PROXY_OUTPUT -j PROXY_REDIRECT',
        '-A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001',
      ],
    });
    expect(expected).to.deep.equal(installed);
    expect({ status, same, notes }).to.deep.equal({ status: 0, same: true, notes: [] });
  });

  it('depends on the user, the protocol, the interface and the address', async () => {
    const verdictOf = async (...args: readonly string[]): Promise<string> =>
      (await traced('good', '--to', ...args)).installed!.verdict;
    expect(await verdictOf('10.0.0.5:80', '--uid', '1500')).to.equal('bypass');
    expect(await verdictOf('10.0.0.5:80', '--protocol', 'udp')).to.equal('bypass');
    expect(await verdictOf('127.0.0.1:80')).to.equal('bypass');
    expect(await verdictOf('127.0.0.2:80')).to.equal('redirect 15001');
    expect(await verdictOf('10.244.0.5:80', '--interface', 'lo')).to.equal('redirect 15001');
  });

  it('parts where the pod has an exclusion too many', async () => {
    const { status, expected, installed, same } = await traced('iprange-fixed', '--to', '1.1.1.1:6379');
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(installed).to.deep.equal({
      verdict: 'bypass',
      trace: [
        '-A OUTPUT -p tcp -j PROXY_OUTPUT',
        '-A PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN',
        'policy ACCEPT of OUTPUT',
      ],
    });
    expect({ status, same }).to.deep.equal({ status: 1, same: false });
  });

  it('is the same for a packet that the exclusion too many does not concern', async () => {
    expect(await traced('iprange-fixed', '--to', '1.1.1.2:6379')).to.include({ status: 0, same: true });
  });

  it('ends in the sidecar for what comes in to 80, and in the pod for what comes in to 15010', async () => {
    const to80 = await traced('good', '--from', 'inbound', '--to', ':80');
    expect(to80.installed).to.include({ verdict: 'redirect 15003' });
    expect(to80).to.include({ status: 0, same: true });
    const to15010 = await traced('good', '--from', 'inbound', '--to', ':15010');
    expect(to15010.installed).to.deep.equal({
      verdict: 'bypass',
      trace: [
        '-A PREROUTING -p tcp -j PROXY_INBOUND',
        '-A PROXY_INBOUND -p tcp -m tcp --dport 15010 -j RETURN',
        'policy ACCEPT of PREROUTING',
      ],
    });
  });

  it('goes by the ports of the configuration and of the annotation', async () => {
    const annotate = (pod: PodObject): void => {
      pod.metadata.annotations['openservicemesh.io/outbound-port-exclusion-list'] = '9999';
    };
    const listed = await tracedAs(annotate, '-f', PORTS);
    expect(listed.expected!.trace[1]).to.equal(
      '-A PROXY_OUTPUT -p tcp -m multiport --dports 6379,7070,9999 -j RETURN',
    );
    expect(listed).to.include({ status: 1, same: false });
  });

  it('passes over an annotation that the injector ignores, and says so', async () => {
    const annotate = (pod: PodObject): void => {
      pod.metadata.annotations['openservicemesh.io/outbound-port-exclusion-list'] = '6379, x';
    };
    const { status, expected, notes } = await tracedAs(annotate, '-f', BASE);
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(status).to.equal(0);
    expect(notes).to.have.length(1);
    expect(notes[0]).to.match(
      /^OA\d+: The annotation .* has a bad value: .* The injector ignores all of it\.$/,
    );
  });

  it('is still that of its rules when the pod is being deleted', async () => {
    const remove = ({ metadata }: PodObject): void => {
      Object.assign(metadata, { deletionTimestamp: '2026-11-23T12:00:00Z' });
    };
    const { status, installed, notes } = await tracedAs(remove, '-f', BASE);
    expect(installed).to.include({ verdict: 'redirect 15001' });
    expect(status).to.equal(0);
    expect(notes).to.deep.equal(['OA901: The mesh does not concern this pod: the pod is being deleted.']);
  });
});

describe('trace, what is not known', () => {
  it('ends in unknown for a script that is not understood, and says at which place', async () => {
    const { status, pod, expected, installed, same, notes } = await traced(
      'init-sleeping',
      '--to',
      '10.0.0.5:80',
    );
    expect(installed).to.deep.equal({ verdict: 'unknown', trace: [] });
    expect(expected).to.equal(null);
    expect(pod).to.include({ dialect: null });
    expect({ status, same }).to.deep.equal({ status: 3, same: false });
    expect(notes).to.have.length(2);
    expect(notes[0]).to.match(/^OA203: osm-init is still running/);
    expect(notes[1]).to.match(/^OA303: At line 1, column 1 .* holds the command "sleep"/);
  });

  it('takes the expected rules without exclusions where there is no configuration, and says so', async () => {
    const { status, expected, notes } = await tracedAs(() => undefined);
    expect(status).to.equal(0);
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(notes).to.deep.equal([
      'OA501: There is no ConfigMap osm-config or MeshConfig in the files.',
      'Without a configuration, the expected rules are those without exclusions.',
    ]);
  });

  it('walks the installed rules alone where their release is not known', async () => {
    const script = 'iptables -t nat -N MESH_OUT && iptables -t nat -A OUTPUT -p tcp -j MESH_OUT';
    const { status, expected, installed, notes } = await tracedAs(withScript(script), '-f', BASE);
    expect(expected).to.equal(null);
    expect(installed).to.deep.equal({
      verdict: 'bypass',
      trace: ['-A OUTPUT -p tcp -j MESH_OUT', 'policy ACCEPT of OUTPUT'],
    });
    expect(status).to.equal(3);
    expect(notes.join('\n')).to.match(/^OA304: .*"MESH_OUT"/);
  });

  it('ends in unknown at a rule that is not understood, and shows the way there', async () => {
    const script = 'iptables -t nat -A OUTPUT -m state --state NEW -j ACCEPT';
    const { status, expected, installed } = await tracedAs(withScript(script), '-f', BASE);
    expect(installed!.verdict).to.equal('unknown');
    expect(installed!.trace).to.have.length(1);
    expect(installed!.trace[0]).to.include('--state NEW');
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(status).to.equal(3);
  });

  it('has no installed rules where osm-init runs no script', async () => {
    const { status, expected, installed, notes } = await tracedAs((pod) => {
      Object.assign(pod.spec.initContainers[0]!, { command: ['/init'], args: [] });
    });
    expect({ status, expected, installed }).to.deep.equal({ status: 3, expected: null, installed: null });
    expect(notes.join('\n')).to.match(/does not run sh -c with one script, but "\/init"/);
  });

  it('gives up on rules that take too many steps, and says so', async () => {
    const chains = Array.from({ length: 13 }, (_, i) => `iptables -t nat -N PROXY_${i}`);
    const jumps = Array.from({ length: 12 }, (_, i) => {
      const jump = `iptables -t nat -A PROXY_${i} -j PROXY_${i + 1}`;
      return `${jump} && ${jump} && ${jump}`;
    });
    const script = [...chains, ...jumps, 'iptables -t nat -A OUTPUT -j PROXY_0'].join(' && ');
    const { status, installed, notes } = await tracedAs(withScript(script), '-f', BASE);
    expect(installed).to.deep.equal({ verdict: 'unknown', trace: [] });
    expect(notes).to.deep.equal([
      'The way of the packet through the installed rules is too long to be followed.',
    ]);
    expect(status).to.equal(3);
  });
});

describe('trace, what was not installed', () => {
  it('is bypass on both sides of a pod outside the mesh, which says why', async () => {
    const { status, pod, expected, installed, notes } = await traced('no-sidecar', '--to', '10.0.0.5:80');
    expect(installed).to.deep.equal({ verdict: 'bypass', trace: ['policy ACCEPT of OUTPUT'] });
    expect(expected).to.deep.equal(installed);
    expect(status).to.equal(0);
    expect(pod).to.include({ dialect: null });
    expect(notes).to.deep.equal([
      'OA901: The mesh does not concern this pod: the pod opts out of sidecar injection.',
      'The pod has no container osm-init: OSM has installed no rules.',
    ]);
  });

  it('is bypass where the mesh should have redirected: a sidecar without osm-init', async () => {
    const { status, expected, installed, notes } = await traced('sidecar-no-init', '--to', '10.0.0.5:80');
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(installed).to.include({ verdict: 'bypass' });
    expect(status).to.equal(1);
    expect(notes).to.deep.equal([
      'The pod has no container osm-init: OSM has installed no rules.',
      "The pod's rules do not tell its release; the expected ones are those of OSM v0.8.",
    ]);
  });

  it('is not known where it cannot be told whether the pod should be in the mesh', async () => {
    const { status, expected, installed, notes } = await tracedAs((pod) => {
      pod.spec.initContainers = [];
      delete pod.metadata.labels['osm-proxy-uuid'];
      delete pod.metadata.annotations['openservicemesh.io/sidecar-injection'];
    });
    expect(expected).to.equal(null);
    expect(installed).to.include({ verdict: 'bypass' });
    expect(status).to.equal(3);
    expect(notes[0]).to.match(/^OA\d+: Whether the pod belongs to the mesh cannot be told/);
  });

  it('is what a shell left behind that refused the script', async () => {
    const { status, expected, installed, notes } = await traced('iprange-doc', '--to', '10.0.0.5:80');
    expect(expected).to.include({ verdict: 'redirect 15001' });
    expect(installed).to.include({ verdict: 'bypass' });
    expect(status).to.equal(1);
    expect(notes.join('\n')).to.match(/^OA301: A shell refuses the script/m);
  });

  it('is named with the command that iptables refuses', async () => {
    const { status, notes } = await traced('init-bad-rule', '--from', 'inbound', '--to', ':80');
    expect(status).to.equal(1);
    expect(notes.join('\n')).to.match(/^OA302: iptables refuses "iptables .* --to-port 15003x"/m);
  });
});

describe('PacketTrace', () => {
  it('has its keys in the documented order', async () => {
    const document: object = await traced('good', '--to', '10.0.0.5:80');
    expect(document).to.include({ apiVersion: 'osm-auditor/v1', kind: 'PacketTrace' });
    expect(Object.keys(document)).to.deep.equal([
      'apiVersion',
      'kind',
      'pod',
      'packet',
      'expected',
      'installed',
      'same',
      'notes',
      'status',
    ]);
    const { pod } = await traced('good', '--to', '10.0.0.5:80');
    expect(Object.keys(pod)).to.deep.equal(['namespace', 'name', 'uid', 'dialect']);
    expect(pod).to.include({ namespace: 'test', name: 'good', dialect: 'R1' });
  });

  it('has the verdicts of the witness that check names for a finding', async () => {
    const files = ['-f', 'examples/recorded/good-ports.json', '-f', BASE];
    const { stdout } = await osmAuditor(['check', ...files, '-o', 'json']);
    const report = JSON.parse(stdout) as {
      pods: { findings: { evidence: { differences: Record<string, unknown>[] } }[] }[];
    };
    const differences = report.pods[0]!.findings.flatMap(({ evidence }) => evidence.differences);
    expect(differences).not.to.be.empty;
    for (const { witness, expected, installed, expectedTrace, installedTrace } of differences) {
      const { destination, port, uid } = witness as Record<string, string | number>;
      const options = ['--to', `${destination}:${port}`, '--uid', String(uid)];
      const trace = await traced('good-ports', ...options);
      expect(trace.packet).to.deep.equal(witness);
      expect(trace.expected).to.deep.equal({ verdict: expected, trace: expectedTrace });
      expect(trace.installed).to.deep.equal({ verdict: installed, trace: installedTrace });
    }
  });
});
