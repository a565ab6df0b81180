/**
 * What becomes of each command of the documentation. The first row that matches counts; a command without a row fails the
 * test, and so does a row without a command.
 */

/** Executed on the cluster of world.ts, in any order. */
interface Reads {
  readonly how: 'reads';
  /** The exit statuses that are right; 0 by default. */
  readonly statuses?: readonly number[];
  /** Why it prints nothing when all is well; otherwise it has to. */
  readonly silent?: string;
}

/** Begun there, and ended by Ctrl-C as soon as it has printed something. */
interface GoesOn {
  readonly how: 'goes on';
}

/** Executed there too, one after the other, and undone. */
interface Changes {
  readonly how: 'changes';
  readonly statuses?: readonly number[];
  /** What the page presupposes. */
  readonly after?: readonly string[];
  readonly needs?: 'helm';
}

/** Not executed here, for a reason. */
interface NotHere {
  /** Of `make` the target is looked up; `on a node` is e2e/ground/commands.e2e.ts. */
  readonly how: 'make' | 'on a node' | 'elsewhere';
  readonly why: string;
}

export interface Row {
  /** How commands begin, or how they are made. */
  readonly commands: RegExp;
  readonly treatment: Reads | GoesOn | Changes | NotHere;
}

const INSTALL = 'kubectl apply -k manifests/';

/** Whatever the pods are: but the command and its input are as they should be. */
const JUDGED = [0, 1, 3];

export const TABLE: readonly Row[] = [
  { commands: /^osm-auditor check .*--watch$/, treatment: { how: 'goes on' } },
  {
    commands: /^osm-auditor check .* \| kubectl apply -f -$/,
    treatment: { how: 'changes', statuses: JUDGED },
  },
  {
    commands: /^osm-auditor (?:check|trace) .*--live(?: |$)/,
    treatment: { how: 'elsewhere', why: 'it reads the kernel of the node that it runs on' },
  },
  { commands: /^osm-auditor (?:check|trace) /, treatment: { how: 'reads', statuses: JUDGED } },
  { commands: /^osm-auditor (?:expected|explain) /, treatment: { how: 'reads' } },
  {
    commands: /^kubectl .* \| sh -n$/,
    treatment: { how: 'reads', silent: 'a shell says nothing of a script that it can read' },
  },
  { commands: /^kubectl (?:-n NAMESPACE )?(?:auth can-i|describe|get|wait) /, treatment: { how: 'reads' } },
  {
    commands: /^kubectl -n NAMESPACE (?:debug|exec|logs) /,
    treatment: { how: 'on a node', why: 'a kubelet has to answer' },
  },
  { commands: /^kubectl apply -k /, treatment: { how: 'changes' } },
  { commands: /^kubectl label namespace osm-auditor /, treatment: { how: 'changes' } },
  {
    commands: /^kubectl -n osm-auditor set env /,
    treatment: { how: 'changes', after: [INSTALL] },
  },
  {
    commands: /^helm install .* --take-ownership$/,
    treatment: { how: 'changes', needs: 'helm', after: [INSTALL] },
  },
  { commands: /^helm install /, treatment: { how: 'changes', needs: 'helm' } },
  {
    commands: /^make /,
    treatment: {
      how: 'make',
      why: 'CI runs the targets of its own; others take long, or build what a test needs',
    },
  },
  {
    commands: /^npm ci$/,
    treatment: { how: 'elsewhere', why: 'the Makefile runs it before everything else' },
  },
  {
    commands: /^alias osm-auditor=/,
    treatment: { how: 'elsewhere', why: 'PATH has here what it stands for' },
  },
  {
    commands: /^docker build /,
    treatment: { how: 'elsewhere', why: 'e2e/kind/run.sh does, where there is Docker' },
  },
];

/** The first row for the command; undefined where there is none. */
export function rowOf(command: string): Row | undefined {
  return TABLE.find(({ commands }) => commands.test(command));
}
