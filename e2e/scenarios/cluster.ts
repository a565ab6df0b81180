/**
 * The cluster that scenarios run on: one of our own control planes, or an existing one where the controller is already
 * installed (OSM_AUDITOR_E2E_KUBECONFIG, as e2e/kind/run.sh sets it).
 *
 * Everything goes through kubectl, as a user's hands do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findAssets } from '../control-plane/assets.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { runKubectl } from '../control-plane/kubectl.ts';

export interface TestCluster {
  /** undefined when the cluster is not ours: then its controller is not ours to start either. */
  readonly own: ControlPlane | undefined;
  readonly kubeconfig: string;
  /** Standard output of kubectl; throws with its standard error. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  stop(): Promise<void>;
}

export async function openCluster(): Promise<TestCluster> {
  const given = process.env['OSM_AUDITOR_E2E_KUBECONFIG'];
  const own = given === undefined ? await startControlPlane() : undefined;
  const kubeconfig = given ?? own?.kubeconfig ?? '';
  const program = own?.assets.kubectl ?? findAssets()?.kubectl ?? 'kubectl';
  return {
    own,
    kubeconfig,
    kubectl: async (args, input) => {
      const home = process.env['HOME'] ?? '/tmp';
      const options = { kubeconfig, home, ...(input === undefined ? {} : { input }) };
      const { code, stdout, stderr } = await runKubectl(program, args, options);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`);
      return stdout;
    },
    stop: async () => own?.stop(),
  };
}

/** Waits until `probe` answers something else than undefined; throws with what was last seen. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  withinMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let problem: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      problem = error;
    }
    await sleep(100);
  }
  const cause = problem instanceof Error ? `: ${problem.message}` : '';
  throw new Error(`${what}: not within ${withinMs / 1000} s${cause}`);
}
