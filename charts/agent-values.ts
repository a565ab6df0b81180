/** The values of the node agent. What it shares with the controller, such as writeConditions, are the controller's values. */
import { Command } from 'commander';
import { judgingOptions } from '../src/cli/judging-options.ts';
import { readText } from '../src/testing/repository.ts';
import { valueAt, type Path } from './places.ts';
import {
  flag,
  listOf,
  mapOfTexts,
  NAMESPACE_NAME,
  PRIORITY_CLASS,
  resources,
  text,
  toleration,
  wholeNumber,
  DIGEST,
  REPOSITORY,
  TAG,
} from './schemas.ts';
import { CONTAINER, HEAP, POD } from './shared-edits.ts';
import type { Value } from './values.ts';

const daemonSet = readText('manifests/node-agent/daemon-set.yaml');
const inManifest = (path: Path): unknown => valueAt(daemonSet, path);
const nodeOptions = inManifest([...CONTAINER, 'env', { key: 'name', having: 'NODE_OPTIONS' }, 'value']);

/** Those that change verdicts, but for the one that has a value. */
const options = [
  ...judgingOptions(new Command())
    .options.map((option) => option.name())
    .filter((name) => name !== 'grace-period'),
  'log-format',
];

export const AGENT_VALUES: readonly Value[] = [
  {
    name: 'nodeAgent.enabled',
    default: false,
    meaning:
      'Run an agent on each node, which reads what the kernel does with the traffic of its pods. It needs more of a node ' +
      'than the controller: docs/node-agent.md.',
    schema: flag,
  },
  {
    name: 'nodeAgent.namespace',
    default: '',
    meaning:
      'A namespace that is there and admits its privileges, where that of the release refuses them; empty for that of the release.',
    schema: text(NAMESPACE_NAME),
  },
  {
    name: 'nodeAgent.image.repository',
    default: 'osm-auditor-node-agent',
    meaning: 'Where its image is; `image.pullPolicy` and `image.pullSecrets` hold for it too.',
    schema: text(REPOSITORY),
  },
  {
    name: 'nodeAgent.image.tag',
    default: '',
    meaning: "Its tag; empty for the chart's own version.",
    schema: text(TAG),
  },
  {
    name: 'nodeAgent.image.digest',
    default: '',
    meaning: 'Its digest, which then counts instead of the tag.',
    schema: text(DIGEST),
  },
  {
    name: 'nodeAgent.sweepInterval',
    default: null,
    meaning: "How many seconds between two readings of all pods; null for the program's own 60.",
    schema: { type: ['integer', 'null'], minimum: 1, maximum: 86400 },
  },
  {
    name: 'nodeAgent.extraArgs',
    default: [],
    meaning: `More options: ${options.join(', ')}. Those that change verdicts should be the same as in \`extraArgs\`.`,
    schema: listOf(text(new RegExp(`^--(${options.join('|')})=.+$`))),
  },
  {
    name: 'nodeAgent.resources',
    default: inManifest([...CONTAINER, 'resources']),
    meaning: 'What its container asks for and may use.',
    schema: resources,
  },
  {
    name: 'nodeAgent.heapMegabytes',
    default: Number(HEAP.exec(String(nodeOptions))?.[0]),
    meaning: "The most that Node's heap may be. The programs that it starts need memory beside it.",
    schema: wholeNumber(32, 65536),
  },
  {
    name: 'nodeAgent.nodeSelector',
    default: inManifest([...POD, 'nodeSelector']),
    meaning: 'Labels of the nodes that it runs on.',
    schema: mapOfTexts,
  },
  {
    name: 'nodeAgent.tolerations',
    default: [],
    meaning: 'Taints that it tolerates; empty means all of them.',
    schema: listOf(toleration),
  },
  {
    name: 'nodeAgent.priorityClassName',
    default: '',
    meaning: 'Its PriorityClass. Without one it never drives another pod off a full node.',
    schema: text(PRIORITY_CLASS),
  },
];
