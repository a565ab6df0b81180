/**
 * One program of the control plane as a child process: started with a log file, watched for an end that nobody asked
 * for, stopped and continued, and ended by its own pid. Knows nothing of Kubernetes.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  readonly name: string;
  /** Absolute path of the executable. */
  readonly path: string;
  readonly args: readonly string[];
  /** Absolute path of the file that takes stdout and stderr; appended to. */
  readonly log: string;
}

/** A second SIGTERM makes Kubernetes' programs end at once; after the first an API server waits 60 s for its watches. */
const INSIST_AFTER_MS = 500;
const KILL_AFTER_MS = 5000;
const LOG_LINES_SHOWN = 15;

export class Component {
  readonly name: string;
  readonly pid: number;
  /** Resolves, if the program ends before stop() is called, with an error that quotes the end of its log. */
  readonly died: Promise<Error>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #stopping = false;

  private constructor(program: Program, child: ChildProcess, pid: number) {
    this.name = program.name;
    this.pid = pid;
    this.#child = child;
    const exit = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(code === null ? `by ${String(signal)}` : `with exit code ${code}`);
      });
    });
    this.#ended = exit.then(() => undefined);
    this.died = new Promise((resolve) => {
      void exit.then((how) => {
        if (this.#stopping) return;
        resolve(
          new Error(`${program.name} ended ${how}; the last lines of its log:\n${lastLines(program.log)}`),
        );
      });
    });
  }

  /** Starts the program; throws if it cannot be executed. That it runs does not mean that it serves. */
  static async start(program: Program): Promise<Component> {
    const log = openSync(program.log, 'a', 0o600);
    try {
      // Nothing but PATH: a developer's ETCD_* variables and proxies must not reach the programs under test.
      const env = { PATH: process.env['PATH'] };
      const child = spawn(program.path, program.args, { stdio: ['ignore', log, log], env });
      await once(child, 'spawn');
      if (child.pid === undefined) throw new Error(`${program.name} started without a process id`);
      return new Component(program, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  /** Ends the program as a power cut would; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#stopping = true;
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Stops the program's threads where they are, its connections open, until `resume`. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  /** Ends the program: SIGTERM, a second one, SIGKILL after 5 s. Resolves when it is gone; may be called again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const patience = new AbortController();
    const insist = async (signal: NodeJS.Signals, afterMs: number): Promise<void> => {
      await sleep(afterMs, undefined, { signal: patience.signal });
      this.#child.kill(signal);
    };
    this.#child.kill('SIGTERM');
    const insisting = Promise.allSettled([
      insist('SIGTERM', INSIST_AFTER_MS),
      insist('SIGKILL', KILL_AFTER_MS),
    ]);
    await this.#ended;
    patience.abort();
    await insisting;
  }
}

/** The end of a log, indented. Read synchronously: its folder may be gone by the next turn of the event loop. */
function lastLines(path: string): string {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-LOG_LINES_SHOWN)
    .map((line) => `  ${line}`)
    .join('\n');
}
