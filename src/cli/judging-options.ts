/** The options that change verdicts: how patient to be, and what a fork of the mesh has changed in its source. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GatherOptions } from '../controller/gatherer.ts';

export interface JudgingOptions {
  /** In seconds. */
  readonly gracePeriod: number;
  readonly settlePeriod: number;
  readonly proxyUid?: number;
  readonly proxyPorts?: ProxyPorts;
  readonly chainPrefix?: string;
}

interface ProxyPorts {
  readonly inbound: number;
  readonly outbound: number;
}

/** A sidecar is ready within seconds; pulling images comes before it and has its own states. */
const GRACE_PERIOD = 60;
/** An injector hears of a change within a second, unless the API server is in trouble. */
const SETTLE_PERIOD = 5;

export function judgingOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--grace-period <seconds>',
        'How many seconds a pod may take to start before that is a finding.',
      )
        .env('OSM_AUDITOR_GRACE_PERIOD')
        .argParser(seconds)
        .default(GRACE_PERIOD),
    )
    .addOption(
      new Option(
        '--settle-period <seconds>',
        'How many seconds around a change of the configuration a new pod may carry either list.',
      )
        .env('OSM_AUDITOR_SETTLE_PERIOD')
        .argParser(seconds)
        .default(SETTLE_PERIOD),
    )
    .addOption(
      new Option(
        '--proxy-uid <number>',
        'The user of the sidecar, for a mesh that was built with another one.',
      )
        .env('OSM_AUDITOR_PROXY_UID')
        .argParser(uid),
    )
    .addOption(
      new Option(
        '--proxy-ports <inbound,outbound>',
        'The ports that traffic is redirected to, for a mesh that was built with others than 15003,15001.',
      )
        .env('OSM_AUDITOR_PROXY_PORTS')
        .argParser(proxyPorts),
    )
    .addOption(
      new Option(
        '--chain-prefix <prefix>',
        'The prefix of the chains, for a mesh that was built with another one than PROXY_, OSM_PROXY_ or FSM_PROXY_.',
      )
        .env('OSM_AUDITOR_CHAIN_PREFIX')
        .argParser(chainPrefix),
    );
}

/** The same as judgement wants it. */
export function judgingOf(options: JudgingOptions): GatherOptions {
  const { gracePeriod, settlePeriod, proxyUid, proxyPorts: ports, chainPrefix: prefix } = options;
  return {
    graceMs: gracePeriod * 1000,
    settleMs: settlePeriod * 1000,
    fork: { uid: proxyUid, inboundPort: ports?.inbound, outboundPort: ports?.outbound, chainPrefix: prefix },
  };
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It must be a number of seconds, 0 or more.');
}

function uid(value: string): number {
  if (/^[0-9]{1,10}$/.test(value) && Number(value) <= 4294967294) return Number(value);
  throw new InvalidArgumentError('It must be a number from 0 to 4294967294.');
}

function proxyPorts(value: string): ProxyPorts {
  const [inbound, outbound, ...rest] = value
    .split(',')
    .map((text) => (/^[0-9]{1,5}$/.test(text) ? Number(text) : 0));
  const good = (port: number | undefined): port is number => port !== undefined && port >= 1 && port <= 65535;
  if (good(inbound) && good(outbound) && rest.length === 0) return { inbound, outbound };
  throw new InvalidArgumentError('It must be two ports from 1 to 65535, such as 15003,15001.');
}

/** With the longest of the names behind it, OUT_REDIRECT, a chain may have 28 characters. */
function chainPrefix(value: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]{0,15}$/.test(value)) return value;
  throw new InvalidArgumentError('It must be a letter and up to 15 letters, digits, _ or -.');
}
