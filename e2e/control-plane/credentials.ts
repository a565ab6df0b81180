/**
 * Who may talk to the control plane: the files that the API server authenticates with, and kubeconfig files for its
 * clients. All are readable by this user alone and die with the control plane's folder.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export interface ServerCredentials {
  /** Paths of what the API server reads: a table of tokens, and the key pair of service account tokens. */
  readonly tokenFile: string;
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
  /** The token of `admin`, a member of system:masters, whom RBAC never refuses. */
  readonly adminToken: string;
  /** The tokens of the other users that were asked for, by name. */
  readonly tokens: ReadonlyMap<string, string>;
}

function newToken(): string {
  return randomBytes(24).toString('hex');
}

const PRIVATE = { mode: 0o600 };

/** @param others names of more users, each with the group that it belongs to or an empty text */
export async function writeServerCredentials(
  folder: string,
  others: Readonly<Record<string, string>> = {},
): Promise<ServerCredentials> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const credentials = {
    tokenFile: join(folder, 'tokens.csv'),
    privateKeyFile: join(folder, 'service-account.key'),
    publicKeyFile: join(folder, 'service-account.pub'),
    adminToken: newToken(),
    tokens: new Map(Object.keys(others).map((name) => [name, newToken()])),
  };
  const table = [
    [credentials.adminToken, 'admin', 'system:masters'],
    ...[...credentials.tokens].map(([name, token]) => [token, name, others[name] ?? '']),
  ].map(([token = '', name = '', group = '']) => `${token},${name},${name},"${group}"\n`);
  await writeFile(credentials.tokenFile, table.join(''), PRIVATE);
  await writeFile(credentials.privateKeyFile, privateKey, PRIVATE);
  await writeFile(credentials.publicKeyFile, publicKey, PRIVATE);
  return credentials;
}

/** Writes a kubeconfig for one user of one server to `path`; the CA is embedded, so the file can be copied. */
export async function writeKubeconfig(
  path: string,
  cluster: { readonly server: string; readonly caFile: string },
  user: { readonly name: string; readonly token: string },
): Promise<void> {
  const ca = await readFile(cluster.caFile);
  const name = 'control-plane';
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name, cluster: { server: cluster.server, 'certificate-authority-data': ca.toString('base64') } },
    ],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name, context: { cluster: name, user: user.name } }],
    'current-context': name,
  };
  await writeFile(path, stringify(kubeconfig), PRIVATE);
}
