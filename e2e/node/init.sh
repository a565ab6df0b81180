#!/bin/bash
# Process 1 of the node: gives it a root file system in memory, made of Debian's packages, and its own network; then
# continues as components.sh in it.
#
#     init.sh STATE ROOTFS PROGRAMS CONTROL_PLANE
#
# Inside, /node is STATE (credentials, configuration, images, logs), /opt/programs and
# /opt/control-plane the folders of those names, and nothing else of the
# machine is there. What a kubelet sets for a whole machine (vm.overcommit_memory, kernel.panic, ...) it sets in plain files.
set -euo pipefail
state=$1 rootfs=$2 programs=$3 control_plane=$4
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec >>"$state/logs/init.log" 2>&1
set -x

mount -t tmpfs -o mode=755 tmpfs "$state/memory"
memory=$state/memory root=$state/memory/root
mkdir -p "$memory"/{upper,work,root}
mount -t overlay overlay -o "lowerdir=$rootfs,upperdir=$memory/upper,workdir=$memory/work" "$root"
mkdir -p "$root"/{node,opt/programs,opt/control-plane,old,etc/cni/net.d,var/lib/containerd,var/lib/kubelet}
mount --bind "$state" "$root/node"
mount --bind "$programs" "$root/opt/programs"
mount --bind "$control_plane" "$root/opt/control-plane"
cp "$state/cni.conflist" "$root/etc/cni/net.d/10-node.conflist"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
echo "# no name server" >"$root/etc/resolv.conf"
cp "$here/components.sh" "$root/opt/components.sh"
# Containers' own overlays cannot lie on an overlay.
for folder in run var/lib/containerd var/lib/kubelet; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  plain=$memory/${name//\//_}
  cat "/proc/sys/$name" >"$plain"
  mount --bind "$plain" "$root/proc/sys/$name"
done

mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
while read -r folder controllers; do
  if [ "$controllers" = v2 ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    mkdir -p "$root/sys/fs/cgroup/init"
    echo $$ >"$root/sys/fs/cgroup/init/cgroup.procs"
    until echo '+cpu +cpuset +memory +pids +io' >"$root/sys/fs/cgroup/cgroup.subtree_control"; do sleep 0.1; done
  else
    mkdir -p "$root/sys/fs/cgroup/${folder##*/}"
    mount -t cgroup -o "$controllers" cgroup "$root/sys/fs/cgroup/${folder##*/}"
  fi
done <"$state/hierarchies"

cd "$root"
pivot_root . old
umount -l /old
exec chroot . /bin/bash /opt/components.sh
