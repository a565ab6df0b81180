/**
 * A real control plane for tests: etcd and kube-apiserver on free loopback ports, with real authentication, RBAC and
 * storage, gone without a trace after stop() and when this process ends in any other way.
 *
 * Limits: no controller-manager, scheduler or kubelet. Nobody schedules or runs a pod (its status is what a test
 * patches into pods/status), namespaces never finish deleting, and service accounts get no secrets; their tokens come
 * from the TokenRequest API, as a kubelet's do.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assets } from './assets.ts';
import { ensureAssets } from './build-assets.ts';
import type { Component } from './component.ts';
import { writeKubeconfig, writeServerCredentials } from './credentials.ts';
import type { ServerCredentials } from './credentials.ts';
import { apiserverFlags, etcdFlags } from './flags.ts';
import type { Ports } from './flags.ts';
import { accepts, freePorts } from './ports.ts';
import { runKubectl } from './kubectl.ts';
import type { KubectlResult } from './kubectl.ts';
import { request } from './request.ts';
import type { Answer } from './request.ts';
import { serviceAccountToken } from './service-account.ts';
import type { ServiceAccountName } from './service-account.ts';
import { Workspace } from './workspace.ts';

/** Somebody whom the API server knows: the holder of a token, or a service account, which is created if need be. */
export type User = { readonly token: string } | { readonly serviceAccount: ServiceAccountName };

/** The programs of a control plane. */
export type PlaneProgram = 'etcd' | 'kube-apiserver';

/** Between asking for a free port and binding it another process may take it; thrice in a row means something else. */
const ATTEMPTS = 3;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;

/**
 * Starts a control plane and returns when it answers `/readyz` and has its namespace `default`: a few seconds. Without
 * `assets` it finds or builds them. Throws with the last lines of a program's log if that program ends, and with the
 * reasons of `/readyz` after 60 s.
 */
export async function startControlPlane(options: { readonly assets?: Assets } = {}): Promise<ControlPlane> {
  const assets = options.assets ?? (await ensureAssets());
  for (let attempt = 1; ; attempt++) {
    try {
      return await ControlPlane.start(assets);
    } catch (error) {
      const portTaken = error instanceof Error && error.message.includes('address already in use');
      if (!portTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

export class ControlPlane {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  readonly assets: Assets;
  /** The token of an administrator whom RBAC never refuses. */
  readonly token: string;
  /** PEM file that vouches for the server. */
  readonly caFile: string;
  /** Kubeconfig file of that administrator. */
  readonly kubeconfig: string;
  /** Resolves with the reason if a program ends that nobody stopped. */
  readonly failure: Promise<Error>;
  readonly #workspace: Workspace;
  readonly #ports: Ports;
  readonly #credentials: ServerCredentials;
  readonly #running = new Map<PlaneProgram, Component>();
  #fail: (reason: Error) => void = () => undefined;
  #kubeconfigs = 0;

  private constructor(assets: Assets, workspace: Workspace, ports: Ports, credentials: ServerCredentials) {
    const certificates = join(workspace.folder, 'certificates');
    this.server = `https://127.0.0.1:${ports.apiserver}`;
    this.assets = assets;
    this.token = credentials.adminToken;
    this.caFile = join(certificates, 'apiserver.crt');
    this.kubeconfig = join(workspace.folder, 'admin.kubeconfig');
    this.failure = new Promise((resolve) => (this.#fail = resolve));
    this.#workspace = workspace;
    this.#ports = ports;
    this.#credentials = credentials;
  }

  /** One attempt; leaves nothing behind if it fails. Use startControlPlane(), which tries again with other ports. */
  static async start(assets: Assets): Promise<ControlPlane> {
    const workspace = await Workspace.create();
    try {
      const [etcd, apiserver] = await freePorts();
      const ports = { etcd, apiserver };
      const credentials = await writeServerCredentials(workspace.folder);
      const plane = new ControlPlane(assets, workspace, ports, credentials);
      await plane.#startEtcd();
      await plane.#startApiServer();
      await writeKubeconfig(plane.kubeconfig, plane, { name: 'admin', token: plane.token });
      return plane;
    } catch (error) {
      await workspace.dismantle();
      throw error;
    }
  }

  /** Sends one request as `user`, or as the administrator; any status is an answer. A PATCH is a strategic merge. */
  async request(method: string, path: string, body?: unknown, token: string = this.token): Promise<Answer> {
    const ca = await readFile(this.caFile, 'utf8');
    return request({ server: this.server, ca, token }, method, path, body);
  }

  /** A token of the service account, valid for an hour. Creates the account, but not its namespace, if need be. */
  tokenFor(account: ServiceAccountName): Promise<string> {
    return serviceAccountToken((method, path, body) => this.request(method, path, body), account);
  }

  /** Path of a new kubeconfig file for `user`; it lives as long as the control plane. */
  async kubeconfigFor(user: User): Promise<string> {
    const known = 'token' in user;
    const token = known ? user.token : await this.tokenFor(user.serviceAccount);
    const name = known ? 'user' : `${user.serviceAccount.namespace}-${user.serviceAccount.name}`;
    const path = join(this.#workspace.folder, `${name}-${++this.#kubeconfigs}.kubeconfig`);
    await writeKubeconfig(path, this, { name, token });
    return path;
  }

  /** Runs kubectl, as the administrator unless a kubeconfig is given, with `input` on its stdin. */
  async kubectl(
    args: readonly string[],
    options: { readonly input?: string; readonly kubeconfig?: string } = {},
  ): Promise<KubectlResult> {
    if (this.assets.kubectl === undefined) {
      throw new Error('kubectl is neither beside the other assets nor in PATH');
    }
    return runKubectl(this.assets.kubectl, args, {
      kubeconfig: this.kubeconfig,
      ...options,
      home: this.#workspace.folder,
    });
  }

  /** Ends the API server, which cuts every watch, and returns when a new one serves the same data on the same port. */
  async restartApiServer(): Promise<void> {
    const apiserver = this.#running.get('kube-apiserver');
    if (apiserver !== undefined) await this.#workspace.end(apiserver);
    await this.#startApiServer();
  }

  /** Ends a program as a power cut would. */
  async kill(program: PlaneProgram): Promise<void> {
    const component = this.#component(program);
    this.#running.delete(program);
    await component.kill();
    await this.#workspace.end(component);
  }

  /** Starts a program that was killed, with its data and on its port, and returns when the control plane serves. */
  async revive(program: PlaneProgram): Promise<void> {
    if (program === 'kube-apiserver') return this.#startApiServer();
    await this.#startEtcd();
    return this.#untilServing();
  }

  /** Stops a program where it is, with its connections open. */
  pause(program: PlaneProgram): void {
    this.#component(program).pause();
  }

  /** Continues a program that was paused, and returns when the control plane serves. */
  async resume(program: PlaneProgram): Promise<void> {
    this.#component(program).resume();
    await this.#untilServing();
  }

  /** Ends both programs and removes every file; resolves when nothing is left. May be called again. */
  stop(): Promise<void> {
    return this.#workspace.dismantle();
  }

  async #startEtcd(): Promise<void> {
    const port = this.#ports.etcd;
    const args = etcdFlags(this.#workspace.folder, this.#ports);
    const etcd = await this.#start({ name: 'etcd', path: this.assets.etcd, args });
    // An API server that finds no etcd tries again only after a second.
    await this.#until(etcd, async () => ((await accepts(port)) ? 'yes' : 'etcd does not listen'));
  }

  async #startApiServer(): Promise<void> {
    const args = apiserverFlags(dirname(this.caFile), this.#ports, this.#credentials);
    await this.#start({ name: 'kube-apiserver', path: this.assets.kubeApiserver, args });
    await this.#untilServing();
  }

  async #start(program: {
    readonly name: PlaneProgram;
    readonly path: string;
    readonly args: readonly string[];
  }): Promise<Component> {
    const component = await this.#workspace.start(program);
    this.#running.set(program.name, component);
    void component.died.then((error) => this.#fail(error));
    return component;
  }

  #component(program: PlaneProgram): Component {
    const component = this.#running.get(program);
    if (component === undefined) throw new Error(`${program} does not run`);
    return component;
  }

  async #untilServing(): Promise<void> {
    await this.#until(this.#component('kube-apiserver'), async () => {
      const ready = await this.request('GET', '/readyz?verbose');
      if (ready.status !== 200) return ready.body;
      const namespace = await this.request('GET', '/api/v1/namespaces/default');
      return namespace.status === 200 ? 'yes' : 'the namespace default does not exist yet';
    });
  }

  /** Polls `state` until it says yes; throws if the program dies or 60 s pass, with what was missing last. */
  async #until(component: Component, state: () => Promise<string>): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    let death: Error | undefined;
    void component.died.then((error) => (death = error));
    for (;;) {
      const answer = await state().catch((error: unknown) => String(error));
      if (answer === 'yes') return;
      if (death !== undefined) throw death;
      if (Date.now() > deadline) throw new Error(`${component.name} is not ready after 60 s: ${answer}`);
      await sleep(POLL_MS);
    }
  }
}
