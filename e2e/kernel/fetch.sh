#!/bin/bash
# Brings the programs that the kernel's prober and the reader of src/kernel need, from Debian's archive, into one folder:
#
#     fetch.sh FOLDER
#
# Needs no root and changes nothing on the machine: packages are downloaded and unpacked, not installed, through a
# private apt that takes only mirror and release from the machine's own. Seconds, once; 90 MB stay.
#
# FOLDER/bin has one small script for each program, which names the libraries unpacked beside it to that program
# alone; FOLDER/environment names them for those who call the programs in FOLDER/root themselves. FOLDER is complete
# exactly when it is there. Of several that run at once one fetches and the others wait.
set -euo pipefail
# shellcheck source=../../image/debian-archive.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../image/debian-archive.sh"

folder=$(realpath --canonicalize-missing "${1:?usage: fetch.sh FOLDER}")
packages=(iptables nftables util-linux iproute2 python3-minimal libpython3-stdlib)

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
begin 'kernel tools' "$folder" apt-get dpkg-deb awk

mkdir -p "$work/new/bin"
say "fetching iptables, nftables, nsenter, iproute2 and python3 of Debian $suite"
open_archive "$work" "$suite"
unpack "$work/new/root" "${packages[@]}"

inside() { # inside FIND-EXPRESSION...: the files and folders that match, as they will be named
  (cd "$work/new/root" && find . "$@" -printf "$folder/root/%P\n")
}
libraries=$(inside -name '*.so.*' | sed 's#/[^/]*$##' | sort -u | paste -sd:)
plugins=$(inside -type d -path '*/lib/*' -name xtables)
wrap() { # wrap NAME PROGRAM [ARGUMENT]
  cat >"$work/new/bin/$1" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH='$libraries' XTABLES_LIBDIR='$plugins'
exec '$2' ${3:-} "\$@"
EOF
  chmod 0755 "$work/new/bin/$1"
}
# iptables' programs are names of one, whose first argument says which is meant: the name that it was called by.
for backend in nft legacy; do
  for name in "iptables-$backend" "iptables-$backend-restore" "iptables-$backend-save"; do
    wrap "$name" "$folder/root/usr/sbin/xtables-$backend-multi" '"${0##*/}"'
  done
done
printf 'LD_LIBRARY_PATH=%s\nXTABLES_LIBDIR=%s\n' "$libraries" "$plugins" >"$work/new/environment"
wrap nft "$folder/root/usr/sbin/nft"
wrap nsenter "$folder/root/usr/bin/nsenter"
wrap ip "$(inside -type f -path '*bin/ip')"
wrap python3 "$folder/root/usr/bin/python3"
mv "$work/new" "$folder"
say "the programs are in $folder/bin"
