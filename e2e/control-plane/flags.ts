/**
 * The command lines of the two programs. One set of flags serves every kube-apiserver from 1.20 on, which is what
 * Debian's source and setup-envtest offer: flags that newer releases dropped (--insecure-port, from 1.24) have been
 * without effect since 1.20 and are left out, and all of these are still known to current ones.
 */
import { join } from 'node:path';
import type { ServerCredentials } from './credentials.ts';

export interface Ports {
  readonly etcd: number;
  readonly apiserver: number;
}

/** etcd for a cluster that nobody keeps: loopback alone, and nothing waits for the disk. */
export function etcdFlags(folder: string, ports: Ports): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    '--listen-peer-urls=http://127.0.0.1:0', // a single member has no peers: any free port does
    '--unsafe-no-fsync',
  ];
}

/** An API server with real authentication and RBAC. It makes its own certificate in the folder `certificates`. */
export function apiserverFlags(
  certificates: string,
  ports: Ports,
  files: ServerCredentials,
): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    `--cert-dir=${certificates}`,
    `--secure-port=${ports.apiserver}`,
    '--bind-address=127.0.0.1',
    // Both keep it from looking for an address to publish, which fails on a machine without a default route.
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${files.tokenFile}`,
    '--service-account-issuer=https://localhost',
    `--service-account-key-file=${files.publicKeyFile}`,
    `--service-account-signing-key-file=${files.privateKeyFile}`,
    // Without a controller-manager no namespace gets its `default` account, and every pod would be refused.
    '--disable-admission-plugins=ServiceAccount',
    '--allow-privileged=true', // as the init containers of a mesh may ask for
  ];
}
