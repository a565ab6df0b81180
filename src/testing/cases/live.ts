/** Cases of OA7xx. */
import type { LIVE } from '../../core/audit/catalogue/live.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { LiveReading, LiveTables } from '../../core/audit/live-reading.ts';
import { execute } from '../../core/iptables/execute.ts';
import { printSave } from '../../core/iptables/print.ts';
import type { Pod } from '../../core/osm/pod.ts';
import {
  configWith,
  container,
  envoy,
  initContainer,
  inputFor,
  meshedPod,
  status,
  terminated,
  waiting,
} from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import { osmScript } from '../osm-scripts.ts';
import type { CasesOf } from './finding-cases.ts';
import { extra, NO_CONFIG, ranges, released, scripted, without } from './inputs.ts';

/** What iptables-legacy-save prints after these commands. */
export function saved(script: string, environment?: ReadonlyMap<string, string>): string {
  return printSave(execute(script, environment).rules);
}

export function tables(rest: Partial<LiveTables>): LiveReading {
  return { kind: 'tables', saved: { legacy: '', nft: '' }, nativeChains: [], earlier: undefined, ...rest };
}

/** In whose kernel are the rules that the script installs. */
export function seen(input: AuditInput, script: string, rest: Partial<LiveTables> = {}): AuditInput {
  return { ...input, live: tables({ saved: { legacy: saved(script), nft: '' }, ...rest }) };
}

const { base } = GUIDE_SCRIPTS;
const right = scripted(base);
const EXCLUDED = extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN');

/** The first so many commands of the guide's script. */
function begun(commands: number): string {
  return base.split(' && ').slice(0, commands).join(' && ');
}

/** A pod whose osm-init, which runs this script, has ended with this exit code. */
function ended(exitCode: number, script: string = base): AuditInput {
  const init = initContainer(script, { status: status(terminated(exitCode)) });
  const containers = [
    container('app', { status: undefined }),
    envoy({ status: status(waiting('PodInitializing')) }),
  ];
  return inputFor(meshedPod({ initContainers: [init], containers }));
}

function withPod(input: AuditInput, rest: Partial<Pod>): AuditInput {
  return { ...input, pod: { ...input.pod, ...rest } };
}

const POD_IP_SCRIPT = osmScript('R4', { podIpMode: true });

const REFUSED = base.replace('--to-port 15003', '--to-port 15003x');

/** The guide's rules, in which the last but one of the outbound chain have changed places. */
const SWAPPED =
  without('-A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN') +
  ' && iptables -t nat -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN';

export const LIVE_CASES: CasesOf<typeof LIVE> = {
  LiveRedirectionMissing: {
    raises: {
      'for a kernel without a rule': {
        input: { ...right, live: tables({}) },
        message:
          'The kernel redirects no traffic. It holds no rule at all. osm-init has ended with exit code 0: something has changed the rules since. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
      },
      'for a chain that was flushed while somebody looked': {
        input: seen(right, `${base} && iptables -t nat -F OUTPUT`, { earlier: 'as-installed' }),
        message:
          'The kernel redirects no outbound traffic. It does not hold -A OUTPUT -p tcp -j PROXY_OUTPUT. When they were read before, the rules did what osm-init installs: something has changed them since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15001, live bypass; for example 10.96.0.10:80 from uid 1000.',
      },
      'for a rule in front that lets all go': {
        input: seen(right, `${base} && iptables -t nat -I OUTPUT -j ACCEPT`),
        message:
          'The kernel redirects no outbound traffic. Because of -A OUTPUT -j ACCEPT. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15001, live bypass; for example 10.96.0.10:80 from uid 1000.',
      },
      'for a table that was put to sleep': {
        input: { ...right, live: tables({ asleep: true, earlier: 'as-installed' }) },
        message:
          'The kernel redirects no traffic. nftables holds rules in its table nat and applies none of them: the table sleeps (flags dormant). When they were read before, the rules did what osm-init installs: something has changed them since. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
      },
      'for a network that was made anew': {
        input: { ...right, live: tables({ earlier: 'other-network' }) },
        message:
          "The kernel redirects no traffic. It holds no rule at all. The pod's network was made anew, and osm-init has not run in it. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.",
      },
    },
    silent: {
      'where nobody has looked': right,
      'for the rules of the script': seen(right, base),
      'by the other backend': { ...right, live: tables({ saved: { legacy: '', nft: saved(base) } }) },
    },
  },
  LiveRunIncomplete: {
    raises: {
      'for a run that was killed': {
        input: seen(ended(137), begun(6)),
        message:
          'osm-init has ended with exit code 137, and the kernel holds what its script installs up to "iptables -t nat -A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT", and nothing of what follows. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
      },
      'for a run without the permission': {
        input: { ...ended(4), live: tables({}) },
        message:
          'osm-init has ended with exit code 4, and the kernel holds nothing of what its script installs. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
      },
      'for a command that iptables refuses': {
        input: seen(ended(2, REFUSED), REFUSED),
        message:
          'The script of osm-init ended where iptables refuses "iptables -t nat -A PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port 15003x", and the kernel holds what came before it. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass, live bypass; for example 10.244.0.5:80.',
      },
    },
    silent: {
      'for a run that ended well, whatever is there': seen(ended(0), begun(6)),
      'for rules that no part of the script leaves': seen(
        ended(137),
        'iptables -t nat -A OUTPUT -p tcp -j ACCEPT',
      ),
    },
  },
  LiveRuleMissing: {
    raises: {
      'for a deleted rule': {
        input: seen(right, `${base} && iptables -t nat -D PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN`),
        message:
          'The kernel does not hold -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN, as osm-init installs it. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid 1500 to anywhere but 127.0.0.1/32: expected bypass, installed bypass, live redirect 15001; for example 10.96.0.10:80 from uid 1500.',
      },
      'for a flushed exclusion, without a configuration': {
        input: seen(scripted(EXCLUDED, NO_CONFIG), base),
        message:
          'The kernel does not hold -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN, as osm-init installs it. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected unknown, installed bypass, live redirect 15001; for example 10.96.0.10:80 from uid 1000.',
      },
    },
    silent: {
      'for a dead rule': seen(
        right,
        `${base} && iptables -t nat -D PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT`,
      ),
    },
  },
  LiveRuleForeign: {
    raises: {
      'for a rule in front of the jump': {
        input: seen(right, `${base} && iptables -t nat -I OUTPUT -p tcp --dport 8080 -j ACCEPT`),
        message:
          'The kernel holds -A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT, which osm-init does not install, in front of -A OUTPUT -p tcp -j PROXY_OUTPUT. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32, port 8080: expected redirect 15001, installed redirect 15001, live bypass; for example 10.96.0.10:8080 from uid 1000.',
      },
      'for an exclusion that somebody has put in': {
        input: seen(right, EXCLUDED),
        message:
          'The kernel holds -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN, which osm-init does not install, in front of -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected redirect 15001, installed redirect 15001, live bypass; for example 10.96.0.10:80 from uid 1000.',
      },
    },
    silent: {
      'for a rule that no packet reaches': seen(
        right,
        `${base} && iptables -t nat -A PROXY_REDIRECT -p tcp --dport 80 -j ACCEPT`,
      ),
      "for a DNAT to the pod's own address": {
        ...released('R4', { podIpMode: true }, { localProxyMode: 'PodIP' }),
        live: tables({
          saved: { legacy: saved(POD_IP_SCRIPT, new Map([['POD_IP', '10.244.0.5']])), nft: '' },
        }),
      },
    },
  },
  LiveRuleOrderWrong: {
    raises: {
      'for a rule that was taken out and appended': {
        input: seen(right, SWAPPED),
        message:
          'The kernel has the rules in another order than osm-init installs them: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to 127.0.0.1/32: expected bypass, installed bypass, live redirect 15001; for example 127.0.0.1:80 from uid 1000.',
      },
    },
    silent: {
      'for exclusions in another order': seen(
        scripted(
          extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN', '-I PROXY_OUTPUT -d 172.16.0.0/12 -j RETURN'),
          ranges('10.0.0.0/8,172.16.0.0/12'),
        ),
        extra('-I PROXY_OUTPUT -d 172.16.0.0/12 -j RETURN', '-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
      ),
    },
  },
  LiveRuleChanged: {
    raises: {
      'for another port': {
        input: seen(right, base.replace('--to-port 15001', '--to-port 15006')),
        message:
          'The kernel holds -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15006 instead of -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15001, live redirect 15006; for example 10.96.0.10:80 from uid 1000.',
      },
    },
    silent: {
      'for a port that the script names too': seen(
        scripted(base.replace('--to-port 15001', '--to-port 15006')),
        base.replace('--to-port 15001', '--to-port 15006'),
      ),
    },
  },
  LiveFollowsScript: {
    raises: {
      'for an exclusion that the script lacks': {
        input: seen(scripted(base, ranges('10.0.0.0/8')), base),
        message:
          'The kernel does what the script of osm-init installs, and that is not what it should be. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001, live redirect 15001; for example 10.96.0.10:80 from uid 1000.',
      },
      'for a pod without osm-init': {
        input: { ...inputFor(meshedPod({ initContainers: [] })), live: tables({}) },
        message:
          'The pod has no osm-init, and the kernel holds no rules of a mesh. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass, live bypass; for example 10.244.0.5:80.',
      },
    },
    silent: {
      'where the script is right': seen(scripted(EXCLUDED, ranges('10.0.0.0/8')), EXCLUDED),
      'without a configuration': seen(scripted(EXCLUDED, NO_CONFIG), EXCLUDED),
    },
  },
  LiveMendedByHand: {
    raises: {
      'for an exclusion that somebody has put in': {
        input: seen(scripted(base, ranges('10.0.0.0/8')), EXCLUDED),
        message:
          'The kernel does what it should, and the script of osm-init does not: somebody has mended the rules by hand. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001, live bypass; for example 10.96.0.10:80 from uid 1000.',
      },
    },
    silent: { 'where the script is right too': seen(scripted(EXCLUDED, ranges('10.0.0.0/8')), EXCLUDED) },
  },
  LiveRulesExtra: {
    raises: {
      'for a rule behind routing': {
        input: seen(right, `${base} && iptables -t nat -A POSTROUTING -d 10.0.0.0/8 -j ACCEPT`),
        message:
          'The kernel holds -A POSTROUTING -d 10.0.0.0/8 -j ACCEPT, which osm-init does not install. The redirection is as it should be all the same.',
      },
    },
    silent: {
      'where the kernel lacks a dead rule': seen(
        right,
        `${base} && iptables -t nat -D PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT`,
      ),
    },
  },
  LiveBackendsBoth: {
    raises: {
      'for rules in both': {
        input: {
          ...right,
          live: tables({
            saved: { legacy: saved(base), nft: saved('iptables -t nat -A OUTPUT -p udp -j ACCEPT') },
          }),
        },
        message:
          'Both iptables-legacy and iptables-nft have rules for the traffic of this pod. The kernel asks both, in an order that cannot be read, and what one lets pass the other may still redirect.',
      },
    },
    silent: {
      'for chains without a rule that leads to them': {
        ...right,
        live: tables({
          saved: {
            legacy: saved(base),
            nft: saved('iptables -t nat -N OTHER && iptables -t nat -A OTHER -j ACCEPT'),
          },
        }),
      },
    },
  },
  LiveRulesNotUnderstood: {
    raises: {
      'for native chains of nftables': {
        input: seen(right, base, { nativeChains: ['inet mesh output'] }),
        message:
          'nftables has chains that translate addresses and that iptables does not show: "inet mesh output".',
      },
      'for a table that iptables cannot show': {
        input: {
          ...right,
          live: tables({ saved: { legacy: '', nft: "# Table `nat' is incompatible, use 'nft' tool.\n" } }),
        },
        message:
          "What iptables-nft shows of the kernel holds a table that iptables cannot show: \"# Table `nat' is incompatible, use 'nft' tool.\".",
      },
      'for a rule of a chain that is not declared': {
        input: {
          ...right,
          live: tables({
            saved: { legacy: saved(base).replace('COMMIT', '-A HIDDEN -j ACCEPT\nCOMMIT'), nft: '' },
          }),
        },
        message:
          'What iptables-legacy shows of the kernel holds a line that is no rule of a chain: "-A HIDDEN -j ACCEPT".',
      },
      'for a match of another module': {
        input: {
          ...right,
          live: tables({
            saved: {
              legacy: saved(base).replace(
                '-A OUTPUT -p tcp -j',
                '-A OUTPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT\n-A OUTPUT -p tcp -j',
              ),
              nft: '',
            },
          }),
        },
        message:
          'The kernel holds the match -m conntrack --ctstate NEW, which is not understood: "-A OUTPUT -p tcp -m conntrack --ctstate NEW -j ACCEPT".',
      },
    },
    silent: {
      'for a match of another module that no packet reaches': {
        ...right,
        live: tables({
          saved: {
            legacy: saved(base).replace(
              'COMMIT',
              '-A POSTROUTING -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT',
            ),
            nft: '',
          },
        }),
      },
    },
  },
  LiveUnreadable: {
    raises: {
      'for a pod that may have a kernel of its own': {
        input: { ...withPod(right, { runtimeClass: 'kata' }), live: tables({}) },
        message:
          'The rules in the kernel could not be read: the node\'s kernel holds none, and the runtime class "kata" of the pod may give it a kernel of its own.',
      },
      'for a pod without a process': {
        input: { ...right, live: { kind: 'unreadable', reason: 'no process of the pod runs' } },
        message: 'The rules in the kernel could not be read: no process of the pod runs.',
      },
    },
    silent: {
      'for a pod of a runtime class whose rules are there': seen(
        withPod(right, { runtimeClass: 'crun' }),
        base,
      ),
      'before osm-init has run': {
        ...withPod(right, {
          initContainers: [initContainer(base, { status: status(waiting('PodInitializing')) })],
          containers: [envoy({ status: status(waiting('PodInitializing')) })],
        }),
        live: { kind: 'unreadable', reason: 'no process of the pod runs' },
      },
    },
  },
  LiveNodeNetwork: {
    raises: {
      'for a pod in its network': {
        input: { ...withPod(right, { hostNetwork: true }), live: { kind: 'node-network' } },
        message: "The pod uses its node's network: the rules in the kernel are those of the node.",
      },
    },
    silent: { 'where nobody has looked': withPod(right, { hostNetwork: true }) },
  },
  LiveUnjudged: {
    raises: {
      'for chains of no known release': {
        input: seen(scripted('iptables -t nat -N MESH_INBOUND'), 'iptables -t nat -N MESH_INBOUND'),
        message:
          'The kernel does what the script of osm-init installs. Which rules the pod should have is not known.',
      },
      'without a configuration': {
        input: seen(scripted(EXCLUDED, NO_CONFIG), EXCLUDED),
        message:
          'The kernel does what the script of osm-init installs. Without a configuration that is known and has settled, it cannot be told which exclusions there should be.',
      },
      'without a script, for rules of no known release': {
        input: seen(scripted('ip link'), 'iptables -t nat -N MESH_INBOUND'),
        message:
          'The script of osm-init is not known, and the rules in the kernel are not those of a known release.',
      },
    },
    silent: {
      'for rules that tell the release of a script that is not understood': seen(
        scripted(`ip link && ${base}`, configWith({})),
        base,
      ),
    },
  },
};
