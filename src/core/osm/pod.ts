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

export interface ContainerPort {
  readonly port: number;
  readonly protocol: string;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  /** The user of its processes by its own security context or the pod's; undefined where the image decides. */
  readonly runAsUser: number | undefined;
  readonly ports: readonly ContainerPort[];
  readonly status: ContainerStatus | undefined;
}

export interface InitContainer extends Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: ContainerVariables;
  /** undefined where the pod does not say. */
  readonly privileged: boolean | undefined;
  /** Capabilities beyond what the runtime gives. */
  readonly addedCapabilities: readonly string[];
  /** It goes on running beside the containers: Kubernetes' native sidecar. */
  readonly keepsRunning: boolean;
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
  /** What runs its containers, where it is not the node's ordinary runtime. */
  readonly runtimeClass: string | undefined;
  /** Meant for Windows nodes, where OSM installs no rules. */
  readonly windows: boolean;
  /** The API's image of a pod that a kubelet made from a file. */
  readonly mirror: boolean;
  /** The pod's own addresses, IPv4 or IPv6, as far as they are known. */
  readonly addresses: readonly string[];
  /** Secrets that are mounted and whose name is that of a sidecar's configuration. */
  readonly bootstrapSecrets: readonly string[];
  /** The controller that owns the pod, a ReplicaSet already resolved to its Deployment. */
  readonly owner: Owner | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** When an annotation was last written, as far as the object tells. */
  readonly annotatedAt: Readonly<Record<string, number>>;
  readonly initContainers: readonly InitContainer[];
  readonly containers: readonly Container[];
  /** Containers that somebody added to the running pod to debug it. */
  readonly ephemeralContainers: readonly Container[];
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
