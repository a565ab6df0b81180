/** The bundle that is shipped, run as the Deployment runs it: with its NODE_OPTIONS, in a process of its own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { readText } from '../../src/testing/repository.ts';
import { ControllerProcess, metricValue } from '../scenarios/controller-process.ts';
import { cpuMsOf, memoryOf, type ProcessMemory } from './proc.ts';

const POLL_MS = 20;
/** Rarer, since each look renders all metrics. */
const WRITES_POLL_MS = 250;
const READY_WITHIN_MS = 300_000;

export class BenchController {
  readonly #process: ControllerProcess;

  private constructor(process: ControllerProcess) {
    this.#process = process;
  }

  static start(kubeconfig: string, nodeOptions: string = manifestNodeOptions()): BenchController {
    return new BenchController(ControllerProcess.start(['--kubeconfig', kubeconfig], { nodeOptions }));
  }

  /** Resolves a few milliseconds after /readyz says yes for the first time. */
  async ready(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!this.#process.log.some(({ msg }) => msg === 'osm-auditor starts')) {
      if (Date.now() > deadline || !this.#process.alive)
        throw new Error(`the controller does not start: ${this.#lastLines()}`);
      await sleep(POLL_MS);
    }
    while ((await this.#process.get('/readyz')).status !== 200) {
      if (Date.now() > deadline) throw new Error(`the controller is not ready: ${this.#lastLines()}`);
      await sleep(POLL_MS);
    }
  }

  get memory(): ProcessMemory {
    return memoryOf(this.#pid());
  }

  /** Since it started, in milliseconds. */
  get cpuMs(): number {
    return cpuMsOf(this.#pid());
  }

  /** Condition patches and Events that it has written. */
  async writes(): Promise<number> {
    const { text } = await this.#process.get('/metrics');
    return writesIn(text);
  }

  /** Resolves once it has written so often. */
  async written(writes: number): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while ((await this.writes()) < writes) {
      if (Date.now() > deadline) throw new Error(`the controller does not write: ${this.#lastLines()}`);
      await sleep(WRITES_POLL_MS);
    }
  }

  async stop(): Promise<void> {
    await this.#process.stop();
  }

  #pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the controller was not started');
    return pid;
  }

  #lastLines(): string {
    return JSON.stringify(this.#process.log.slice(-3));
  }
}

/** Condition patches and Events, as /metrics tells them. */
export function writesIn(metrics: string): number {
  const series = [
    'osm_auditor_condition_patches_total{result="success"}',
    'osm_auditor_events_total{type="Normal"}',
    'osm_auditor_events_total{type="Warning"}',
  ];
  return series.reduce((sum, each) => sum + (metricValue(metrics, each) ?? 0), 0);
}

/** What manifests/deployment.yaml, or another with a pod template, gives to Node; empty if nothing. */
export function manifestNodeOptions(manifest = 'manifests/deployment.yaml'): string {
  const { spec } = parse(readText(manifest)) as DeploymentObject;
  const env = spec.template.spec.containers.flatMap((container) => container.env);
  return env.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
}

interface DeploymentObject {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}
