#!/usr/bin/env bash
# Runs the scenarios of `make e2e` on a kind cluster instead of a node made here: builds the image with docker, loads it and
# the images of the tests' pods, and hands the cluster to the same tests.
#
#     e2e/kind/run.sh                    creates a cluster and deletes it at the end
#     KEEP=1 e2e/kind/run.sh             leaves it, and the next run uses it again
#     CLUSTER=name                       another name than osm-auditor
#     NODE_IMAGE=kindest/node:v1.29.12   another version of Kubernetes than kind's own
#
# Exit status: that of the scenarios; 2 if something needed is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

cluster=${CLUSTER:-osm-auditor}
namespace=osm-auditor

say() { printf 'kind: %s\n' "$*" >&2; }
missing() {
  say "$*"
  exit 2
}

for tool in docker kind kubectl node; do
  command -v "$tool" >/dev/null || missing "$tool is not in PATH"
done
# The npm package of that name is another program, and `npm run` puts node_modules/.bin in front.
[[ $(kind version 2>/dev/null) == 'kind v'* ]] || missing "$(command -v kind) is not kind.sigs.k8s.io"
docker info >/dev/null 2>&1 || missing 'the docker daemon does not answer'
[ -d node_modules ] || missing 'the dependencies are not installed: run npm ci'

image=$(sed -n 's/^ *image: *//p' manifests/deployment.yaml)
agent=$(sed -n 's/^ *image: *//p' manifests/node-agent/daemon-set.yaml)
kubeconfig=$(mktemp)
export KUBECONFIG=$kubeconfig OSM_AUDITOR_E2E_KUBECONFIG=$kubeconfig
created=

finish() {
  local status=$?
  if [ "$status" -ne 0 ] && [ -s "$kubeconfig" ]; then
    say 'the last lines of the controller:'
    kubectl -n "$namespace" describe pods >&2 || true
    kubectl -n "$namespace" logs deployment/osm-auditor --tail=50 >&2 || true
  fi
  rm -f "$kubeconfig"
  if [ -z "$created" ]; then
    return
  elif [ "${KEEP:-}" = 1 ]; then
    say "cluster $cluster is kept; delete it with: kind delete cluster --name $cluster"
  else
    kind delete cluster --name "$cluster"
  fi
}
trap finish EXIT

make --silent build
say "building $image and $agent"
docker build -t "$image" .
docker build -t "$agent" --target node-agent .
say "making the images of the tests' pods"
docker run --rm -v "$PWD:/src" -w /src -e XDG_CACHE_HOME=/src/build/cache node:24-bookworm \
  sh -c "node build/e2e/node/main.js images build/pod-images.tar && chown -R $(id -u):$(id -g) build"

clusters=$(kind get clusters 2>/dev/null)
if grep -qxF "$cluster" <<<"$clusters"; then
  say "using the cluster $cluster that is there"
else
  created=1 # before it exists, so that half a cluster is deleted too
  kind create cluster --name "$cluster" --config e2e/kind/cluster.yaml ${NODE_IMAGE:+--image "$NODE_IMAGE"} --wait 120s
fi
kind get kubeconfig --name "$cluster" >"$kubeconfig"

kind load docker-image "$image" "$agent" --name "$cluster"
kind load image-archive build/pod-images.tar --name "$cluster"
# The tag stays the same from run to run: without this a cluster that is used again would go on with the old image.
kubectl -n "$namespace" delete deployment osm-auditor --ignore-not-found
node build/e2e/ground/run.js
