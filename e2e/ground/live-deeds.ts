/**
 * What happens to the rules of running pods: by which commands, what the node agent is to say of it, where connections of
 * the application then go, and what mends it.
 *
 * Limit: the commands are about the rules of SCRIPT, which all these pods have.
 */
import { runScript } from '../../src/core/audit/rule-comparison.ts';
import { printAppend } from '../../src/core/iptables/print.ts';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import type { Backend } from '../node/pod-images.ts';

export const SCRIPT = scriptIn(GUIDE.dialect);
const PROXY_OUTPUT = runScript(SCRIPT, {}).rules.chains.get('PROXY_OUTPUT') ?? [];

/** Something that happens to the rules of a running pod. */
export interface Deed {
  readonly name: string;
  /** The backend that it can be done to; both by default. */
  readonly backend?: Backend;
  /** Commands in the pod's network; IPTABLES is the program of the pod's backend, OTHER that of the other one. */
  readonly does: readonly string[];
  readonly mends: readonly string[];
  readonly condition: string;
  /** Parts of the message. */
  readonly explains: readonly string[];
  /** A connection by the application, as `address:port`, and where it arrives before, then and after. */
  readonly dial: string;
  readonly arrives: readonly [right: string, wrong: string];
}

export const DEEDS: readonly Deed[] = [
  {
    name: 'flushed',
    does: ['IPTABLES -t nat -F PROXY_OUTPUT'],
    mends: PROXY_OUTPUT.map((rule) => `IPTABLES -t nat ${printAppend('PROXY_OUTPUT', rule)}`),
    condition: 'False LiveRedirectionMissing',
    explains: ['OA701', 'redirects no outbound traffic', 'When they were read before'],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'outside 3.3.3.3:8080'],
  },
  {
    name: 'asleep',
    backend: 'nft',
    does: ['nft add table ip nat { flags dormant ; }'],
    mends: ['nft add table ip nat { }'],
    condition: 'False LiveRedirectionMissing',
    explains: [
      'OA701',
      'redirects no traffic',
      'the table sleeps (flags dormant)',
      'When they were read before',
    ],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'outside 3.3.3.3:8080'],
  },
  {
    name: 'in-front',
    does: ['IPTABLES -t nat -I OUTPUT -p tcp --dport 8080 -j ACCEPT'],
    mends: ['IPTABLES -t nat -D OUTPUT -p tcp --dport 8080 -j ACCEPT'],
    condition: 'False LiveRuleForeign',
    explains: [
      'OA704',
      '-A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT, which osm-init does not install, in front of -A OUTPUT -p tcp -j PROXY_OUTPUT',
      'expected redirect 15001, installed redirect 15001, live bypass',
    ],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'outside 3.3.3.3:8080'],
  },
  {
    name: 'deleted',
    does: ['IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN'],
    mends: ['IPTABLES -t nat -I PROXY_OUTPUT 2 -d 127.0.0.1/32 -j RETURN'],
    condition: 'False LiveRuleMissing',
    explains: ['OA703', 'does not hold -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN', 'live redirect 15001'],
    dial: '127.0.0.1:8000',
    arrives: ['app 127.0.0.1:8000', 'outbound 127.0.0.1:8000'],
  },
  {
    name: 'reordered',
    does: [
      'IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
      'IPTABLES -t nat -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
    ],
    mends: [
      'IPTABLES -t nat -D PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN',
      'IPTABLES -t nat -I PROXY_OUTPUT 2 -d 127.0.0.1/32 -j RETURN',
    ],
    condition: 'False LiveRuleOrderWrong',
    explains: ['OA705', '-A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN'],
    dial: '127.0.0.1:8000',
    arrives: ['app 127.0.0.1:8000', 'outbound 127.0.0.1:8000'],
  },
  {
    name: 'replaced',
    does: ['IPTABLES -t nat -R PROXY_REDIRECT 1 -p tcp -j REDIRECT --to-ports 15003'],
    mends: ['IPTABLES -t nat -R PROXY_REDIRECT 1 -p tcp -j REDIRECT --to-ports 15001'],
    condition: 'False LiveRuleChanged',
    explains: ['OA706', '--to-ports 15003 instead of', 'installed redirect 15001, live redirect 15003'],
    dial: '3.3.3.3:8080',
    arrives: ['outbound 3.3.3.3:8080', 'inbound 3.3.3.3:8080'],
  },
  {
    name: 'both',
    does: ['OTHER -t nat -A OUTPUT -p tcp --dport 7070 -j ACCEPT'],
    mends: ['OTHER -t nat -D OUTPUT -p tcp --dport 7070 -j ACCEPT'],
    condition: 'Unknown LiveBackendsBoth',
    explains: ['OA710', 'Both iptables-legacy and iptables-nft'],
    dial: '3.3.3.3:7070',
    // What one lets go the other redirects: the reason why neither by itself tells anything.
    arrives: ['outbound 3.3.3.3:7070', 'outbound 3.3.3.3:7070'],
  },
  {
    name: 'native',
    does: [
      'nft add table inet mesh',
      'nft add chain inet mesh output { type nat hook output priority -110 ; }',
      'nft add rule inet mesh output tcp dport 7070 redirect to 8000',
    ],
    mends: ['nft delete table inet mesh'],
    condition: 'Unknown LiveRulesNotUnderstood',
    explains: ['OA711', 'inet mesh output'],
    dial: '3.3.3.3:7070',
    arrives: ['outbound 3.3.3.3:7070', 'app 127.0.0.1:8000'],
  },
];
