/**
 * Recognises the releases that can have made a pod from what it carries: its chains, its variables, its users.
 *
 * Version labels do not count, for running pods keep the rules of the injector that created them. The tag of the init
 * image, which comes with its injector, rules out what the rules leave open: v1.0 for an image of v1.1, and FSM without its
 * rule for DNS for an image of before. Where a pod fits several releases, all of them are named, the likeliest first; rules
 * that are right for any of them are right.
 */
import type { Match, Rule, RuleSet } from '../iptables/model.ts';
import { BUILT_IN_CHAINS } from '../iptables/model.ts';
import { HEALTH_PORT, R1, V07_UID, variantOf, type Fork } from './dialect.ts';
import type { ConfigKind } from './mesh-config.ts';
import { FSM, initContainerOf, productOf, sidecarOf } from './names.ts';
import type { InitContainer, Pod } from './pod.ts';
import * as releases from './releases.ts';
import { isBefore, readVersion, type Release, type Version } from './releases.ts';

/**
 * @param rules what the script of osm-init leaves behind
 * @returns empty when the chains are those of no known release
 */
export function possibleReleases(pod: Pod, rules: RuleSet, fork: Fork): readonly Release[] {
  const init = initContainerOf(pod);
  const family = familyOf(pod, rules, fork);
  if (init === undefined || family === undefined) return [];
  const candidates = family === 'R1' ? earlyReleases(pod, init, rules) : laterReleases(family, init, rules);
  const uid = fork.uid ?? sidecarOf(pod)?.runAsUser;
  return candidates.map((release) => asBuilt(release, { ...fork, uid }));
}

/** What a pod without a script that could be read is taken for: the newest release that reads the configuration. */
export function newestRelease(kind: ConfigKind, fork: Fork): Release {
  const newest: Record<ConfigKind, Release> = {
    ConfigMap: releases.GUIDE,
    MeshConfig: releases.V1_2,
    FsmMeshConfig: releases.FSM_1_4_17,
  };
  return asBuilt(newest[kind], fork);
}

/** One release for each dialect and kind of configuration, for rules that have to be told by what they do. */
export function everyRelease(pod: Pod, fork: Fork): readonly Release[] {
  const { GUIDE, V0_11, V1_0, V1_1_0, V1_2, EDGE_1_3, FSM_1_0, FSM_1_4_17 } = releases;
  const own = productOf(pod) === FSM ? [FSM_1_4_17, FSM_1_0] : [GUIDE, V0_11, V1_0, V1_1_0, V1_2, EDGE_1_3];
  const uid = fork.uid ?? sidecarOf(pod)?.runAsUser;
  return own.map((release) => asBuilt(release, { ...fork, uid }));
}

/** The objects that an injector which uses the release's names may read. */
export function configKindsOf(pod: Pod): readonly ConfigKind[] {
  return productOf(pod) === FSM ? ['FsmMeshConfig'] : ['ConfigMap', 'MeshConfig'];
}

const built = new WeakMap<Release, Map<string, Release>>();

/** The release as a fork, or as the sidecar's user, makes it. The same values give the same object. */
export function asBuilt(release: Release, fork: Fork): Release {
  const dialect = variantOf(release.dialect, fork);
  if (dialect === release.dialect) return release;
  const known = built.get(release) ?? new Map<string, Release>();
  built.set(release, known);
  const key = `${dialect.uid} ${dialect.inboundPort} ${dialect.outboundPort} ${dialect.chains.inbound}`;
  const variant = known.get(key) ?? { ...release, dialect };
  known.set(key, variant);
  return variant;
}

type Family = 'R1' | 'restore' | 'FSM';

/** A script that creates no chain of its own is told by the rest of the pod: then every rule of it is missing. */
function familyOf(pod: Pod, { chains }: RuleSet, { chainPrefix }: Fork): Family | undefined {
  const own = [...chains.keys()].filter((name) => !(BUILT_IN_CHAINS as readonly string[]).includes(name));
  const has = (prefix: string): boolean => own.some((name) => name.startsWith(prefix));
  if (chainPrefix !== undefined && has(chainPrefix)) {
    if (has(`${chainPrefix}OUTPUT`)) return 'R1';
    return productOf(pod) === FSM ? 'FSM' : 'restore';
  }
  if (has('FSM_PROXY_')) return 'FSM';
  if (has('OSM_PROXY_')) return 'restore';
  if (has('PROXY_')) return 'R1';
  if (own.length > 0) return undefined;
  if (productOf(pod) === FSM) return 'FSM';
  return podIpIsGiven(initContainerOf(pod)) ? 'restore' : 'R1';
}

/** v0.7 differs in Envoy's user, and its injector did not say whether osm-init is privileged. */
function earlyReleases(pod: Pod, init: InitContainer, rules: RuleSet): readonly Release[] {
  const uid = sidecarOf(pod)?.runAsUser;
  const exempts = (user: number): boolean => usersOf(rules).includes(user);
  const unsaid = uid === undefined && init.privileged === undefined;
  const v07 = uid === V07_UID || (unsaid && exempts(V07_UID) && !exempts(R1.uid));
  if (v07) return [releases.V0_7];
  const first = tagOf(init.image)?.join('.') === '0.9.0' ? [releases.V0_9_0] : [];
  return [releases.GUIDE, releases.V0_11, ...first];
}

function laterReleases(family: 'restore' | 'FSM', init: InitContainer, rules: RuleSet): readonly Release[] {
  const dns = allRules(rules).some(({ target }) => target.kind === 'dnat' && target.port !== undefined);
  const tag = tagOf(init.image);
  if (family === 'FSM') {
    const older = tag !== undefined && isBefore(tag, [1, 4, 17]);
    return dns || older ? [releases.FSM_1_0] : [releases.FSM_1_4_17, releases.FSM_1_0];
  }
  if (podIpIsGiven(init)) return dns ? [releases.EDGE_1_3] : [releases.V1_2, releases.EDGE_1_3];
  if (tag !== undefined && !isBefore(tag, [1, 1, 0])) return [releases.V1_1_0];
  return passes(rules, HEALTH_PORT) ? [releases.V1_1_0, releases.V1_0] : [releases.V1_0, releases.V1_1_0];
}

/** From v1.1.1 on the init container knows the pod's address, whether or not a rule names it. */
function podIpIsGiven(init: InitContainer | undefined): boolean {
  return init?.env['POD_IP'] === null;
}

function allRules({ chains }: RuleSet): readonly Rule[] {
  return [...chains.values()].flat();
}

function usersOf(rules: RuleSet): readonly number[] {
  return allRules(rules).flatMap(({ matches }) =>
    matches.flatMap((match) => (match.kind === 'owner' && match.from === match.to ? [match.from] : [])),
  );
}

/** Whether some rule lets the port pass alone or with others. */
function passes(rules: RuleSet, port: number): boolean {
  const names = (match: Match): boolean => {
    if (match.kind === 'destination-port') return match.ports.from <= port && port <= match.ports.to;
    return match.kind === 'multiport' && match.ports.some(({ from, to }) => from <= port && port <= to);
  };
  return allRules(rules).some(({ matches, target }) => {
    const full = matches.some(
      (match) => match.kind === 'destination-port' && match.ports.to - match.ports.from > 60000,
    );
    return (target.kind === 'return' || target.kind === 'accept') && !full && matches.some(names);
  });
}

/** The version that an image's tag names; undefined for digests, hashes and names. */
export function tagOf(image: string): Version | undefined {
  const tag = /:([^:/@]*)$/.exec(image)?.[1];
  return tag === undefined ? undefined : readVersion(tag);
}
