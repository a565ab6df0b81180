/**
 * A temporary folder and the programs that work in it, which vanish together: by dismantle(), or, however hard this
 * process ends, by a watchdog. Node has no portable way to tie a child's life to its parent's and an exit handler does
 * not run after SIGKILL; but the kernel closes a dead process' end of a pipe, and a small shell waits for just that.
 *
 * Limit: a process that is killed between starting a program and telling the watchdog leaves that one program behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { Component } from './component.ts';
import type { Program } from './component.ts';

/**
 * Each line that it reads is the list of all pids to end from then on; the end of its input is the order to do so.
 * After an orderly dismantling the list is empty and the folder gone, so that it has nothing to do.
 */
const WATCHDOG = `
  pids=
  while read -r line; do pids=$line; done
  alive() { for pid in $pids; do kill -0 "$pid" 2>/dev/null && return 0; done; return 1; }
  for signal in TERM TERM TERM TERM TERM KILL; do
    alive || break
    kill -s "$signal" $pids 2>/dev/null
    sleep 1
  done
  rm -rf -- "$1"
`;

export class Workspace {
  /** Absolute path, readable by this user alone. */
  readonly folder: string;
  readonly #components: Component[] = [];
  readonly #leash: Writable;
  readonly #watchdogGone: Promise<unknown>;
  #dismantled: Promise<void> | undefined;

  private constructor(folder: string, leash: Writable, watchdogGone: Promise<unknown>) {
    this.folder = folder;
    this.#leash = leash;
    this.#watchdogGone = watchdogGone;
    // A failed write is reported by its own callback in #tellWatchdog; without a listener it would be thrown as well.
    leash.on('error', () => undefined);
  }

  /** Makes the folder and starts its watchdog. */
  static async create(): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'osm-auditor-control-plane-'));
    // Detached, so that the Ctrl-C that ends this process is not sent to the watchdog too.
    const watchdog = spawn('sh', ['-c', WATCHDOG, 'osm-auditor-watchdog', folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    const gone = once(watchdog, 'exit');
    await once(watchdog, 'spawn');
    return new Workspace(folder, watchdog.stdin, gone);
  }

  /** Starts a program that logs to `NAME.log` in the folder; throws if it cannot be executed. */
  async start(program: Omit<Program, 'log'>): Promise<Component> {
    const component = await Component.start({ ...program, log: join(this.folder, `${program.name}.log`) });
    this.#components.push(component);
    await this.#tellWatchdog();
    return component;
  }

  /** Ends one program and forgets it. */
  async end(component: Component): Promise<void> {
    await component.stop();
    const index = this.#components.indexOf(component);
    if (index !== -1) this.#components.splice(index, 1);
    await this.#tellWatchdog();
  }

  /** Ends every program, the last started first, and removes the folder. Once called, calling again waits for it. */
  dismantle(): Promise<void> {
    this.#dismantled ??= this.#dismantle();
    return this.#dismantled;
  }

  async #dismantle(): Promise<void> {
    for (const component of this.#components.splice(0).reverse()) await component.stop();
    await rm(this.folder, { recursive: true, force: true });
    await this.#tellWatchdog();
    this.#leash.end();
    await this.#watchdogGone;
  }

  #tellWatchdog(): Promise<void> {
    const pids = this.#components.map((component) => component.pid).join(' ');
    return new Promise((resolve, reject) => {
      this.#leash.write(`${pids}\n`, (error) => {
        if (error) reject(new Error('the watchdog of the control plane is gone', { cause: error }));
        else resolve();
      });
    });
  }
}
