/** OA3xx: the script of osm-init and the base rules that it installs. */
import { CONFIGURED_SIDECAR, INIT_LOG, RULES_IN_POD, SCRIPT } from './commands.ts';
import { discrepant, note, unknown, type CatalogueEntry } from './entry.ts';

export const RULES = {
  ScriptRefused: discrepant({
    code: 'OA301',
    title: "A shell refuses osm-init's script.",
    example:
      'A shell refuses the script of osm-init at line 1, column 1049: syntax error: unexpected "&&". No rule is installed.',
    meaning:
      'A shell reads a whole line before it runs any of it: where all commands stand in one, no rule is installed.',
    cause: 'A value in the configuration broke the script, or it was edited.',
    confirm: {
      commands: [`${SCRIPT} | sh -n`],
      shows:
        'The shell reads the script without running it, and names the same syntax error in its own words.',
    },
    remedy: 'Correct the configuration and create the pod again.',
  }),

  RuleRefused: discrepant({
    code: 'OA302',
    title: "iptables refuses a command of osm-init's script.",
    example:
      'iptables refuses "iptables -t nat -I PROXY_OUTPUT -d 1.1.1.1/33 -j RETURN" at line 1, column 990: invalid mask `33\' specified.',
    meaning:
      'The script stops there: what comes before is installed, the rest is missing. Of a block of iptables-restore, as v1.0 and later write it, nothing is installed.',
    cause:
      'A value in the configuration or annotation that OSM accepts and iptables does not, or the script was edited.',
    confirm: {
      commands: [SCRIPT, INIT_LOG],
      shows: 'The script holds the quoted command; if osm-init has run, its log holds the words of iptables.',
    },
    remedy: 'Correct the value and create the pod again.',
  }),

  ScriptNotUnderstood: unknown({
    code: 'OA303',
    title: "osm-init's script holds something that is not understood.",
    example:
      'At line 1, column 990 the script of osm-init holds the match -m conntrack --ctstate NEW, which is not understood: "iptables -t nat -A PROXY_OUTPUT -m conntrack --ctstate NEW -j RETURN".',
    meaning: 'Which rules are installed cannot be told, so nothing is claimed.',
    cause: 'A release of OSM that is not known yet, a fork, or an edited script.',
    confirm: {
      commands: [SCRIPT, RULES_IN_POD],
      shows:
        'The script holds the quoted text. The second, where IMAGE is the image of osm-init, prints the rules that came of it.',
    },
    remedy: 'Look at the quoted text.',
  }),

  DialectUnknown: unknown({
    code: 'OA304',
    title: 'The chains in the script are not those of a known release.',
    example: 'The script creates the chains "MESH_INBOUND", which belong to no known release.',
    meaning: 'The rules were read, but what they should be is not known.',
    cause: 'A release of OSM that is not known yet, or a fork.',
    confirm: {
      commands: [`${SCRIPT} | grep -oE -e '(-N |--new-chain |^:)[^ ]+'`],
      shows: 'None of the chains begins with PROXY_, OSM_PROXY_ or FSM_PROXY_.',
    },
    remedy: 'Compare the rules by hand; of a fork that has only other names, --chain-prefix tells them.',
  }),

  BaseRuleMissing: discrepant({
    code: 'OA305',
    title: 'A base rule is missing.',
    example:
      'The script does not install -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1500 to anywhere but 127.0.0.1/32: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1500.',
    meaning:
      'Traffic that the rule takes care of goes elsewhere: past the sidecar, or into a port where nobody listens.',
    cause: 'The script was edited, or another program wrote it.',
    confirm: {
      commands: [SCRIPT, RULES_IN_POD],
      shows:
        'Neither the script nor the pod, where IMAGE is the image of osm-init, has the rule that the message names.',
    },
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  BaseRuleUnexpected: discrepant({
    code: 'OA306',
    title: 'There is a rule that OSM does not write.',
    example:
      'The script installs -A PREROUTING -p tcp -m tcp --dport 22 -j ACCEPT, which OSM does not. As a result, inbound tcp to port 22: expected redirect 15003, installed bypass; for example 10.244.0.5:22.',
    meaning: 'It may let traffic pass the sidecar or send it elsewhere.',
    cause: 'The script was edited, or another program wrote it.',
    confirm: {
      commands: [SCRIPT, RULES_IN_POD],
      shows:
        'The script and the pod, where IMAGE is the image of osm-init, have the rule that the message names.',
    },
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  RuleOrderWrong: discrepant({
    code: 'OA307',
    title: 'The rules stand in the wrong order.',
    example:
      'The rules stand in the wrong order: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 10.0.0.0/8 -j RETURN. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001; for example 10.96.0.10:80 from uid 1000.',
    meaning: 'The first rule that matches decides: a rule behind a broader one never applies.',
    cause: 'The script was edited, or exclusions were appended instead of inserted.',
    confirm: {
      commands: [RULES_IN_POD],
      shows:
        'With the image of osm-init for IMAGE it prints the rules in the order in which they apply: the first that the message names stands before the second.',
    },
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  RedirectionMissing: discrepant({
    code: 'OA308',
    title: 'The rules redirect nothing.',
    example:
      'The rules redirect no outbound traffic. The script does not install -A OUTPUT -p tcp -j PROXY_OUTPUT. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1000.',
    meaning:
      'All traffic of the named direction passes the sidecar by: no encryption, no policy, no telemetry, although the pod looks healthy.',
    cause:
      'The jump from the built-in chain or the redirect itself is missing, or a rule in front lets all packets go.',
    confirm: {
      commands: [RULES_IN_POD],
      shows:
        'With the image of osm-init for IMAGE it prints the rules: from PREROUTING (inbound) or OUTPUT (outbound) no way leads to a REDIRECT, or a rule in front lets all packets go.',
    },
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  ProxyUserWrong: discrepant({
    code: 'OA309',
    title: "A rule names another user than Envoy's.",
    example:
      "The script names another user than Envoy's: -A PROXY_OUTPUT -m owner --uid-owner 1337 -j RETURN instead of -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN. As a result, tcp from uid 1337 to anywhere but 127.0.0.1/32: expected redirect 15001, installed bypass; for example 10.96.0.10:80 from uid 1337.",
    meaning:
      "Envoy's own traffic is redirected back to Envoy, in a loop, while the traffic of the other user escapes the mesh.",
    cause: 'The script was edited, or the sidecar is of another release than the script.',
    confirm: {
      commands: [
        `${SCRIPT} | grep -oE -e '--uid-owner[ =][^ ]+'`,
        `kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[?(@.name=="envoy")].securityContext.runAsUser}{"\\n"}'`,
      ],
      shows: 'The user of the rule is not the one that Envoy runs as: 1500, or 1337 in v0.7.',
    },
    remedy: 'Create the pod again, so that one injector writes both.',
  }),

  RedirectPortWrong: discrepant({
    code: 'OA310',
    title: 'A rule redirects to another port than the one that the sidecar listens on.',
    example:
      "The script redirects to another port than the sidecar's: -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15006 instead of -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15006; for example 10.96.0.10:80 from uid 1000.",
    meaning: 'Connections end at a port where nobody listens, or where something else does.',
    cause: 'The script was edited, or another program wrote it.',
    confirm: {
      commands: [`${SCRIPT} | grep -oE -e '-A [^&]*--to-ports?[ =][0-9]+'`],
      shows:
        'The outbound redirect, PROXY_REDIRECT or OUT_REDIRECT, leads to another port than 15001, or IN_REDIRECT to another than 15003.',
    },
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  RulesTooComplex: unknown({
    code: 'OA311',
    title: 'The rules are too complex to be compared.',
    example: 'The rules of the script are too complex to be compared.',
    meaning: 'What the rules do to traffic is not known, so nothing is claimed.',
    cause: 'The script holds far more rules than any mesh installs, or chains that multiply.',
    confirm: {
      commands: [`${SCRIPT} | grep -oE -e '(-A|-I) ' | wc -l`],
      shows: 'It counts the rules: a mesh installs fewer than twenty, and one or two for each exclusion.',
    },
    remedy: 'Look at the script.',
  }),

  LocalProxyModeWrong: discrepant({
    code: 'OA312',
    title: 'The rules are not those of the configured local proxy mode.',
    example:
      'The configuration asks for the local proxy mode PodIP, and the script does not install -A OUTPUT -d 127.0.0.1/32 -o lo -p tcp -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP. As a result, tcp from uid 1500 to 127.0.0.1/32: expected dnat $POD_IP, installed bypass; for example 127.0.0.1:80 from uid 1500.',
    meaning:
      "In the mode PodIP the sidecar reaches the application by the pod's address, in the mode Localhost by 127.0.0.1. An application that listens only on the other one gets no connection.",
    cause:
      'The field spec.sidecar.localProxyMode was changed after the pod was created: rules are installed once, at the start. Or the script was edited.',
    confirm: {
      commands: [CONFIGURED_SIDECAR, `${SCRIPT} | grep -e to-destination`],
      shows:
        'The first shows localProxyMode PodIP and the script has no rule with the address of the pod, or it is not and the script has one.',
    },
    remedy: 'Restart the workload.',
  }),

  LocalDnsProxyWrong: discrepant({
    code: 'OA313',
    title: "The rule for the sidecar's DNS proxy is not as configured.",
    example:
      'The script installs -A OUTPUT -d 127.0.0.153/32 -p udp -m udp --dport 53 -j DNAT --to-destination 127.0.0.153:5300, which is for the local DNS proxy; the configuration does not ask for it. As a result, udp to 127.0.0.153/32 port 53: expected bypass, installed dnat 127.0.0.153:5300; for example 127.0.0.153:53 from uid 1000.',
    meaning:
      'With the rule, queries to 127.0.0.153 go to the DNS proxy of the sidecar; without it nobody answers them. A rule without the proxy sends them to a port where nobody listens.',
    cause:
      'The field spec.sidecar.localDNSProxy was changed after the pod was created: rules are installed once, at the start. Or the script was edited.',
    confirm: {
      commands: [CONFIGURED_SIDECAR, `${SCRIPT} | grep -e 127.0.0.153`],
      shows:
        'The first shows localDNSProxy enabled and the script has no rule for 127.0.0.153, or it does not and the script has one.',
    },
    remedy: 'Restart the workload.',
  }),

  ScriptExecutes: discrepant({
    code: 'OA314',
    title: "osm-init's script executes a command that no injector writes.",
    example:
      'At line 1, column 1025 the script of osm-init holds a command that the shell executes as root, with the right to change the network: "$(nslookup db | tail -n 1) -j RETURN".',
    meaning:
      'The shell runs the command as root in the network of the pod, before any other container starts. It can change rules, and what it prints becomes part of the script; nothing that the pod carries tells what comes of it.',
    cause:
      'A value in the configuration holds a backtick or a dollar sign with a parenthesis, or somebody has edited the script. The injectors write neither.',
    confirm: {
      commands: [`${SCRIPT} | grep -nE -e '\`|[$][(]'`, INIT_LOG],
      shows: 'The first prints the line with the command; the log may hold what the command printed.',
    },
    remedy:
      'Treat it as an intrusion until you know where it comes from: find the value, remove it from the configuration and create the pod again.',
  }),

  RulesOutdated: note({
    code: 'OA315',
    title: 'The pod has the rules of an earlier release than its mesh.',
    example:
      'The pod has the rules of OSM v1.0; the mesh osm is now at v1.2.1, whose injector writes others.',
    meaning:
      'The rules are right for the release that made the pod, and it is judged by that. What later releases can do, or do better, it lacks.',
    cause: 'The mesh was upgraded and the workload was not restarted since.',
    confirm: {
      commands: [
        'kubectl get mutatingwebhookconfigurations -L app.kubernetes.io/version',
        `${SCRIPT} | head -n 3`,
      ],
      shows: "The first prints the mesh's version; the second begins as that of an earlier release.",
    },
    remedy: 'Restart the workload when it suits.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
