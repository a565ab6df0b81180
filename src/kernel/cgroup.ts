/**
 * Which pod a process belongs to, by the text of its /proc/PID/cgroup: the kubelet gives each pod a control group that is
 * named after it.
 *
 * Knows versions 1 and 2, the names of both drivers (`pod<uid>` in folders called kubepods; `kubepods-...-pod<uid>.slice`),
 * the nesting of kind and of containers in containers, and paths that are told relative to a cgroup namespace.
 *
 * CRI-O keeps the monitor of each container in the group of the pod and in the network of the node: it is not of the pod.
 *
 * Guarantees: linear in the text; never throws. A container can make groups of any name within its own, so the outermost
 * name counts; and where the lines of version 1 name several pods, which no kubelet does, none is believed.
 * Limits: a user of the node who may make groups outside kubepods can name them as he likes, and only `kubepods` in the
 * path is asked for.
 */
const POD = /^(?:.*-)?pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})(?:\.slice)?$/;

/** The uid, or the 32 hex digits that name the group of a static pod; undefined where the process is of no pod. */
export function podOfCgroup(text: string): string | undefined {
  const named = new Set(text.split('\n').flatMap((line) => podOfPath(pathOf(line)) ?? []));
  return named.size === 1 ? [...named][0] : undefined;
}

/** `11:memory:/kubepods/...` -> `/kubepods/...`; the path itself may hold colons. */
function pathOf(line: string): string {
  const controllers = line.indexOf(':');
  const path = line.indexOf(':', controllers + 1);
  return controllers < 0 || path < 0 ? '' : line.slice(path + 1);
}

function podOfPath(path: string): string | undefined {
  let inKubepods = false;
  // containerd writes `slice:cri-containerd:id` where it was told a systemd path and has no systemd.
  const names = path.split(/[/:]/);
  for (const [index, name] of names.entries()) {
    // Of a path from a cgroup namespace within kubepods the beginning is cut off.
    inKubepods ||= name.includes('kubepods') || name === '..';
    const id = inKubepods ? POD.exec(name)?.[1] : undefined;
    if (id === undefined) continue;
    const isMonitor = names[index + 1]?.startsWith('crio-conmon-') === true;
    return isMonitor ? undefined : id.replaceAll('_', '-');
  }
  return undefined;
}
