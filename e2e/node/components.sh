#!/bin/bash
# Still process 1 of the node, now with its own root: starts the components of a cluster of one node, brings in the images,
# and waits. It ends, and the node with it, when standard input does.
#
# Logs are in /node/logs. /node/started is there when all of it runs, /node/failed when it cannot.
set -euo pipefail
address=10.209.0.2 services=10.96.0.0/16 pods=10.244.0.0/16
export PATH=/opt/programs:/opt/control-plane:/usr/sbin:/usr/bin HOME=/root KUBECONFIG=
set -x

start() { # start NAME COMMAND...
  local name=$1
  shift
  "$@" >>"/node/logs/$name.log" 2>&1 </dev/null &
}
keep() { # keep NAME COMMAND...: again when it ends, as a machine's service manager does
  while :; do
    "${@:2}" >>"/node/logs/$1.log" 2>&1 </dev/null || true
    sleep 1
  done &
}
serving() { until "$@" >/dev/null 2>&1; do sleep 0.2; done; }

network() {
  echo node1 >/proc/sys/kernel/hostname
  ip link set lo up
  # A pair of interfaces with nobody at the other end: without a route packets would not even leave a pod.
  ip link add node0 type veth peer name nowhere0
  ip address add "$address/24" dev node0
  ip link set node0 up
  ip link set nowhere0 up
  ip route add default dev node0
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
}

images() {
  serving ctr version
  for archive in /node/images/*.tar; do ctr -n k8s.io images import "$archive"; done
  # So that a status has the digest with its repository, as with an image that came from a registry.
  ctr -n k8s.io images ls | while read -r name _ digest _; do
    case $name in *@* | sha256:* | REF) ;; *) ctr -n k8s.io images tag --force "$name" "${name%:*}@$digest" ;; esac
  done
}

components() {
  local bringing
  start etcd etcd --data-dir /run/etcd --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --unsafe-no-fsync
  start containerd containerd --config /node/containerd.toml
  images &
  bringing=$!
  start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --cert-dir=/node/certificates --secure-port=6443 \
    --bind-address=0.0.0.0 --advertise-address="$address" --service-cluster-ip-range="$services" --allow-privileged=true \
    --token-auth-file=/node/tokens.csv --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=/node/service-account.pub \
    --service-account-signing-key-file=/node/service-account.key --kubelet-preferred-address-types=InternalIP
  serving kubectl --kubeconfig /node/kubeconfigs/admin get --raw /readyz
  start kube-controller-manager kube-controller-manager --kubeconfig=/node/kubeconfigs/kube-controller-manager --leader-elect=false \
    --use-service-account-credentials --service-account-private-key-file=/node/service-account.key \
    --root-ca-file=/node/certificates/apiserver.crt --bind-address=127.0.0.1 --port=0 --node-monitor-grace-period=12s
  start kube-scheduler kube-scheduler --kubeconfig=/node/kubeconfigs/kube-scheduler --leader-elect=false --bind-address=127.0.0.1 --port=0
  wait "$bringing"
  keep kubelet kubelet --config=/node/kubelet.yaml --kubeconfig=/node/kubeconfigs/kubelet --cert-dir=/run/kubelet-pki \
    --container-runtime=remote --container-runtime-endpoint=unix:///run/containerd/containerd.sock \
    --hostname-override=node1 --node-ip="$address"
  start kube-proxy kube-proxy --kubeconfig=/node/kubeconfigs/kube-proxy --hostname-override=node1 --cluster-cidr="$pods" \
    --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
}

(
  trap '[ -e /node/started ] || touch /node/failed' EXIT
  network
  components
  touch /node/started
) &
set +x
while read -r _; do :; done # the kernel ends what is left of a pid namespace with its process 1
