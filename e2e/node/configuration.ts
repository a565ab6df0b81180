/** The files that containerd, the kubelet and the network plugin of the node read. */
import { PAUSE } from './pod-images.ts';

/** Negative scores for the out-of-memory killer need a capability that not every machine's root has. */
export const CONTAINERD = `
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "/etc/cni/net.d"
`;

/** Nobody but the cluster's own pods reaches this kubelet. */
export const KUBELET = {
  kind: 'KubeletConfiguration',
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  address: '0.0.0.0',
  authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
  authorization: { mode: 'AlwaysAllow' },
  cgroupDriver: 'cgroupfs',
  failSwapOn: false,
  oomScoreAdj: 0,
  resolvConf: '/etc/resolv.conf',
  clusterDNS: ['10.96.0.10'], // where nobody answers; without one the kubelet complains about every pod
  clusterDomain: 'cluster.local',
  nodeStatusUpdateFrequency: '4s',
  evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
};

/** One bridge; pods see each other by their own addresses, and the world as the node. */
export const CNI = {
  cniVersion: '0.4.0',
  name: 'node',
  plugins: [
    {
      type: 'bridge',
      bridge: 'pods0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: '/run/addresses',
        ranges: [[{ subnet: '10.244.0.0/24' }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};
