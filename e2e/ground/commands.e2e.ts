/**
 * The commands of the documentation that a kubelet has to answer, on a pod that one runs; e2e/docs executes the others.
 *
 * Limit: containers are added to running pods since Kubernetes 1.25. On older servers, such as that of the node made here,
 * the command that `kubectl debug` would run there runs in a container of the pod that has what its profile gives.
 */
import { expect } from 'chai';
import process from 'node:process';
import { GUIDE } from '../../src/core/osm/releases.ts';
import { scriptIn } from '../../src/testing/osm-scripts.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { blocksOf, PAGES } from '../docs/pages.ts';
import { filledIn } from '../docs/placeholders.ts';
import { runCommand } from '../docs/shell.ts';
import { rowOf } from '../docs/table.ts';
import { INIT_IMAGES, INIT_TAGS } from '../node/pod-images.ts';
import { Ground } from './ground.ts';
import type { GroundPod } from './meshed-pod.ts';

const IMAGE = INIT_IMAGES.legacy(INIT_TAGS.guide);
const PLACEHOLDERS = { NAMESPACE: 'documented', POD: 'asked', IMAGE };
const FIRST_WITH_DEBUG = 25;

/** What the pod below answers. */
const ANSWERS: readonly { readonly to: RegExp; readonly is: RegExp }[] = [
  { to: / logs POD -c osm-init$/, is: /^installed$/m },
  { to: / logs POD -c envoy$/, is: /^$/ }, // the stand-in tells errors alone
  { to: / exec POD -c envoy -- id -u$/, is: /^1500$/m },
  { to: / debug POD .* -- iptables-save -t nat$/, is: /^:PROXY_OUTPUT - /m },
  { to: / debug POD .* -- iptables(?:-legacy)? -t nat -S$/, is: /^-A OUTPUT -p tcp -j PROXY_OUTPUT$/m },
  // It installs by the other backend, and uses none of nftables.
  { to: / debug POD .* -- iptables-nft -t nat -S$/, is: /^-P OUTPUT ACCEPT$/m },
  { to: / debug POD .* -- nft list ruleset$/, is: /^(?:$|table )/ },
];

const POD: GroundPod = {
  name: PLACEHOLDERS.POD,
  release: GUIDE,
  backend: 'legacy',
  tag: INIT_TAGS.guide,
  script: `${scriptIn(GUIDE.dialect)} && echo installed`,
  more: [
    {
      name: 'debugger',
      image: IMAGE,
      command: ['sleep', '999999'],
      securityContext: { capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } },
    },
  ],
};

const COMMANDS = new Set(
  PAGES.flatMap(blocksOf)
    .flat()
    .map(({ text }) => text)
    .filter((text) => rowOf(text)?.treatment.how === 'on a node'),
);

describe('the commands of the documentation, on a node', function () {
  this.timeout(120_000);
  let ground: Ground;
  let knowsDebug: boolean;

  before(async () => {
    ground = await Ground.open();
    const { minor } = await ground.get<{ readonly minor: string }>('/version');
    knowsDebug = Number.parseInt(minor, 10) >= FIRST_WITH_DEBUG;
    await ground.namespace(PLACEHOLDERS.NAMESPACE);
    await ground.create([POD], () => PLACEHOLDERS.NAMESPACE);
    await ground.become(PLACEHOLDERS.NAMESPACE, { [POD.name]: ({ ready }) => ready });
  });
  after(() => ground.deleteNamespaces(PLACEHOLDERS.NAMESPACE));

  for (const command of COMMANDS) {
    it(`work, ${command}`, async () => {
      const answer = ANSWERS.find(({ to }) => to.test(command));
      if (answer === undefined) throw new Error('nobody has said what the answer is');
      const tried = knowsDebug ? command : command.replace(/ debug POD .* -- /, ` exec POD -c debugger -- `);
      const { status, printed, complaint } = await runCommand(filledIn(tried, PLACEHOLDERS), repositoryRoot, {
        ...process.env,
        KUBECONFIG: ground.cluster.kubeconfig,
      });
      expect(status, complaint).to.equal(0);
      expect(printed).to.match(answer.is);
    });
  }
});
