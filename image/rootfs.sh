#!/bin/bash
# Unpacks Debian packages, with all that they need, into a folder that can be the root of a file system:
#
#     rootfs.sh FOLDER PACKAGE...              with the packages that they depend on
#     rootfs.sh FOLDER PACKAGE... -- PACKAGE...   those after -- alone, without what they depend on
#
# Nothing is installed and no package's script runs, on the machine or in the folder; the iptables of the folder are
# therefore set up here, as Debian's alternatives would. FOLDER is complete exactly when it is there; of several that run at
# once one makes it and the others wait. Remove it to have newer versions of the packages.
# FOLDER/packages lists what it is made of, one `name version` a line.
set -euo pipefail
# shellcheck source=debian-archive.sh
. "$(dirname "${BASH_SOURCE[0]}")/debian-archive.sh"

folder=$(realpath --canonicalize-missing "${1:?usage: rootfs.sh FOLDER PACKAGE... [-- PACKAGE...]}")
shift
whole=() alone=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do whole+=("$1") && shift; done
[ $# -eq 0 ] || alone=("${@:2}")
suite=bookworm # as the Kubernetes that runs on it

umask 022 # the modes of folders are part of images
begin packages "$folder" apt-get dpkg-deb tar awk

say "fetching ${whole[*]} ${alone[*]} of Debian $suite"
open_archive "$work" "$suite"
apt-get "${apt[@]}" --yes --download-only install "${whole[@]}" >>"$log" 2>&1 || die 'the packages cannot be downloaded:'
[ ${#alone[@]} -eq 0 ] || (cd "$work/apt/archives" && apt-get "${apt[@]}" download "${alone[@]}") >>"$log" 2>&1 ||
  die 'the packages cannot be downloaded:'

root=$work/new
mkdir -p "$root"/usr/{bin,sbin,lib,lib64} "$root"/{dev,etc,proc,sys,tmp,run,var,root}
chmod 1777 "$root/tmp"
for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
for package in "$work"/apt/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root" --keep-directory-symlink --no-same-owner \
    --exclude './usr/share/doc/*' --exclude './usr/share/man/*' --exclude './usr/share/locale/*' ||
    die "$package cannot be unpacked:"
  dpkg-deb --show --showformat '${Package} ${Version}\n' "$package"
done 2>>"$log" | LC_ALL=C sort >"$root/packages"

for name in iptables iptables-save iptables-restore; do
  [ ! -e "$root/usr/sbin/xtables-nft-multi" ] || ln -sf xtables-nft-multi "$root/usr/sbin/$name"
done
mv -T "$root" "$folder"
