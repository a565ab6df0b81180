/**
 * The real controller as its own process: the bundle that is shipped, or another program that is the controller; its log,
 * and its HTTP endpoints.
 */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { eventually } from './cluster.ts';

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** How to start it otherwise than as this user's own process. */
export interface Launch {
  /** Node and the bundle, and what confines them. */
  readonly command?: readonly string[];
  readonly cwd?: string;
  /** What the environment tells Node, as NODE_OPTIONS. */
  readonly nodeOptions?: string;
}

/** A controller that is stopped answers nothing. */
const ANSWER_WITHIN_MS = 5000;
/** Nothing else of this process's own: its coverage and its options would change what is measured. */
const ENVIRONMENT = { PATH: process.env['PATH'] ?? '', NODE_V8_COVERAGE: '' };

export class ControllerProcess {
  /** Every line of the log so far. */
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #written: Buffer[] = [];
  readonly #exited: Promise<readonly [number | null]>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit') as Promise<[number | null]>;
    if (child.stderr === null) throw new Error('the log is not piped');
    child.stderr.on('data', (chunk: Buffer) => this.#written.push(chunk));
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(parseLine(line)));
  }

  /** Starts the bundle. */
  static start(args: readonly string[], launch: Launch = {}): ControllerProcess {
    const {
      command = [process.execPath, join(repositoryRoot, 'dist/osm-auditor.js')],
      cwd,
      nodeOptions = '',
    } = launch;
    const fixed = ['run', '--listen', '127.0.0.1:0', '--log-format', 'json'];
    return ControllerProcess.#spawn([...command, ...fixed, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...ENVIRONMENT, NODE_OPTIONS: nodeOptions },
      ...(cwd === undefined ? {} : { cwd }),
    });
  }

  /** Starts another program of Node's, which takes messages of `tell`. */
  static startProgram(path: string, args: readonly string[]): ControllerProcess {
    return ControllerProcess.#spawn([process.execPath, path, ...args], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
  }

  static #spawn([program = '', ...words]: readonly string[], options: SpawnOptions): ControllerProcess {
    return new ControllerProcess(spawn(program, words, { env: ENVIRONMENT, ...options }));
  }

  /** All that it has written so far, byte for byte. */
  get written(): Buffer {
    return Buffer.concat(this.#written);
  }

  /** Of the process; commands that confine it replace themselves by it. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it still runs, or is stopped by SIGSTOP. */
  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a message to a program that was started by `startProgram`. */
  tell(message: object): void {
    this.#child.send(message);
  }

  /** Sends a signal: SIGSTOP and SIGCONT, or SIGKILL for an end without goodbye. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** `http://127.0.0.1:40123`, once it listens. */
  async address(): Promise<string> {
    const port = await eventually('the controller listens', () => {
      return Promise.resolve(this.log.find(({ msg }) => msg === 'osm-auditor starts')?.['port']);
    });
    return `http://127.0.0.1:${String(port)}`;
  }

  async get(
    path: string,
    signal: AbortSignal = AbortSignal.timeout(ANSWER_WITHIN_MS),
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${await this.address()}${path}`, { signal });
    return { status: response.status, text: await response.text() };
  }

  async ready(): Promise<void> {
    await eventually('the controller is ready', async () =>
      (await this.get('/readyz')).status === 200 ? true : undefined,
    );
  }

  /** Sends SIGTERM and answers the exit status. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const [code] = await this.#exited;
    return code;
  }
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: 'raw', msg: line };
  }
}

/** The value of a metric line such as `osm_auditor_pods{namespace="test",status="Verified"}`; undefined if absent. */
export function metricValue(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}
