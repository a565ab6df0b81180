#!/bin/bash
# Starts a machine of its own inside this one: init.sh as process 1 of new mount, network, pid, uts, ipc and cgroup
# namespaces, below a cgroup of its own in each hierarchy.
#
#     enter.sh STATE ROOTFS PROGRAMS CONTROL_PLANE
#     enter.sh --check                                  only says whether this machine can: exit status 0 or 1
#
# The machine ends when standard input does, with whoever holds it, or when this script ends: the kernel then kills every
# process in it and frees its mounts, which are all in memory. Only empty cgroups can stay, and the next start removes them.
# STATE/init.pid has the process id of its process 1.
#
# Limit: tried with cgroups of version 1, each controller by itself, as hybrid systems have them; version 2 alone was not.
set -euo pipefail
state=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=osm-auditor-node own=osm-auditor-node-$$

die() { printf 'node: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || die 'only root may make the namespaces, mounts and cgroups of a node'
for tool in unshare mount awk find; do command -v "$tool" >/dev/null || die "$tool is missing"; done

# --- the hierarchies, one `FOLDER CONTROLLERS` each: many in version 1, one in version 2
mapfile -t hierarchies < <(awk '$3 == "cgroup" { sub(/.*relatime,/, "", $4); sub(/^xattr,/, "", $4); print $2, $4 }
  $3 == "cgroup2" && $2 == "/sys/fs/cgroup" { print $2, "v2" }' /proc/mounts)
[ ${#hierarchies[@]} -gt 0 ] || die 'no cgroups are mounted in /sys/fs/cgroup, and a kubelet needs them'

if [ "$state" = --check ]; then
  unshare --mount --net --pid --uts --ipc --cgroup --fork true || die 'no namespaces can be made here'
  for hierarchy in "${hierarchies[@]}"; do
    mkdir "${hierarchy% *}/$own" && rmdir "${hierarchy% *}/$own" || die "no cgroup can be made in ${hierarchy% *}"
    [ "${hierarchy#* }" != v2 ] || echo +pids >"${hierarchy% *}/cgroup.subtree_control" || die 'the cgroups of this machine are not its own to hand on'
  done
  [ -d /proc/sys/net/bridge ] || die 'the kernel module br_netfilter is not loaded, without which Services do not work'
  exit 0
fi

remove() { # remove GROUP: it and those in it, as far as they are empty
  find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
}
leave() {
  local hierarchy
  for hierarchy in "${hierarchies[@]}"; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      remove "${hierarchy% *}/$own"
      [ -d "${hierarchy% *}/$own" ] || break
      sleep 0.2
    done
  done
}
trap leave EXIT
for hierarchy in "${hierarchies[@]}"; do
  folder=${hierarchy% *}
  for stale in "$folder/$prefix"-*; do # of a process that is gone
    [ ! -d "$stale" ] || kill -0 "${stale##*-}" 2>/dev/null || remove "$stale"
  done
  mkdir "$folder/$own" || die "no cgroup can be made in $folder, so no kubelet can run here"
  case ${hierarchy#* } in
    cpuset) # a new one is empty, and nothing may enter it
      for file in cpuset.cpus cpuset.mems; do cat "$folder/$file" >"$folder/$own/$file"; done ;;
    v2)
      for controller in cpu cpuset memory pids io; do
        echo "+$controller" >"$folder/cgroup.subtree_control" || die "the machine does not hand on its controller $controller"
      done ;;
  esac
done
printf '%s\n' "${hierarchies[@]}" >"$state/hierarchies"

(
  for hierarchy in "${hierarchies[@]}"; do echo "$BASHPID" >"${hierarchy% *}/$own/cgroup.procs"; done
  exec unshare --mount --propagation private --net --pid --uts --ipc --cgroup --fork --kill-child \
    bash "$here/init.sh" "$@"
) <&0 &
unshared=$!
for _ in $(seq 50); do
  init=$(cat "/proc/$unshared/task/$unshared/children" 2>/dev/null || true)
  [ -z "$init" ] || break
  sleep 0.1
done
[ -n "$init" ] || die 'the namespaces could not be made'
echo "${init% }" >"$state/init.pid"
for hierarchy in "${hierarchies[@]}"; do # in version 2 a group with processes has no controllers to hand on
  [ "${hierarchy#* }" != v2 ] || { mkdir -p "${hierarchy% *}/$own/init" && echo "$unshared" >"${hierarchy% *}/$own/init/cgroup.procs"; }
done
wait "$unshared"
