/**
 * A pod as this project sees it: the plain facts that decide how its traffic should be redirected and how it is.
 *
 * Times are milliseconds since the Unix epoch. Nothing here is a Kubernetes type: a snapshot of an API object or of a
 * file is translated into this once, at the border.
 */

export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly startedAt: number | undefined }
  | {
      readonly kind: 'terminated';
      readonly exitCode: number;
      readonly reason: string;
      readonly finishedAt: number | undefined;
    };

/** What the kubelet says about one container; absent until it says anything. */
export interface ContainerStatus {
  readonly state: ContainerState;
  /** How the run before this one ended, as long as the kubelet remembers it. */
  readonly lastExitCode: number | undefined;
  readonly ready: boolean;
  readonly restarts: number;
}

export interface Container {
  readonly name: string;
  readonly status: ContainerStatus | undefined;
}

export interface InitContainer extends Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: ContainerVariables;
}

/** Variables whose values are known; null is the value of one that holds the pod's own address. */
export type ContainerVariables = Readonly<Record<string, string | null>>;

export interface Owner {
  readonly kind: string;
  readonly name: string;
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number | undefined;
  readonly terminating: boolean;
  readonly phase: string;
  readonly restartPolicy: string;
  readonly hostNetwork: boolean;
  /** The controller that owns the pod, a ReplicaSet already resolved to its Deployment. */
  readonly owner: Owner | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly initContainers: readonly InitContainer[];
  readonly containers: readonly Container[];
}

export interface Namespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** `test/web-0` */
export function podKey(pod: Pick<Pod, 'namespace' | 'name'>): string {
  return `${pod.namespace}/${pod.name}`;
}
