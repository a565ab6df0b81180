/**
 * Options of iptables that are known by shape alone: how many arguments they take, not what they match.
 *
 * With the shape the rest of the command can be read for certain, and the rule keeps its place among the others: packets
 * that come to it have an unknown verdict, all others an exact one. A module or an option that is not listed here could
 * swallow any word behind it, so its whole command is not understood.
 */
import type { RuleDraft } from './rule-draft.ts';

/** Options by module, each with the number of its arguments (iptables-extensions(8)). */
const SHAPES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  tcp: { '--sport': 1, '--source-port': 1, '--syn': 0, '--tcp-flags': 2, '--tcp-option': 1 },
  udp: { '--sport': 1, '--source-port': 1 },
  multiport: { '--sports': 1, '--source-ports': 1, '--ports': 1 },
  owner: { '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
  conntrack: {
    '--ctstate': 1,
    '--ctproto': 1,
    '--ctorigdst': 1,
    '--ctorigdstport': 1,
    '--ctstatus': 1,
    '--ctdir': 1,
  },
  state: { '--state': 1 },
  mark: { '--mark': 1 },
  connmark: { '--mark': 1 },
  addrtype: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
  set: { '--match-set': 2 },
  limit: { '--limit': 1, '--limit-burst': 1 },
  statistic: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 },
  iprange: { '--src-range': 1, '--dst-range': 1 },
  cgroup: { '--path': 1, '--cgroup': 1 },
};
const PLAIN: Readonly<Record<string, number>> = { '-s': 1, '--src': 1, '--source': 1 };

export interface OpaqueOption {
  readonly argumentCount: number;
  /** Where the option's text is kept. */
  readonly texts: string[];
}

export function opaqueOptionsOf(module: string): Readonly<Record<string, number>> | undefined {
  return Object.hasOwn(SHAPES, module) ? SHAPES[module] : undefined;
}

/** The option, if it belongs to the command itself or to the last module that has one of its name. */
export function opaqueOption(name: string, draft: RuleDraft): OpaqueOption | undefined {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return { argumentCount: plain, texts: draft.opaque };
  const module = draft.modules.findLast((candidate) => argumentCountOf(candidate.name, name) !== undefined);
  const argumentCount = module === undefined ? undefined : argumentCountOf(module.name, name);
  return module === undefined || argumentCount === undefined
    ? undefined
    : { argumentCount, texts: module.opaque };
}

function argumentCountOf(module: string, option: string): number | undefined {
  const shapes = opaqueOptionsOf(module);
  return shapes !== undefined && Object.hasOwn(shapes, option) ? shapes[option] : undefined;
}
