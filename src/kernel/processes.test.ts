import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scanProcesses } from './processes.ts';

const POD = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const OTHER = 'c'.repeat(32);

describe('a scan of processes', () => {
  let proc: string;
  beforeEach(() => (proc = mkdtempSync(join(tmpdir(), 'osm-auditor-scan-'))));
  afterEach(() => rmSync(proc, { recursive: true }));

  /** As /proc shows it; undefined for what is not there, as of a process that is about to end. */
  function processOf(pid: string, cgroup: string | undefined, network: string | undefined): void {
    mkdirSync(join(proc, pid, 'ns'), { recursive: true });
    if (cgroup !== undefined) writeFileSync(join(proc, pid, 'cgroup'), `0::${cgroup}\n`);
    if (network !== undefined) symlinkSync(network, join(proc, pid, 'ns/net'));
  }

  it('groups the processes of pods, with the networks that they are in', async () => {
    processOf('1', '/init.scope', 'net:[4026531833]');
    processOf('20', `/kubepods/pod${POD}/a`, 'net:[4026532177]');
    processOf('21', `/kubepods/pod${POD}/b`, 'net:[4026532177]');
    processOf('22', `/kubepods/pod${OTHER}/a`, 'net:[4026531833]');
    processOf('23', `/kubepods/pod${POD}/b`, 'net:[4026539999]');
    processOf('99', '/system.slice/sshd.service', 'net:[4026531833]');
    const { pods, hostNetwork, processes } = await scanProcesses(proc);
    expect([...pods]).to.deep.equal([
      [POD, { id: POD, pids: [20, 21, 23], networks: [4026532177, 4026539999] }],
      [OTHER, { id: OTHER, pids: [22], networks: [4026531833] }],
    ]);
    expect({ hostNetwork, processes }).to.deep.equal({ hostNetwork: 4026531833, processes: 6 });
  });

  it('passes over processes that end meanwhile, and what is no process', async () => {
    processOf('20', undefined, 'net:[4026532177]');
    processOf('21', `/kubepods/pod${POD}/a`, undefined);
    processOf('22', `/kubepods/pod${POD}/a`, 'net:none');
    for (const name of ['self', 'sys', '020', '1x']) processOf(name, `/kubepods/pod${POD}/a`, 'net:[1]');
    expect(await scanProcesses(proc)).to.deep.equal({
      pods: new Map(),
      hostNetwork: undefined,
      processes: 3,
    });
  });

  it('gives timers and sockets their turn among many', async () => {
    for (let pid = 1; pid <= 500; pid += 1) processOf(String(pid), '/x', undefined);
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    await scanProcesses(proc);
    clearInterval(count);
    expect(turns).to.be.at.least(2);
  });
});
