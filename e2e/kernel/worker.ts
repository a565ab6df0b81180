/**
 * One prober.py as a child process: a line in, a line out. Knows nothing of what the lines say.
 *
 * Guarantees: at most one question is under way; every question is answered or rejected, also when the child dies.
 * When this process dies, however it does, the kernel ends the child.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const STDERR_SHOWN = 2000;
const TERMINATE_AFTER_MS = 500;

interface Question {
  readonly resolve: (line: string) => void;
  readonly reject: (reason: Error) => void;
}

export class Worker {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<unknown>;
  #question: Question | undefined;
  #failure: Error | undefined;
  #stderr = '';

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#ended = once(child, 'close');
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_SHOWN);
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.#take()?.resolve(line));
    child.stdin.on('error', () => undefined); // the child's end says more, and comes with it
    child.once('close', (code, signal) => {
      this.#failure = new Error(`the prober ended (${code ?? String(signal)}): ${this.#stderr.trim()}`);
      this.#take()?.reject(this.#failure);
    });
  }

  /** Starts the program; throws if it cannot be executed. */
  static async start(program: string, args: readonly string[]): Promise<Worker> {
    const child = spawn(program, args);
    await once(child, 'spawn');
    return new Worker(child);
  }

  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      if (this.#question !== undefined) throw new Error('this worker is still at its last question');
      this.#question = { resolve, reject };
      this.#child.stdin.write(`${line}\n`);
    });
  }

  /** Ends the child, soon even if it is at work; a question under way is rejected. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGTERM'), TERMINATE_AFTER_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #take(): Question | undefined {
    const question = this.#question;
    this.#question = undefined;
    return question;
  }
}
