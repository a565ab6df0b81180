/**
 * A controller on a real control plane with the proxy between them, and all that a fault may take hold of: the programs,
 * the connections, the clock, the credentials and the rights of the controller.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { ControllerProcess } from '../scenarios/controller-process.ts';
import { FaultProxy } from './proxy.ts';
import { falsehoods, note } from './truth.ts';
import { World } from './world.ts';

/** Of the manifests, with exactly their rights. */
const ACCOUNT = { namespace: 'osm-auditor', name: 'osm-auditor' };
const BINDINGS = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
const CONFIG_MAPS = '/api/v1/namespaces/osm-system/configmaps';
/** The client reads a token file again when it was read longer ago than this. */
const TOKEN_AGE_MS = 61_000;
const POLL_MS = 100;

export class TestBed {
  readonly plane: ControlPlane;
  readonly proxy: FaultProxy;
  /** Where the controller finds its kubeconfig and its token. */
  readonly #kubeconfig: string;
  readonly #tokenFile: string;
  #controller: ControllerProcess | undefined;
  /** The present one last. One that is left stays for another while: nothing in it may be told again. */
  readonly #worlds: World[] = [];
  #shiftMs = 0;

  private constructor(plane: ControlPlane, proxy: FaultProxy) {
    const folder = dirname(plane.kubeconfig);
    this.plane = plane;
    this.proxy = proxy;
    this.#kubeconfig = join(folder, 'controller.kubeconfig');
    this.#tokenFile = join(folder, 'controller.token');
  }

  /** Starts a control plane with an empty mesh configuration, and the proxy; no controller yet. */
  static async start(): Promise<TestBed> {
    const plane = await startControlPlane();
    const ca = await readFile(plane.caFile, 'utf8');
    const bed = new TestBed(plane, await FaultProxy.start({ server: plane.server, ca }));
    const { code, stderr } = await plane.kubectl(['apply', '-k', join(repositoryRoot, 'manifests')]);
    if (code !== 0) throw new Error(`the manifests are refused: ${stderr}`);
    await bed.#ask('POST', '/api/v1/namespaces', { metadata: { name: 'osm-system' } });
    await bed.#ask('POST', CONFIG_MAPS, { metadata: { name: 'osm-config' }, data: {} });
    await bed.#writeKubeconfig();
    await bed.writeToken();
    return bed;
  }

  get controller(): ControllerProcess {
    if (this.#controller === undefined) throw new Error('no controller has been started');
    return this.#controller;
  }

  /** Where the pods of the present test are. */
  get world(): World {
    const world = this.#worlds.at(-1);
    if (world === undefined) throw new Error('no namespace has been entered');
    return world;
  }

  /** Starts a controller: the product with its own timings, or one that is in a hurry. */
  startController(kind: 'bundle' | 'hasty' = 'hasty'): void {
    this.#shiftMs = 0;
    const program = join(dirname(fileURLToPath(import.meta.url)), 'controller.js');
    this.#controller =
      kind === 'bundle'
        ? ControllerProcess.start(['--kubeconfig', this.#kubeconfig, '--settle-period', '0'])
        : ControllerProcess.startProgram(program, [this.#kubeconfig]);
  }

  /** Creates a namespace for what follows, and ends the one before the last. */
  async enter(namespace: string): Promise<void> {
    this.#worlds.push(await World.create(this.plane, namespace));
    if (this.#worlds.length > 2) await this.#worlds.shift()?.dismantle();
  }

  /** Ends every namespace, so that what went wrong in one is no trouble to others. */
  async clear(): Promise<void> {
    for (const world of this.#worlds.splice(0)) await world.dismantle();
  }

  /** Changes something in the cluster, and enters in the ledger what is true then. */
  async change(action: (world: World) => Promise<unknown>): Promise<void> {
    await action(this.world);
    await note(this.plane.kubeconfig, this.#worlds);
  }

  /** Changes the configuration of the mesh. */
  async configure(data: Readonly<Record<string, string>>): Promise<void> {
    for (const { ledger } of this.#worlds) ledger.staleConfig = true;
    const body = { metadata: { name: 'osm-config' }, data };
    await this.#ask('PUT', `${CONFIG_MAPS}/osm-config`, body);
    await note(this.plane.kubeconfig, this.#worlds);
  }

  /** Waits until the controller says what is true; throws with what is not after so many seconds. */
  async truthWithin(seconds: number): Promise<void> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const complaints = await this.#falsehoods();
      if (complaints.length === 0) return;
      if (performance.now() > deadline) throw new Error(`after ${seconds} s: ${complaints.join('; ')}`);
      await sleep(POLL_MS);
    }
  }

  /** Moves the clock of the controller, for good. */
  jump(ms: number): void {
    this.#shiftMs += ms;
    this.controller.tell({ shiftMs: this.#shiftMs });
  }

  /** Writes a token to the controller's file; a fresh one of its account by default. */
  async writeToken(token?: string): Promise<void> {
    await writeFile(this.#tokenFile, token ?? (await this.plane.tokenFor(ACCOUNT)));
  }

  async removeToken(): Promise<void> {
    await rm(this.#tokenFile);
  }

  /** Makes the client read its token file before the next request, as if a minute had passed. */
  ageToken(): void {
    this.jump(TOKEN_AGE_MS);
  }

  /** Takes all rights from the controller; returns how to give them back. */
  async revokeRights(): Promise<() => Promise<void>> {
    const path = `${BINDINGS}/${ACCOUNT.name}`;
    const { roleRef, subjects } = (await this.#ask('GET', path)) as { roleRef: object; subjects: object[] };
    await this.#ask('DELETE', path);
    return async () => {
      await this.#ask('POST', BINDINGS, { metadata: { name: ACCOUNT.name }, roleRef, subjects });
    };
  }

  async stop(): Promise<void> {
    // A controller that is stopped by SIGSTOP takes no other signal than these.
    this.#controller?.signal('SIGCONT');
    await this.#controller?.stop();
    await this.proxy.stop();
    await this.plane.stop();
  }

  async #falsehoods(): Promise<readonly string[]> {
    const { kubeconfig } = this.plane;
    try {
      return await falsehoods({
        kubeconfig,
        worlds: this.#worlds,
        controller: this.controller,
      });
    } catch (error) {
      return [`it could not be asked: ${String(error)}`];
    }
  }

  async #writeKubeconfig(): Promise<void> {
    // A plain http server is accepted by the client library only together with this flag.
    const cluster = { server: this.proxy.url, 'insecure-skip-tls-verify': true };
    // What the library makes of a service account in a pod.
    const user = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: this.#tokenFile } } };
    const kubeconfig = {
      'current-context': 'proxy',
      contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'controller' } }],
      clusters: [{ name: 'proxy', cluster }],
      users: [{ name: 'controller', user }],
    };
    await writeFile(this.#kubeconfig, JSON.stringify(kubeconfig));
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.plane.request(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body);
  }
}
