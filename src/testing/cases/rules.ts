/** Cases of OA3xx. */
import type { RULES } from '../../core/audit/catalogue/rules.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import type { CasesOf } from './finding-cases.ts';
import { asRestore, extra, ranges, scripted, without } from './inputs.ts';

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
      'for the chains of a later release': {
        input: scripted('iptables -t nat -N OSM_PROXY_INBOUND'),
        message: 'The script creates the chains "OSM_PROXY_INBOUND", which belong to no known release.',
      },
    },
    silent: {
      'for one more chain beside those of a known release': scripted(extra('-N UNUSED')),
      'for a script without chains of its own': scripted('true'),
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
        input: scripted(extra('-I PROXY_INBOUND -p tcp --dport 22 -j RETURN')),
        message:
          'The script installs -A PROXY_INBOUND -p tcp -m tcp --dport 22 -j RETURN, which OSM does not. As a result, inbound tcp to port 22: expected redirect 15003, installed bypass; for example 10.244.0.5:22.',
      },
    },
    silent: {
      'for a jump that stands there twice': scripted(extra('-A OUTPUT -p tcp -j PROXY_OUTPUT')),
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
};
