/**
 * The pod that an injector makes of another one, as far as judgement looks at it, and the way back.
 *
 * Guarantees: osm-init of the new pod installs what is meant by configuration and annotations, also where the injector's
 * own script would fail; whether it would is another question, which start.ts of the audit answers.
 * Limits: helpers for probes, volumes and images are left out, since no verdict on a pod that is only to be made depends on
 * them.
 */
import type { Dialect } from './dialect.ts';
import { expectedRulesScript } from './expected-rules.ts';
import type { Intent } from './intent.ts';
import { productOfKind } from './mesh-config.ts';
import { initContainerOf, isMeshHelper, PRODUCTS, sidecarOf, type Product } from './names.ts';
import type { Container, InitContainer, Pod } from './pod.ts';
import type { Release } from './releases.ts';

/** As if it had been created just now and had started well. */
export function inject(pod: Pod, release: Release, intent: Intent): Pod {
  const product = productOfKind(release.reads);
  return {
    ...pod,
    labels: { ...pod.labels, [product.proxyLabel]: '' },
    initContainers: [...pod.initContainers, initContainerFor(product, release, intent)],
    containers: [...pod.containers, sidecarFor(product, release.dialect)],
  };
}

/** What a running pod would be made of once more: it does not run yet, and nothing is injected. */
export function asNew(pod: Pod): Pod {
  return { ...withoutInjection(pod), phase: '', terminating: false };
}

/** The pod as its workload asks for it, as far as the pod still tells. */
export function withoutInjection(pod: Pod): Pod {
  const [init, sidecar] = [initContainerOf(pod), sidecarOf(pod)];
  const marks = PRODUCTS.map(({ proxyLabel }) => proxyLabel);
  return {
    ...pod,
    labels: Object.fromEntries(Object.entries(pod.labels).filter(([name]) => !marks.includes(name))),
    bootstrapSecrets: [],
    initContainers: pod.initContainers.filter((each) => each !== init),
    containers: pod.containers.filter((each) => each !== sidecar && !isMeshHelper(each)),
    ephemeralContainers: [],
  };
}

function initContainerFor(product: Product, release: Release, intent: Intent): InitContainer {
  return {
    name: product.initContainer,
    image: '',
    runAsUser: undefined,
    ports: [],
    status: {
      state: { kind: 'terminated', exitCode: 0, reason: 'Completed', finishedAt: undefined },
      lastExitCode: undefined,
      ready: true,
      restarts: 0,
    },
    command: ['/bin/sh'],
    args: ['-c', expectedRulesScript(release.dialect, intent)],
    env: release.settings.includes('podIpMode') ? { POD_IP: null } : {},
    privileged: false,
    addedCapabilities: ['NET_ADMIN'],
    keepsRunning: false,
  };
}

function sidecarFor({ sidecars: [name = 'sidecar'] }: Product, { uid, inboundPort }: Dialect): Container {
  return {
    name,
    image: '',
    runAsUser: uid,
    ports: [{ port: inboundPort, protocol: 'TCP' }],
    status: {
      state: { kind: 'running', startedAt: undefined },
      lastExitCode: undefined,
      ready: true,
      restarts: 0,
    },
  };
}
