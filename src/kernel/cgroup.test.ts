import { expect } from 'chai';
import fc from 'fast-check';
import { podOfCgroup } from './cgroup.ts';

const ID = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
const UNDERSCORED = ID.replaceAll('-', '_');
const STATIC = 'c'.repeat(32);
const CONTAINER = 'a'.repeat(64);
const OTHER = '99999999-9999-4999-8999-999999999999';
const BURSTABLE = `kubepods-burstable-pod${UNDERSCORED}.slice`;

const PODS: Readonly<Record<string, readonly [text: string, id: string | undefined]>> = {
  'version 1, cgroupfs, burstable': [
    `12:memory:/kubepods/burstable/pod${ID}/${CONTAINER}\n1:name=systemd:/kubepods/burstable/pod${ID}/${CONTAINER}\n`,
    ID,
  ],
  'version 1, cgroupfs, guaranteed': [`4:cpu:/kubepods/pod${ID}/${CONTAINER}`, ID],
  'version 1, systemd, docker': [
    `11:pids:/kubepods.slice/kubepods-burstable.slice/${BURSTABLE}/docker-${CONTAINER}.scope`,
    ID,
  ],
  'version 2, cgroupfs': [`0::/kubepods/besteffort/pod${ID}/${CONTAINER}`, ID],
  'version 2, systemd, containerd': [
    `0::/kubepods.slice/kubepods-burstable.slice/${BURSTABLE}/cri-containerd-${CONTAINER}.scope`,
    ID,
  ],
  'version 2, systemd, CRI-O': [
    `0::/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/crio-${CONTAINER}.scope`,
    ID,
  ],
  'the monitor of CRI-O, which is in the network of the node': [
    `0::/kubepods.slice/kubepods-pod${UNDERSCORED}.slice/crio-conmon-${CONTAINER}.scope`,
    undefined,
  ],
  'version 2, kind': [
    `0::/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-${BURSTABLE}/cri-containerd-${CONTAINER}.scope`,
    ID,
  ],
  'version 1, kind': [
    `9:cpuset:/docker/${'b'.repeat(64)}/kubelet/kubepods/burstable/pod${ID}/${CONTAINER}`,
    ID,
  ],
  'as seen from a cgroup namespace': [
    `0::/../../../kubepods-burstable.slice/${BURSTABLE}/cri-containerd-${CONTAINER}.scope`,
    ID,
  ],
  'as seen from the group of another pod': [`0::/../../pod${ID}/${CONTAINER}`, ID],
  'a static pod': [
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${CONTAINER}.scope`,
    STATIC,
  ],
  'containerd that was told a path of systemd and has none': [
    `0::/kubepods-burstable-pod${UNDERSCORED}.slice:cri-containerd:${CONTAINER}`,
    ID,
  ],
  'a process of the pod itself': [`0::/kubepods/burstable/pod${ID}`, ID],
  'a service': ['0::/system.slice/sshd.service\n', undefined],
  'process 1': ['0::/init.scope', undefined],
  nothing: ['', undefined],
  'no line of a cgroup': [`pod${ID}`, undefined],
  'a group of that name outside kubepods': [`0::/user.slice/pod${ID}`, undefined],
  'a group that a container made within its own': [
    `0::/kubepods/burstable/pod${ID}/${CONTAINER}/kubepods/pod${OTHER}/${CONTAINER}`,
    ID,
  ],
  'a process whose groups are of two pods': [
    `2:memory:/kubepods/pod${ID}/${CONTAINER}\n1:cpu:/kubepods/pod${OTHER}/${CONTAINER}`,
    undefined,
  ],
  'a line of version 2 beside those of version 1': [`4:cpu:/kubepods/pod${ID}/${CONTAINER}\n0::/`, ID],
  'a uid that is too short': [`0::/kubepods/pod${ID.slice(1)}/x`, undefined],
  'a uid with more behind it': [`0::/kubepods/pod${ID}0/x`, undefined],
  'a uid in capitals, which no kubelet writes': [`0::/kubepods/pod${ID.toUpperCase()}/x`, undefined],
};

describe('the pod of a control group', () => {
  for (const [what, [text, id]] of Object.entries(PODS)) {
    it(`is found or not: ${what}`, () => expect(podOfCgroup(text)).to.equal(id));
  }

  it('is found whatever the folders around it are called', () => {
    const folder = fc.stringMatching(/^[a-z0-9._-]{1,12}$/).filter((name) => name !== '..');
    const folders = fc.array(folder, { maxLength: 4 });
    const cases = fc.tuple(fc.uuid(), fc.boolean(), folders, folders);
    fc.assert(
      fc.property(cases, ([id, systemd, above, below]) => {
        const names = systemd
          ? ['kubepods.slice', `kubepods-pod${id.replaceAll('-', '_')}.slice`]
          : ['kubepods', `pod${id}`];
        expect(podOfCgroup(`0::/${[...above, ...names, ...below].join('/')}`)).to.equal(id);
      }),
    );
  });

  it('is never more than a uid, whatever the text', () => {
    const piece = fc.constantFrom(
      ':',
      '/',
      '\n',
      '-',
      '_',
      'pod',
      'kubepods',
      ID,
      STATIC,
      '.slice',
      '..',
      '0',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join('')),
        ),
        (text) => {
          expect(podOfCgroup(text) ?? STATIC).to.match(
            /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$/,
          );
        },
      ),
    );
  });

  it('is found in time that does not explode with a hundred kilobytes of near misses', () => {
    for (const near of ['-pod', 'pod', '-', `-pod${ID}0`, `/kubepods/pod`, ':', '\n0::/kubepods-']) {
      const text = `0::/kubepods-${near.repeat(Math.floor(1e5 / near.length))}`;
      const begun = performance.now();
      podOfCgroup(text);
      expect(performance.now() - begun, near).to.be.lessThan(1500);
    }
  });
});
