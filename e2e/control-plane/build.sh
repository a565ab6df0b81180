#!/bin/bash
# Builds programs of Kubernetes from Debian's archive alone, into one folder:
#
#     build.sh ASSETS_DIR               kube-apiserver, and brings etcd and kubectl: a control plane
#     build.sh ASSETS_DIR PROGRAM...    these, kubelet for example
#
# Needs no root and changes nothing on the machine: packages are downloaded and unpacked, not
# installed (installing etcd-server would start a service), through a private apt configuration
# that takes only the mirror from the machine's own. About four minutes on two cores and 2.5 GB
# of disk meanwhile; what stays is the binaries. The last of them is there exactly when all are.
#
# Two traps, both of which cost others an afternoon:
#   1. Debian's source lacks pkg/generated/openapi; it must be generated or nothing compiles.
#   2. The vendored modern-go/reflect2 1.0.1 crashes under Go >= 1.18 (SIGSEGV in mapiternext
#      when a client asks for pretty JSON); Debian's own 1.0.2 takes its place.
set -euo pipefail
# shellcheck source=../../image/debian-archive.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../image/debian-archive.sh"

assets=${1:?usage: build.sh ASSETS_DIR [PROGRAM...]}
shift
[ $# -gt 0 ] || set -- kube-apiserver
programs=("$@")
what=kubernetes
[ "$*" != kube-apiserver ] || what='control plane'
suite=bookworm # the release whose kubernetes source still carries its vendored dependencies
version=v1.20.2

started=$SECONDS
say() { printf '%s: %s (%d s)\n' "$what" "$*" $((SECONDS - started)) >&2; }
die() { printf '%s: %s\n' "$what" "$*" >&2; exit 1; }

for tool in apt-get dpkg-deb tar sed awk; do command -v "$tool" >/dev/null || die "$tool is missing"; done

mkdir -p "$assets"
assets=$(cd "$assets" && pwd)
work=$(mktemp -d "$assets.build.XXXXXX")
log=$work/build.log
finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    cp "$log" "$assets.log" 2>/dev/null || true
    printf '%s: the build failed; its last lines (all of it in %s):\n' "$what" "$assets.log" >&2
    tail -n 15 "$log" >&2 2>/dev/null || true
  fi
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

mkdir -p "$work/debs" "$work/root" "$work/bin"
say "reading the package lists of Debian $suite"
open_archive "$work" "$suite"

go_version=$(apt-cache "${apt[@]}" depends golang-go | sed -n 's/.*Depends: golang-\([0-9.]*\)-go$/\1/p' | head -n 1)
say "downloading Go $go_version and the source of Kubernetes $version"
packages=("golang-$go_version-go" "golang-$go_version-src" golang-github-modern-go-reflect2-dev)
[ "$what" = kubernetes ] || packages+=(etcd-server kubernetes-client)
(cd "$work/debs" && apt-get "${apt[@]}" download "${packages[@]}") >>"$log" 2>&1
(cd "$work" && apt-get "${apt[@]}" source --download-only kubernetes) >>"$log" 2>&1
for package in "$work"/debs/*.deb; do dpkg-deb -x "$package" "$work/root"; done
[ "$what" = kubernetes ] || install -m 0755 "$work/root/usr/bin/etcd" "$work/root/usr/bin/kubectl" "$assets/"

# --- the source tree, in the GOPATH layout that its generators expect
export GOPATH=$work/gopath GOCACHE=$work/gocache GOROOT=$work/root/usr/lib/go-$go_version
export GO111MODULE=off CGO_ENABLED=0 GOFLAGS='' PATH=$GOROOT/bin:$PATH
tree=$GOPATH/src/k8s.io/kubernetes
mkdir -p "$tree"
tar -xzf "$work"/kubernetes_*.orig.tar.gz -C "$tree" --strip-components=1
cd "$tree"
rm -rf vendor/github.com/modern-go/reflect2
cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" vendor/github.com/modern-go/reflect2

openapi() { # which the API server alone needs
  local packages
  say "generating the OpenAPI definitions"
  packages=$(grep -rl --include=doc.go --include='*.go' '^// +k8s:openapi-gen=true' pkg cmd vendor/k8s.io staging 2>/dev/null |
    xargs -n 1 dirname | sed -E 's#^staging/src/#vendor/#; s#^#k8s.io/kubernetes/#' | sort -u |
    grep -v -e /testdata -e /test/ -e /tests/ | paste -sd, -)
  go build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen >>"$log" 2>&1
  "$work/openapi-gen" --logtostderr --go-header-file hack/boilerplate/boilerplate.generatego.txt \
    --input-dirs "$packages" --output-package k8s.io/kubernetes/pkg/generated/openapi \
    --output-file-base zz_generated.openapi --report-filename "$work/openapi-violations" >>"$log" 2>&1
}
case " ${programs[*]} " in *' kube-apiserver '*) openapi ;; esac

say "compiling ${programs[*]}, which takes most of the time"
stamp="-s -w"
for package in component-base/version client-go/pkg/version; do
  prefix=k8s.io/kubernetes/vendor/k8s.io/$package
  stamp="$stamp -X $prefix.gitVersion=$version -X $prefix.gitMajor=1 -X $prefix.gitMinor=20 -X $prefix.gitTreeState=archive"
done
go build -ldflags "$stamp" -o "$work/bin/" "${programs[@]/#/./cmd/}" >>"$log" 2>&1 &
build=$!
while kill -0 "$build" 2>/dev/null; do
  sleep 1
  if [ $(((SECONDS - started) % 30)) -eq 0 ]; then say "still compiling: $(find "$GOCACHE" -name '*-d' | wc -l) packages done"; fi
done
wait "$build"
for program in "${programs[@]}"; do mv "$work/bin/$program" "$assets/$program"; done
say "${programs[*]} are in $assets"
