/**
 * Asks the real kernel what nat rules do to packets: runs a script in a fresh network namespace, sends packets, and
 * reads from conntrack where each went. prober.py does the work.
 *
 * Guarantees: jobs know nothing of each other; nothing on the machine changes but what a script does to files; a job
 * that hangs is ended. Two jobs are under way at once.
 * Limits: Linux and root; IPv4. A REDIRECT to the destination that a packet has anyway counts as bypass. A script is
 * trusted as far as files go: it runs as root on the machine's own file system, with a /run of its own.
 */
import { join } from 'node:path';
import process from 'node:process';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { readAnswer, writeJob, type Backend, type Job, type KernelAnswer } from './job.ts';
import { ensureTools, type Tools } from './tools.ts';
import { Worker } from './worker.ts';

const WORKERS = 2;
const JOB_SECONDS = 30;

export interface ProberOptions {
  /** A job that takes longer is ended and rejected. */
  readonly jobSeconds?: number;
  /** By default those of this machine, fetched if need be. */
  readonly tools?: Tools;
}

export class KernelProber {
  readonly #tools: Tools;
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  private constructor(tools: Tools, workers: readonly Worker[]) {
    this.#tools = tools;
    this.#workers = workers;
    this.#idle = [...workers];
  }

  /** Throws where programs are missing and cannot be fetched. That it starts does not mean that the machine will do. */
  static async start(options: ProberOptions = {}): Promise<KernelProber> {
    const tools = options.tools ?? (await ensureTools());
    const script = join(repositoryRoot, 'e2e', 'kernel', 'prober.py');
    const args = ['-B', script, String(options.jobSeconds ?? JOB_SECONDS)]; // -B: no compiled files beside the source
    const workers = Array.from({ length: WORKERS }, () => Worker.start(tools.python3, args));
    return new KernelProber(tools, await Promise.all(workers));
  }

  /** Rejects if the job cannot be done. That the script fails is an answer. */
  async run(job: Job): Promise<KernelAnswer> {
    return readAnswer(await this.#ask(writeJob(job, this.#tools)), job);
  }

  /** Ends the workers; what is under way is rejected. */
  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  async #ask(line: string): Promise<string> {
    const worker = this.#idle.pop() ?? (await new Promise<Worker>((resolve) => this.#waiting.push(resolve)));
    try {
      return await worker.ask(line);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(worker);
      else next(worker);
    }
  }
}

/** Rules that need all that a prober needs of a kernel: owners, redirection, conntrack. */
const TRIAL: Omit<Job, 'backend'> = {
  script: 'iptables -t nat -A OUTPUT -p tcp -m owner --uid-owner 1500 -j REDIRECT --to-ports 15001',
  packets: [
    { hook: 'OUTPUT', protocol: 'tcp', destination: 0x0a_00_00_01, port: 80, uid: 1500, interface: 'eth0' },
    {
      hook: 'PREROUTING',
      protocol: 'udp',
      destination: 0x0a_00_00_01,
      port: 80,
      uid: undefined,
      interface: 'eth0',
    },
  ],
};

/**
 * Why this machine cannot ask the kernel about rules of `backend`, in words for people; undefined if it can. Found
 * out by trying.
 */
export async function whyNoVerdicts(
  backend: Backend,
  options: ProberOptions = {},
): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'only Linux has iptables';
  if (process.geteuid?.() !== 0) return 'only root may make network namespaces and become other users';
  let prober: KernelProber;
  try {
    prober = await KernelProber.start(options);
  } catch (error) {
    return words(error);
  }
  try {
    const { status, stderr, verdicts, undetermined } = await prober.run({ ...TRIAL, backend });
    if (status !== 0) return `iptables (${backend}) fails here: ${stderr.trim()}`;
    return verdicts.includes(undefined)
      ? `the kernel shows no verdicts: ${JSON.stringify(undetermined)}`
      : undefined;
  } catch (error) {
    return words(error);
  } finally {
    await prober.stop();
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
