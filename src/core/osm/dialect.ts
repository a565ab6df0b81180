/**
 * Dialects: the rule templates of OSM's releases and of FSM, as data. How they become commands is in expected-rules.ts.
 *
 * Facts are from the injectors' sources, pkg/injector/iptables.go of each release.
 */

export interface Chains {
  readonly inbound: string;
  readonly inRedirect: string;
  readonly outbound: string;
  readonly outRedirect: string;
}

export type DialectName = 'R1' | 'R2' | 'R3' | 'R4' | 'FSM';

export interface Dialect {
  readonly name: DialectName;
  /** Commands joined by `&&`, or the text of iptables-restore in a here-document. */
  readonly form: 'commands' | 'restore';
  readonly chains: Chains;
  /** The user that the proxy runs as; its own traffic is never redirected. */
  readonly uid: number;
  readonly inboundPort: number;
  readonly outboundPort: number;
  /** Inbound ports that are never redirected: metrics, and the probes that the injector has rewritten. */
  readonly passedPorts: readonly number[];
  /** Whether loopback traffic of the proxy and of the application is told apart. */
  readonly loopbackRules: boolean;
  /** Where outbound exclusions stand: inserted before the base rules, or appended behind those of loopback and user. */
  readonly exclusions: 'inserted' | 'appended';
}

/** The proxy's administration port. The rule that accepts it is dead: it stands behind an unconditional redirect. */
export const ADMIN_PORT = 15000;
/** Where osm-healthcheck listens, from v1.1 on. */
export const HEALTH_PORT = 15904;

const PROBE_PORTS = [15010, 15901, 15902, 15903];
const OUTBOUND_PORT = 15001;
const INBOUND_PORT = 15003;

/** Where the sidecar and what comes with it listen: nothing else in the pod can. */
export const MESH_PORTS: readonly number[] = [
  ADMIN_PORT,
  OUTBOUND_PORT,
  INBOUND_PORT,
  ...PROBE_PORTS,
  HEALTH_PORT,
];

const named = (prefix: string): Chains => ({
  inbound: `${prefix}INBOUND`,
  inRedirect: `${prefix}IN_REDIRECT`,
  outbound: `${prefix}OUTBOUND`,
  outRedirect: `${prefix}OUT_REDIRECT`,
});

export const R1: Dialect = {
  name: 'R1',
  form: 'commands',
  chains: {
    inbound: 'PROXY_INBOUND',
    inRedirect: 'PROXY_IN_REDIRECT',
    outbound: 'PROXY_OUTPUT',
    outRedirect: 'PROXY_REDIRECT',
  },
  uid: 1500,
  inboundPort: INBOUND_PORT,
  outboundPort: OUTBOUND_PORT,
  passedPorts: PROBE_PORTS,
  loopbackRules: false,
  exclusions: 'inserted',
};

export const R2: Dialect = {
  ...R1,
  name: 'R2',
  form: 'restore',
  chains: named('OSM_PROXY_'),
  loopbackRules: true,
};

export const R3: Dialect = {
  ...R2,
  name: 'R3',
  passedPorts: [...PROBE_PORTS, HEALTH_PORT],
  exclusions: 'appended',
};

/** The same template as R3: what v1.1.1 added comes from the configuration. */
export const R4: Dialect = { ...R3, name: 'R4' };

export const FSM_RULES: Dialect = { ...R4, name: 'FSM', chains: named('FSM_PROXY_') };

/** v0.7 ran Envoy as another user. */
export const V07_UID = 1337;

/** What a fork has changed in the source; undefined is as in the release. */
export interface Fork {
  readonly uid?: number | undefined;
  readonly inboundPort?: number | undefined;
  readonly outboundPort?: number | undefined;
  /** In front of INBOUND, IN_REDIRECT and so on. */
  readonly chainPrefix?: string | undefined;
}

const variants = new Map<string, Dialect>();

/** The dialect with the fork's user, ports and chains. The same values give the same object. */
export function variantOf(dialect: Dialect, fork: Fork): Dialect {
  const { uid = dialect.uid, inboundPort = dialect.inboundPort, outboundPort = dialect.outboundPort } = fork;
  const prefix = fork.chainPrefix;
  const variant = {
    ...dialect,
    uid,
    inboundPort,
    outboundPort,
    chains: prefix === undefined ? dialect.chains : renamed(dialect, prefix),
  };
  const key = dialectKey(variant);
  if (key === dialectKey(dialect)) return dialect;
  const known = variants.get(key) ?? variant;
  variants.set(key, known);
  return known;
}

function renamed({ name, chains }: Dialect, prefix: string): Chains {
  if (name !== 'R1') return named(prefix);
  const rename = (chain: string): string => chain.replace(/^PROXY_/, prefix);
  return {
    inbound: rename(chains.inbound),
    inRedirect: rename(chains.inRedirect),
    outbound: rename(chains.outbound),
    outRedirect: rename(chains.outRedirect),
  };
}

/** All that the rules of a dialect depend on. */
export function dialectKey({ name, uid, inboundPort, outboundPort, chains }: Dialect): string {
  return `${name} ${uid} ${inboundPort} ${outboundPort} ${chains.inbound}`;
}
