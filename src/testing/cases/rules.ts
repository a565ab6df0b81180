/** Cases of OA3xx. */
import type { RULES } from '../../core/audit/catalogue/rules.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { MeshConfigResource } from '../../core/osm/mesh-config.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import type { CasesOf } from './finding-cases.ts';
import { configSet, meshConfig } from '../builders.ts';
import {
  asRestore,
  extra,
  fsm,
  initOf,
  MONITORED,
  NO_CONFIG,
  ranges,
  released,
  scripted,
  without,
} from './inputs.ts';

/** Ranges and ports at once, which split each other again and again. */
function tooComplex(): string {
  const rules = Array.from({ length: 400 }, (_, i) => {
    const range = `10.${(i * 37) % 256}.${(i * 11) % 256}.0/${17 + (i % 8)}`;
    const dports = `${1000 + i * 3}:${40_000 + i * 7},${50_000 + i}`;
    return `-A PROXY_OUTPUT -d ${range} -p tcp -m multiport --dports ${dports} -m owner --uid-owner ${i * 2}-${100_000 - i} -j REDIRECT --to-ports ${i + 1}`;
  });
  return ['-N PROXY_OUTPUT', ...rules, '-A OUTPUT -j PROXY_OUTPUT']
    .map((rule) => `iptables -t nat ${rule}`)
    .join(' && ');
}

const MESH = { name: 'osm', namespace: 'osm-system' };
const DNS_RULE = '-A OUTPUT -p udp -d 127.0.0.153 --dport 53 -j DNAT --to-destination 127.0.0.153:5300';

/** A pod of osm-edge v1.3 with one more rule. */
function edge(rule: string, config: Partial<MeshConfigResource>): AuditInput {
  const init = initOf('R4');
  const args = init.args.map((arg) => arg.replace('COMMIT', `${rule}\nCOMMIT`));
  return released('R4', {}, config, { initContainers: [{ ...init, args }] });
}

/** A pod of FSM with this image and no rule for DNS, whose MeshConfig asks for the DNS proxy. */
function fsmOf(image: string): AuditInput {
  const input = fsm({}, { dnsProxy: true });
  const initContainers = input.pod.initContainers.map((init) => ({ ...init, image }));
  return { ...input, pod: { ...input.pod, initContainers } };
}

export const RULES_CASES: CasesOf<typeof RULES> = {
  ScriptRefused: {
    raises: {
      "for the guide's doubled &&": {
        input: scripted(GUIDE_SCRIPTS.ipRanges, ranges('1.1.1.1/32, 2.2.2.2/24')),
        message:
          'A shell refuses the script of osm-init at line 1, column 1049: syntax error: unexpected "&&". No rule is installed.',
      },
    },
    silent: {
      'for && in quotes': scripted(extra('-A PROXY_OUTPUT -p tcp -m comment --comment "&& &&" -j RETURN')),
      'for a line that ends in &&': scripted(GUIDE_SCRIPTS.base.replaceAll(' && ', ' &&\n')),
    },
  },
  RuleRefused: {
    raises: {
      'for a prefix that IPv4 does not have': {
        input: scripted(extra('-I PROXY_OUTPUT -d 1.1.1.1/33 -j RETURN')),
        message:
          'iptables refuses "iptables -t nat -I PROXY_OUTPUT -d 1.1.1.1/33 -j RETURN" at line 1, column 990: invalid mask `33\' specified.',
      },
      'for a line of iptables-restore, with what its block leaves undone': {
        input: scripted(asRestore(extra('-I PROXY_OUTPUT -p tcp --dport 70000 -j RETURN'))),
        message:
          'iptables refuses "-I PROXY_OUTPUT -p tcp --dport 70000 -j RETURN" at line 20, column 1: invalid port/service `70000\' specified (line 19 of the input). Nothing of its block is installed. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass; for example 10.244.0.5:80.',
      },
    },
    silent: {
      'for a refusal that the script passes over and that changes nothing': scripted(
        `${GUIDE_SCRIPTS.base}; iptables -t nat -N PROXY_INBOUND || true`,
      ),
      'for the longest prefix': scripted(
        extra('-I PROXY_OUTPUT -d 1.1.1.1/32 -j RETURN'),
        ranges('1.1.1.1/32'),
      ),
    },
  },
  ScriptNotUnderstood: {
    raises: {
      'for a match outside the model': {
        input: scripted(extra('-A PROXY_OUTPUT -m conntrack --ctstate NEW -j RETURN')),
        message:
          'At line 1, column 990 the script of osm-init holds the match -m conntrack --ctstate NEW, which is not understood: "iptables -t nat -A PROXY_OUTPUT -m conntrack --ctstate NEW -j RETURN".',
      },
      'for a reference that Kubernetes replaces, also in a comment': {
        input: scripted(`${GUIDE_SCRIPTS.base} # $(E)`),
        message:
          'At line 1, column 989 the script of osm-init holds a reference that Kubernetes replaces before the shell runs, which is not understood: "$(E)".',
      },
    },
    silent: {
      'for a match that says nothing': scripted(
        extra('-A PROXY_OUTPUT -p 6 -m comment --comment "no packet comes here" -j RETURN'),
      ),
      'for a comment of the shell': scripted(`${GUIDE_SCRIPTS.base} # -m conntrack --ctstate NEW`),
    },
  },
  DialectUnknown: {
    raises: {
      'for the chains of another mesh': {
        input: scripted('iptables -t nat -N MESH_INBOUND'),
        message: 'The script creates the chains "MESH_INBOUND", which belong to no known release.',
      },
    },
    silent: {
      'for one more chain beside those of a known release': scripted(extra('-N UNUSED')),
      'for a script without chains of its own': scripted('true'),
      'for the chains of v1.0 and later': released('R2', {}, {}),
      'for those of FSM': fsm({}, {}),
    },
  },
  BaseRuleMissing: {
    raises: {
      "for the rule that lets Envoy's own traffic go": {
        input: scripted(without('-A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN')),
        message:
          'The script does not install -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1500 to anywhere but 127.0.0.1/32: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1500.',
      },
    },
    silent: {
      'for the rule that no packet reaches': scripted(
        without('-A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT'),
      ),
      'for the same rule in other words': scripted(
        GUIDE_SCRIPTS.base.replace('-m owner --uid-owner 1500', '-m owner --uid-owner 1500-1500'),
      ),
    },
  },
  BaseRuleUnexpected: {
    raises: {
      'for an inbound port that passes the sidecar': {
        input: scripted(extra('-I PREROUTING -p tcp --dport 22 -j ACCEPT')),
        message:
          'The script installs -A PREROUTING -p tcp -m tcp --dport 22 -j ACCEPT, which OSM does not. As a result, inbound tcp to port 22: expected redirect 15003, installed bypass; for example 10.244.0.5:22.',
      },
    },
    silent: {
      'for a jump that stands there twice': scripted(extra('-A OUTPUT -p tcp -j PROXY_OUTPUT')),
      'for an inbound port that a list can name': scripted(
        extra('-I PROXY_INBOUND -p tcp --dport 22 -j RETURN'),
      ),
      'for the same rule behind the one that decides': scripted(
        extra('-A PROXY_INBOUND -p tcp --dport 22 -j RETURN'),
      ),
    },
  },
  RuleOrderWrong: {
    raises: {
      'for an exclusion that was appended instead of inserted': {
        input: scripted(extra('-A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'), ranges('10.0.0.0/8')),
        message:
          'The rules stand in the wrong order: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1000.',
      },
    },
    silent: {
      'for an exclusion that was inserted': scripted(
        extra('-I PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN'),
        ranges('10.0.0.0/8'),
      ),
      'for base rules whose order does not matter': scripted(
        extra(
          '-D PROXY_INBOUND -p tcp --dport 15010 -j RETURN',
          '-I PROXY_INBOUND 4 -p tcp --dport 15010 -j RETURN',
        ),
      ),
    },
  },
  RedirectionMissing: {
    raises: {
      'when nothing leads to the outbound chain': {
        input: scripted(without('-A OUTPUT -p tcp -j PROXY_OUTPUT')),
        message:
          'The rules redirect no outbound traffic. The script does not install -A OUTPUT -p tcp -j PROXY_OUTPUT. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1000.',
      },
      'when one rule lets all inbound traffic go': {
        input: scripted(extra('-I PREROUTING -j ACCEPT')),
        message:
          'The rules redirect no inbound traffic. Because of -A PREROUTING -j ACCEPT. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed bypass; for example 10.244.0.5:80.',
      },
    },
    silent: {
      'when the configuration excludes everything': scripted(
        extra('-I PROXY_OUTPUT -d 0.0.0.0/0 -j RETURN'),
        ranges('0.0.0.0/0'),
      ),
      'when a rule lets all packets go that are not TCP': scripted(extra('-I PREROUTING -p udp -j ACCEPT')),
    },
  },
  ProxyUserWrong: {
    raises: {
      "for another mesh's user": {
        input: scripted(GUIDE_SCRIPTS.base.replace('--uid-owner 1500', '--uid-owner 1337')),
        message:
          "The script names another user than Envoy's: -A PROXY_OUTPUT -m owner --uid-owner 1337 -j RETURN instead of -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1337 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1337.",
      },
    },
    silent: {
      "for another user's rule beside Envoy's": scripted(
        extra('-I PROXY_OUTPUT -m owner --uid-owner 1337 -j RETURN'),
      ),
      "for Envoy's user as a range of one": scripted(
        GUIDE_SCRIPTS.base.replace('--uid-owner 1500', '--uid-owner 1500-1500'),
      ),
    },
  },
  RedirectPortWrong: {
    raises: {
      "for another mesh's port": {
        input: scripted(GUIDE_SCRIPTS.base.replace('--to-port 15001', '--to-port 15006')),
        message:
          "The script redirects to another port than the sidecar's: -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15006 instead of -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15006; for example 10.96.0.10:80 from uid 1000.",
      },
    },
    silent: {
      'for the same port in other words': scripted(
        GUIDE_SCRIPTS.base.replace('--to-port 15001', '--to-ports 15001'),
      ),
      'for a redirect to another port that no packet reaches': scripted(
        extra('-A PROXY_REDIRECT -p tcp -j REDIRECT --to-port 15006'),
      ),
    },
  },
  RulesTooComplex: {
    raises: {
      'for ranges, ports and users that split each other again and again': {
        input: scripted(tooComplex()),
        message: 'The rules of the script are too complex to be compared.',
      },
    },
    silent: {
      'for as many exclusions': scripted(
        extra(
          ...Array.from(
            { length: 400 },
            (_, i) => `-I PROXY_OUTPUT -d 10.${i >> 1}.${(i % 2) * 128}.0/17 -j RETURN`,
          ),
        ),
      ),
    },
  },
  LocalProxyModeWrong: {
    raises: {
      'when the configuration has turned to PodIP': {
        input: released('R4', {}, { localProxyMode: 'PodIP' }),
        message:
          'The configuration asks for the local proxy mode PodIP, and the script does not install -A OUTPUT -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP. As a result, tcp from uid 1500 to 127.0.0.1/32: expected dnat $POD_IP, installed bypass; for example 127.0.0.1:80 from uid 1500.',
      },
      'when it has turned back': {
        input: released('R4', { podIpMode: true }, { localProxyMode: 'Localhost' }),
        message:
          'The script installs -A OUTPUT -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP, which is for the local proxy mode PodIP; the configuration does not ask for it. As a result, tcp from uid 1500 to 127.0.0.1/32: expected bypass, installed dnat $POD_IP; for example 127.0.0.1:80 from uid 1500.',
      },
      'in a pod of FSM': {
        input: fsm({ podIpMode: true }, {}),
        message:
          'The script installs -A OUTPUT -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP, which is for the local proxy mode PodIP; the configuration does not ask for it. As a result, tcp from uid 1500 to 127.0.0.1/32: expected bypass, installed dnat $POD_IP; for example 127.0.0.1:80 from uid 1500.',
      },
    },
    silent: {
      'when both have it': released('R4', { podIpMode: true }, { localProxyMode: 'PodIP' }),
      'in a release that does not know the mode': released('R3', {}, { localProxyMode: 'PodIP' }),
      'when there is no configuration to say so': {
        ...released('R4', { podIpMode: true }, {}),
        configs: NO_CONFIG,
      },
    },
  },
  LocalDnsProxyWrong: {
    raises: {
      'for the rule without the setting, in a pod of osm-edge': {
        input: edge(DNS_RULE, {}),
        message:
          'The script installs -A OUTPUT -d 127.0.0.153/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.153:5300, which is for the local DNS proxy; the configuration does not ask for it. As a result, udp to 127.0.0.153/32 port 53: expected bypass, installed dnat 127.0.0.153:5300; for example 127.0.0.153:53 from uid 1000.',
      },
      'for the setting without the rule': {
        input: released('R4', {}, { dnsProxy: true }),
        message:
          'The configuration asks for the local DNS proxy, and the script does not install -A OUTPUT -d 127.0.0.153/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.153:5300. As a result, udp to 127.0.0.153/32 port 53: expected dnat 127.0.0.153:5300, installed bypass; for example 127.0.0.153:53 from uid 1000.',
      },
      'for the setting without the rule, in FSM before v1.4.17': {
        input: fsmOf('flomesh/fsm-sidecar-init:1.4.16'),
        message:
          'The configuration asks for the local DNS proxy, and the script does not install -A OUTPUT -d 127.0.0.153/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.153:5300. As a result, udp to 127.0.0.153/32 port 53: expected dnat 127.0.0.153:5300, installed bypass; for example 127.0.0.153:53 from uid 1000.',
      },
    },
    silent: {
      'when both have it': edge(DNS_RULE, { dnsProxy: true }),
      'in FSM v1.4.17, which needs no rule for it': fsmOf('flomesh/fsm-sidecar-init:1.4.17'),
      'in a release that does not know the setting': released('R2', {}, { dnsProxy: true }),
    },
  },
  ScriptExecutes: {
    raises: {
      'for a command in a range': {
        input: scripted(extra('-I PROXY_OUTPUT -d $(nslookup db | tail -n 1) -j RETURN')),
        message:
          'At line 1, column 1025 the script of osm-init holds a command that the shell executes as root, with the right to change the network: "$(nslookup db | tail -n 1) -j RETURN".',
      },
      'for backticks in a here-document, which a shell expands too': {
        input: released('R4', { interfaces: ['`hostname`'] }, {}),
        message:
          'At line 16, column 25 the script of osm-init holds a command that the shell executes as root, with the right to change the network: "`hostname` -j RETURN\\n-A OSM_PROXY_OUT_REDIRECT -p tcp -j REDIRECT --to-port 15001\\n-A OSM_PROXY_OUT_REDIRECT -p tcp --dpo".',
      },
    },
    silent: {
      'for a variable, which a shell only reads': released(
        'R4',
        { podIpMode: true },
        { localProxyMode: 'PodIP' },
      ),
      'for a reference that Kubernetes replaces': scripted(`${GUIDE_SCRIPTS.base} # $(POD_IP)`),
      'for a command beside those of iptables': scripted(`${GUIDE_SCRIPTS.base}; sleep 1`),
    },
  },
  RulesOutdated: {
    raises: {
      'for a pod of v1.0 in a mesh of v1.2': {
        input: {
          ...released('R2', {}, {}),
          namespace: MONITORED,
          configs: configSet([meshConfig()], { meshes: [{ ...MESH, version: 'v1.2.1' }] }),
        },
        message:
          'The pod has the rules of OSM v1.0; the mesh osm is now at v1.2.1, whose injector writes others.',
      },
    },
    silent: {
      'for a pod of v1.1.0, whose rules are those of v1.2': {
        ...released('R3', {}, {}),
        namespace: MONITORED,
        configs: configSet([meshConfig()], { meshes: [{ ...MESH, version: 'v1.2.1' }] }),
      },
      'for a pod of a later release than the mesh, as during a downgrade': {
        ...released('R4', {}, {}),
        namespace: MONITORED,
        configs: configSet([meshConfig()], { meshes: [{ ...MESH, version: 'v1.0.0' }] }),
      },
      'where the version is no version': {
        ...released('R2', {}, {}),
        namespace: MONITORED,
        configs: configSet([meshConfig()], { meshes: [{ ...MESH, version: 'latest' }] }),
      },
    },
  },
};
