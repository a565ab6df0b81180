/**
 * The catalogue of findings: every code there is, what it means and what to do about it.
 *
 * Codes are a contract: a code is never given another meaning, and a retired one is never used again. The hundreds tell
 * the subject: 1 membership and sidecar, 2 the init container, 3 rules, 4 exclusions, 5 configuration, 9 notes.
 * `docs/findings.md` and `osm-auditor explain` are made from this table.
 */

export type Severity = 'error' | 'warning' | 'info';

/** What a finding makes of its pod; a pod takes the worst: Discrepant, then Unknown, then what is left. */
export type Effect = 'Discrepant' | 'Unknown' | 'NotApplicable';

export interface CatalogueEntry {
  readonly code: string;
  readonly severity: Severity;
  readonly effect: Effect;
  /** Whether it speaks of one pod or of what many pods share: then there is no Event on each of them. */
  readonly scope: 'pod' | 'shared';
  /** One line: what is wrong. */
  readonly title: string;
  /** What it means for the pod's traffic. */
  readonly meaning: string;
  /** How it usually comes about. */
  readonly cause: string;
  /** What to do. */
  readonly remedy: string;
}

type Draft = Omit<CatalogueEntry, 'severity' | 'effect' | 'scope'>;

const discrepant = (entry: Draft): CatalogueEntry => ({
  ...entry,
  severity: 'error',
  effect: 'Discrepant',
  scope: 'pod',
});
const unknown = (entry: Draft): CatalogueEntry => ({
  ...entry,
  severity: 'warning',
  effect: 'Unknown',
  scope: 'pod',
});
const sharedUnknown = (entry: Draft): CatalogueEntry => ({ ...unknown(entry), scope: 'shared' });

const CATALOGUE = {
  SidecarMissing: discrepant({
    code: 'OA101',
    title: 'The pod should have an Envoy sidecar and has none.',
    meaning:
      'Nothing proxies its traffic. If osm-init ran all the same, its connections end at ports where nobody listens.',
    cause:
      'The pod was created before its namespace joined the mesh, the injector was not reachable, or the pod was edited.',
    remedy: 'Create the pod again, so that the injector sees it.',
  }),
  SidecarNotRunning: discrepant({
    code: 'OA102',
    title: 'The Envoy sidecar is not running.',
    meaning: "The rules send the pod's TCP traffic to a proxy that is not there: its connections fail.",
    cause: 'Envoy crashes (its log says why), its image cannot be pulled, or it has ended.',
    remedy: "Read the sidecar's log and the pod's events.",
  }),
  SidecarNotReady: discrepant({
    code: 'OA103',
    title: 'The Envoy sidecar runs but is not ready.',
    meaning: 'Traffic reaches Envoy, which cannot serve it yet: connections fail or wait.',
    cause: 'Envoy has not received its configuration from osm-controller, or its certificate is not valid.',
    remedy: "Read the sidecar's log and look at osm-controller.",
  }),
  NamespaceUnknown: sharedUnknown({
    code: 'OA104',
    title: 'Whether the pod belongs to the mesh cannot be told.',
    meaning:
      'The pod carries no sidecar; only the labels of its namespace say whether that is right, and they are not known.',
    cause: 'The Namespace object is not among the files, or may not be read.',
    remedy: 'Give the Namespace object too.',
  }),
  InjectionAnnotationInvalid: unknown({
    code: 'OA105',
    title: 'The annotation openservicemesh.io/sidecar-injection has a value that the injector does not take.',
    meaning: 'The injector refuses pods with such an annotation; what was meant cannot be told.',
    cause: 'A typing error: the values are enabled, yes, true, disabled, no and false.',
    remedy: 'Correct the annotation.',
  }),

  InitContainerMissing: discrepant({
    code: 'OA201',
    title: 'The pod has a sidecar but no osm-init container.',
    meaning:
      'No rule redirects anything: all traffic bypasses the sidecar, although the pod looks healthy and ready.',
    cause: 'The pod was edited, or injected by something else than the OSM injector.',
    remedy: 'Create the pod again, so that the injector adds osm-init.',
  }),
  InitContainerWaiting: discrepant({
    code: 'OA202',
    title: 'osm-init is still waiting to start.',
    meaning: 'No rule is installed, and no other container of the pod starts.',
    cause:
      'Its image cannot be pulled, a volume is missing, or the sandbox cannot be created; the reason is in the message.',
    remedy: "Read the pod's events.",
  }),
  InitContainerRunning: discrepant({
    code: 'OA203',
    title: 'osm-init is still running.',
    meaning:
      'It takes a fraction of a second normally. The rules may be there in part; no other container of the pod starts.',
    cause: 'The script waits for something: the xtables lock, or a command that was added to it.',
    remedy: "Look at the script and at osm-init's log.",
  }),
  InitContainerFailed: discrepant({
    code: 'OA204',
    title: 'osm-init has failed.',
    meaning: 'The rules are there in part or not at all, and no other container of the pod starts.',
    cause:
      'The exit code tells: 1 a chain or rule is in the way, 2 iptables or the shell refuses the text, 3 and 4 no permission.',
    remedy: "Read osm-init's log; correct what it names and create the pod again.",
  }),
  InitContainerCrashLoop: discrepant({
    code: 'OA205',
    title: 'osm-init fails again and again.',
    meaning: 'The pod cannot start. The rules of the first try stay in its network namespace, half made.',
    cause:
      'The first failure is the real one. Later tries fail with exit code 1, "Chain already exists", because the first has created the chains.',
    remedy: "Find the first failure in osm-init's oldest log or in the script; create the pod again.",
  }),
  InitContainerStateLost: unknown({
    code: 'OA206',
    title: 'The kubelet no longer says how osm-init ended.',
    meaning:
      'The containers run, so osm-init ended well once; whether it did in the present sandbox is not known.',
    cause: 'The ended container was removed from the node to free space.',
    remedy: 'Create the pod again if certainty is needed.',
  }),
  InitCommandUnknown: unknown({
    code: 'OA207',
    title: 'osm-init does not run a script that the pod carries.',
    meaning: 'Which rules it installs cannot be told from the pod.',
    cause: 'OSM v0.6 and earlier keep the script inside the image; forks may too.',
    remedy: 'Look at the rules inside the pod.',
  }),
  PodStarting: {
    code: 'OA208',
    severity: 'info',
    effect: 'Unknown',
    scope: 'pod',
    title: 'The pod is still starting.',
    meaning: 'osm-init or the sidecar has not had its time yet; there is nothing to judge.',
    cause: 'The pod is new, or waits for a node.',
    remedy: 'Wait.',
  },

  ScriptRefused: discrepant({
    code: 'OA301',
    title: "A shell refuses osm-init's script.",
    meaning: 'A shell reads the whole line before it runs any of it: no rule is installed.',
    cause: 'A value in the configuration broke the script, or it was edited.',
    remedy: 'Correct the configuration and create the pod again.',
  }),
  RuleRefused: discrepant({
    code: 'OA302',
    title: "iptables refuses a command of osm-init's script.",
    meaning: 'The script stops there: what comes before is installed, the rest is missing.',
    cause:
      'A value in the configuration or annotation that OSM accepts and iptables does not, or the script was edited.',
    remedy: 'Correct the value and create the pod again.',
  }),
  ScriptNotUnderstood: unknown({
    code: 'OA303',
    title: "osm-init's script holds something that is not understood.",
    meaning: 'Which rules are installed cannot be told, so nothing is claimed.',
    cause: 'A release of OSM that is not known yet, a fork, or an edited script.',
    remedy: 'Look at the quoted text.',
  }),
  DialectUnknown: unknown({
    code: 'OA304',
    title: 'The chains in the script are not those of a known release.',
    meaning: 'The rules were read, but what they should be is not known.',
    cause: 'A release of OSM that is not known yet, or a fork.',
    remedy: 'Compare the rules by hand.',
  }),
  BaseRuleMissing: discrepant({
    code: 'OA305',
    title: 'A base rule is missing.',
    meaning:
      'Traffic that the rule takes care of goes elsewhere: past the sidecar, or into a port where nobody listens.',
    cause: 'The script was edited, or another program wrote it.',
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),
  BaseRuleUnexpected: discrepant({
    code: 'OA306',
    title: 'There is a rule that OSM does not write.',
    meaning: 'It may let traffic pass the sidecar or send it elsewhere.',
    cause: 'The script was edited, or another program wrote it.',
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),
  RuleOrderWrong: discrepant({
    code: 'OA307',
    title: 'The rules stand in the wrong order.',
    meaning: 'The first rule that matches decides: a rule behind a broader one never applies.',
    cause: 'The script was edited, or exclusions were appended instead of inserted.',
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),

  RedirectionMissing: discrepant({
    code: 'OA308',
    title: 'The rules redirect nothing.',
    meaning:
      'All traffic of the named direction passes the sidecar by: no encryption, no policy, no telemetry, although the pod looks healthy.',
    cause:
      'The jump from the built-in chain or the redirect itself is missing, or a rule in front lets all packets go.',
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),
  ProxyUserWrong: discrepant({
    code: 'OA309',
    title: "A rule names another user than Envoy's.",
    meaning:
      "Envoy's own traffic is redirected back to Envoy, in a loop, while the traffic of the other user escapes the mesh.",
    cause: 'The script was edited, or the sidecar is of another release than the script.',
    remedy: 'Create the pod again, so that one injector writes both.',
  }),
  RedirectPortWrong: discrepant({
    code: 'OA310',
    title: 'A rule redirects to another port than the one that the sidecar listens on.',
    meaning: 'Connections end at a port where nobody listens, or where something else does.',
    cause: 'The script was edited, or another program wrote it.',
    remedy: 'Create the pod again, so that the injector writes the script.',
  }),
  RulesTooComplex: unknown({
    code: 'OA311',
    title: 'The rules are too complex to be compared.',
    meaning: 'What the rules do to traffic is not known, so nothing is claimed.',
    cause: 'The script holds far more rules than any mesh installs, or chains that multiply.',
    remedy: 'Look at the script.',
  }),

  ExcludedRangeMissing: discrepant({
    code: 'OA401',
    title: 'An IP range that should be excluded is not.',
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      'The range was added to the configuration after the pod was created: rules are installed once, at the start.',
    remedy: 'Restart the workload.',
  }),
  ExcludedRangeExtra: discrepant({
    code: 'OA402',
    title: 'An IP range is excluded that should not be.',
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The range was removed from the configuration after the pod was created, or the script was edited.',
    remedy: 'Restart the workload; until then its traffic to the range escapes the mesh.',
  }),
  ExcludedPortMissing: discrepant({
    code: 'OA403',
    title: 'A port that should be excluded is not.',
    meaning: 'Traffic to it goes through the sidecar, where mesh policy may refuse it.',
    cause:
      "The port was added to the configuration or to the running pod's annotation: rules are installed once, at the start.",
    remedy: "Restart the workload; an annotation must stand in the workload's pod template.",
  }),
  ExcludedPortExtra: discrepant({
    code: 'OA404',
    title: 'A port is excluded that should not be.',
    meaning: 'TCP traffic to it bypasses the sidecar: no encryption, no policy, no telemetry.',
    cause:
      'The port was removed from the configuration or annotation after the pod was created, or the script was edited.',
    remedy: 'Restart the workload; until then its traffic to the port escapes the mesh.',
  }),
  PortAnnotationInvalid: {
    code: 'OA405',
    severity: 'warning',
    effect: 'Discrepant',
    scope: 'pod',
    title: "The pod's annotation openservicemesh.io/outbound-port-exclusion-list has a bad value.",
    meaning: 'One bad item makes the injector ignore the whole annotation: none of its ports is excluded.',
    cause: 'A typing error; each item must be a number from 1 to 65535.',
    remedy: "Correct the annotation in the workload's pod template.",
  },

  ConfigMissing: sharedUnknown({
    code: 'OA501',
    title: 'There is no mesh configuration to judge by.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause:
      'The ConfigMap osm-config is not in the cluster or not among the files, or OSM runs in another namespace.',
    remedy: 'Give the ConfigMap too, or name the namespace with --osm-namespace.',
  }),
  ConfigUnreadable: sharedUnknown({
    code: 'OA502',
    title: 'The mesh configuration cannot be read.',
    meaning: 'Which exclusions the pod should have is not known; its base rules were still compared.',
    cause: 'No permission on the ConfigMap, or the API server does not answer.',
    remedy: 'Grant what manifests/rbac.yaml grants, or look at the connection.',
  }),
  ConfigAmbiguous: sharedUnknown({
    code: 'OA503',
    title: 'Several objects could be the mesh configuration.',
    meaning: 'Judging by the wrong one would be worse than not judging; base rules were still compared.',
    cause: 'More than one namespace has a ConfigMap osm-config.',
    remedy: 'Name the right namespace with --osm-namespace.',
  }),
  ConfigRangeInvalid: {
    code: 'OA504',
    severity: 'error',
    effect: 'Unknown',
    scope: 'shared',
    title: 'outbound_ip_range_exclusion_list holds a bad value.',
    meaning:
      'OSM copies the value into the script of every new pod, where iptables refuses it: new pods do not start.',
    cause: 'A typing error, an IPv6 range, or a comma too many.',
    remedy: 'Correct the ConfigMap.',
  },
  ConfigPortInvalid: {
    code: 'OA505',
    severity: 'error',
    effect: 'Unknown',
    scope: 'shared',
    title: 'outbound_port_exclusion_list holds a bad value.',
    meaning:
      'OSM copies the value into the script of every new pod, where iptables refuses it or reads another port.',
    cause: 'A typing error, a number above 65535, or a leading zero.',
    remedy: 'Correct the ConfigMap.',
  },

  NotInMesh: {
    code: 'OA901',
    severity: 'info',
    effect: 'NotApplicable',
    scope: 'pod',
    title: 'The mesh does not concern this pod.',
    meaning: 'There is nothing to judge; the message says why.',
    cause: 'The pod opts out, its namespace is not monitored, it has ended, or it is part of the system.',
    remedy: 'None needed.',
  },
  JudgementFailed: unknown({
    code: 'OA902',
    title: 'osm-auditor failed to judge the pod.',
    meaning: 'Nothing is known about the pod; other pods are judged as ever.',
    cause: 'A fault in osm-auditor that something in this pod brings out.',
    remedy: 'Report it, with the pod and the message.',
  }),
} as const satisfies Readonly<Record<string, CatalogueEntry>>;

/** The name of a finding: the reason of Events and of the pod condition. */
export type FindingName = keyof typeof CATALOGUE;

export function catalogueEntry(name: FindingName): CatalogueEntry {
  return CATALOGUE[name];
}

/** All names in the order of their codes. */
export const FINDING_NAMES = Object.keys(CATALOGUE) as readonly FindingName[];
