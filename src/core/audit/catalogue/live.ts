/** OA7xx: what the kernel of the pod really does, where somebody on its node has looked. */
import { INIT_STATUS, RULES_IN_POD, SCRIPT } from './commands.ts';
import { discrepant, note, unknown, warning, type CatalogueEntry } from './entry.ts';

const SHOWN = 'With the image of osm-init for IMAGE it prints the rules that are in the kernel';

export const LIVE = {
  LiveRedirectionMissing: discrepant({
    code: 'OA701',
    title: 'The kernel redirects nothing, although the script installs a redirection.',
    example:
      'The kernel redirects no traffic. It holds no rule at all. osm-init has ended with exit code 0: something has changed the rules since. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
    meaning:
      'All traffic of the named direction passes the sidecar by: no encryption, no policy, no telemetry. Neither the pod nor its script shows it.',
    cause:
      'Something has flushed the rules or put a rule in front that lets everything go, or the pod got a new network in which osm-init has not run.',
    confirm: {
      commands: [RULES_IN_POD],
      shows: `${SHOWN}: from PREROUTING (inbound) or OUTPUT (outbound) no way leads to a REDIRECT, or a rule in front lets all packets go.`,
    },
    remedy: 'Create the pod again, and find out what changes rules on its node.',
  }),

  LiveRunIncomplete: discrepant({
    code: 'OA702',
    title: 'The kernel holds what a run of osm-init left behind that did not come to its end.',
    example:
      'osm-init has ended with exit code 137, and the kernel holds what its script installs up to "iptables -t nat -A PROXY_REDIRECT -p tcp --dport 15000 -j ACCEPT", and nothing of what follows. As a result, inbound tcp to any port but 15010, 15901-15903: expected redirect 15003, installed redirect 15003, live bypass; for example 10.244.0.5:80.',
    meaning:
      'The rules are half made. Later runs of osm-init cannot mend them: they fail at the chains that are there already.',
    cause: 'iptables or a shell refused a command, osm-init was killed, or it may not change rules.',
    confirm: {
      commands: [INIT_STATUS, SCRIPT],
      shows:
        'The status tells an exit code that is not 0, now or in lastState. The script holds commands whose rules are not in the kernel.',
    },
    remedy: 'Mend what made it fail, then create the pod again.',
  }),

  LiveRuleMissing: discrepant({
    code: 'OA703',
    title: 'A rule that osm-init has installed is not in the kernel.',
    example:
      'The kernel does not hold -A PROXY_OUTPUT -m owner --uid-owner 1500 -j RETURN, as osm-init installs it. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid 1500 to anywhere but 127.0.0.1/32: expected bypass, installed bypass, live redirect 15001; for example 10.96.0.10:80 from uid 1500.',
    meaning:
      'Traffic that the rule takes care of goes elsewhere: past the sidecar, or into it where it should not.',
    cause: 'Somebody or some other program has deleted the rule after the pod started.',
    confirm: {
      commands: [RULES_IN_POD],
      shows: `${SHOWN}: the one that the message names is not among them.`,
    },
    remedy: 'Create the pod again, and find out what changes rules on its node.',
  }),

  LiveRuleForeign: discrepant({
    code: 'OA704',
    title: 'A rule in the kernel that osm-init does not install changes what becomes of traffic.',
    example:
      'The kernel holds -A OUTPUT -p tcp -m tcp --dport 8080 -j ACCEPT, which osm-init does not install, in front of -A OUTPUT -p tcp -j PROXY_OUTPUT. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32, port 8080: expected redirect 15001, installed redirect 15001, live bypass; for example 10.96.0.10:8080 from uid 1000.',
    meaning: 'The rule takes packets before those of the mesh do, or sends them elsewhere.',
    cause:
      'Another tool works in the same network: a CNI plugin, an agent for traffic, a debugging session, a second mesh.',
    confirm: {
      commands: [RULES_IN_POD],
      shows: `${SHOWN}: the one that the message names is among them and not in the script.`,
    },
    remedy: 'Find out whose rule it is, then create the pod again.',
  }),

  LiveRuleOrderWrong: discrepant({
    code: 'OA705',
    title: 'The rules in the kernel stand in another order than osm-init installs them.',
    example:
      'The kernel has the rules in another order than osm-init installs them: -A PROXY_OUTPUT -j PROXY_REDIRECT before -A PROXY_OUTPUT -d 127.0.0.1/32 -j RETURN. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to 127.0.0.1/32: expected bypass, installed bypass, live redirect 15001; for example 127.0.0.1:80 from uid 1000.',
    meaning: 'The first rule that matches decides: a rule behind a broader one never applies.',
    cause: 'Something has taken rules out and put them in again.',
    confirm: {
      commands: [RULES_IN_POD],
      shows: `${SHOWN}, in the order in which they apply: the first that the message names stands before the second.`,
    },
    remedy: 'Create the pod again, and find out what changes rules on its node.',
  }),

  LiveRuleChanged: discrepant({
    code: 'OA706',
    title: 'A rule in the kernel names another user or port than osm-init has installed.',
    example:
      'The kernel holds -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15006 instead of -A PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001. osm-init has ended with exit code 0: something has changed the rules since. As a result, tcp from uid not 1500 to anywhere but 127.0.0.1/32: expected redirect 15001, installed redirect 15001, live redirect 15006; for example 10.96.0.10:80 from uid 1000.',
    meaning: 'Connections end at a port where nobody listens, or the traffic of another user is let go.',
    cause: 'Something has replaced the rule after the pod started.',
    confirm: {
      commands: [RULES_IN_POD],
      shows: `${SHOWN}: the first that the message names is among them, the second is not.`,
    },
    remedy: 'Create the pod again, and find out what changes rules on its node.',
  }),

  LiveFollowsScript: discrepant({
    code: 'OA707',
    title: 'The kernel does what the script of osm-init installs, and that is not what it should be.',
    example:
      'The kernel does what the script of osm-init installs, and that is not what it should be. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001, live redirect 15001; for example 10.96.0.10:80 from uid 1000.',
    meaning:
      'What other findings say of the script is true of the traffic: nobody has mended it by hand. The findings of the script, OA3xx and OA4xx, say what is wrong with it and why.',
    cause: 'The configuration has changed since the pod started, or the script was edited.',
    confirm: {
      commands: [SCRIPT, RULES_IN_POD],
      shows: 'The script and, with the image of osm-init for IMAGE, the kernel have the same rules.',
    },
    remedy: 'Do what the findings of the script ask for; most often, restart the workload.',
  }),

  LiveMendedByHand: warning({
    code: 'OA708',
    title: 'The kernel does what it should, although the script of osm-init does not.',
    example:
      'The kernel does what it should, and the script of osm-init does not: somebody has mended the rules by hand. As a result, tcp from uid not 1500 to 10.0.0.0/8: expected bypass, installed redirect 15001, live bypass; for example 10.96.0.10:80 from uid 1000.',
    meaning:
      'The traffic is right for now. When the sandbox of the pod is made anew, osm-init runs again and the mending is lost.',
    cause: 'Somebody has changed the rules of the running pod instead of creating it again.',
    confirm: {
      commands: [SCRIPT, RULES_IN_POD],
      shows: 'With the image of osm-init for IMAGE, the kernel has rules that the script does not install.',
    },
    remedy: 'Restart the workload when it suits, so that its script is right as well.',
  }),

  LiveRulesExtra: note({
    code: 'OA709',
    title: 'The kernel holds rules of somebody else that change nothing for the redirection.',
    example:
      'The kernel holds -A POSTROUTING -d 10.0.0.0/8 -j ACCEPT, which osm-init does not install. The redirection is as it should be all the same.',
    meaning:
      "Another tool works in the pod's network. What it does now leaves the traffic of the mesh alone.",
    cause: 'A CNI plugin, an agent for traffic, or a debugging session.',
    confirm: { commands: [RULES_IN_POD], shows: `${SHOWN}: those that the message names are among them.` },
    remedy: 'Know whose rules they are: a change of them can change the redirection.',
  }),

  LiveBackendsBoth: unknown({
    code: 'OA710',
    title: 'Both iptables-legacy and iptables-nft have rules in the pod.',
    example:
      'Both iptables-legacy and iptables-nft have rules for the traffic of this pod. The kernel asks both, in an order that cannot be read, and what one lets pass the other may still redirect.',
    meaning:
      'Each backend shows its own rules alone, so that either looks right by itself. What becomes of traffic is not known.',
    cause:
      'osm-init and another tool of the pod use iptables of different backends, or osm-init ran with images of both.',
    confirm: {
      commands: [
        'kubectl -n NAMESPACE debug POD -it --image=IMAGE --profile=netadmin -- iptables-legacy -t nat -S',
        'kubectl -n NAMESPACE debug POD -it --image=IMAGE --profile=netadmin -- iptables-nft -t nat -S',
      ],
      shows:
        'With the image of osm-init for IMAGE, or another with both programs, both print lines that begin with -A PREROUTING or -A OUTPUT.',
    },
    remedy: 'Let all that changes rules use one backend, then create the pod again.',
  }),

  LiveRulesNotUnderstood: unknown({
    code: 'OA711',
    title: 'The kernel holds rules that are not understood.',
    example:
      'nftables has chains that translate addresses and that iptables does not show: "inet mesh output".',
    meaning: 'What the rules do to traffic is not known, so nothing is claimed.',
    cause: 'Another tool has made rules with nft, or with a module of iptables that no release of OSM uses.',
    confirm: {
      commands: [
        RULES_IN_POD,
        'kubectl -n NAMESPACE debug POD -it --image=IMAGE --profile=netadmin -- nft list ruleset',
      ],
      shows:
        'With an image for IMAGE that has nft, such as the image of osm-init with it added, the chains or rules that the message names are there.',
    },
    remedy: 'Look at what the message names, and find out whose it is.',
  }),

  LiveUnreadable: unknown({
    code: 'OA712',
    title: 'The rules in the kernel could not be read.',
    example: 'The rules in the kernel could not be read: no process of the pod runs.',
    meaning: 'Nothing is known of what the kernel does with the traffic of this pod.',
    cause:
      'The pod has no process on the node, its containers do not share one network, the runtime keeps them in a machine of their own, or the node agent lacks a permission.',
    confirm: {
      commands: ['kubectl -n NAMESPACE get pod POD -o wide', RULES_IN_POD],
      shows:
        'The pod runs on the node of the agent. With the image of osm-init for IMAGE, the second can read what the agent cannot.',
    },
    remedy: 'Look at the log of the node agent on the node of the pod.',
  }),

  LiveNodeNetwork: unknown({
    code: 'OA713',
    title: "The pod uses its node's network, whose rules are not the pod's.",
    example: "The pod uses its node's network: the rules in the kernel are those of the node.",
    meaning: 'There are no rules of this pod alone that could be judged.',
    cause: 'The pod sets hostNetwork and was injected all the same.',
    confirm: {
      commands: [`kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.hostNetwork}{"\\n"}'`],
      shows: 'It prints true.',
    },
    remedy: 'Take the pod out of the mesh, or give it a network of its own.',
  }),

  LiveUnjudged: unknown({
    code: 'OA714',
    title: 'The rules in the kernel were read, and which ones there should be is not known.',
    example:
      'The kernel does what the script of osm-init installs. Which rules the pod should have is not known.',
    meaning:
      'Nothing is claimed about the redirection. What the kernel does was compared with the script where there is one.',
    cause:
      'No configuration of the mesh was found, it has just been changed, or the pod is of a release that is not known.',
    confirm: {
      commands: ['osm-auditor check -n NAMESPACE -o wide'],
      shows: 'Another finding of the pod says what is not known: of OA3xx, OA5xx or OA9xx.',
    },
    remedy: 'Do what the other findings of the pod ask for.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;
