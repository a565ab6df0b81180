/** The pods of whose kernels the node agent tells: one for each deed and backend, and those whose run of osm-init matters. */
import { GUIDE } from '../../src/core/osm/releases.ts';
import { INIT_TAGS, type Backend } from '../node/pod-images.ts';
import { DEEDS, SCRIPT, type Deed } from './live-deeds.ts';
import { worksOnce, type GroundPod } from './meshed-pod.ts';

export const NAMESPACE = 'live';
/** What the agent, and of the script the controller, says where all is well. */
export const VERIFIED = 'True Verified';
export const BACKENDS: readonly Backend[] = ['legacy', 'nft'];
const common = (backend: Backend): Omit<GroundPod, 'name' | 'script'> => {
  return { release: GUIDE, backend, tag: INIT_TAGS.guide };
};

const REFUSED = SCRIPT.replace('--to-port 15003', '--to-port 15003x');

/** One for each deed and backend. */
export const DONE_TO: readonly (GroundPod & { readonly deed: Deed })[] = BACKENDS.flatMap((backend) =>
  DEEDS.filter((deed) => deed.backend === undefined || deed.backend === backend).map((deed) => ({
    ...common(backend),
    name: `${deed.name}-${backend}`,
    script: SCRIPT,
    deed,
  })),
);

export const OTHERS: readonly GroundPod[] = [
  ...BACKENDS.flatMap((backend): readonly GroundPod[] => [
    { ...common(backend), name: `refused-${backend}`, script: REFUSED },
    { ...common(backend), name: `not-allowed-${backend}`, script: SCRIPT, netAdmin: false },
    { ...common(backend), name: `killed-${backend}`, script: SCRIPT },
    { ...common(backend), name: `killed-fails-${backend}`, script: worksOnce(SCRIPT), remembers: true },
    { ...common(backend), name: `plain-${backend}`, script: SCRIPT },
  ]),
  { ...common('legacy'), name: 'without-init', script: undefined },
  {
    ...common('legacy'),
    name: 'on-node',
    script: SCRIPT,
    netAdmin: false,
    hostNetwork: true,
    sidecar: false,
  },
];

/** Of those whose osm-init has done what it should. */
export const GOOD_NAMES: readonly string[] = [...DONE_TO, ...OTHERS]
  .map(({ name }) => name)
  .filter((name) => /^(?!refused|not-allowed|without|on-node)/.test(name));
