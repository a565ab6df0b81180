/** Tokens of service accounts, by the API that kubelets use: without a controller-manager there are no token secrets. */
import type { Answer } from './request.ts';

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

type Send = (method: string, path: string, body: unknown) => Promise<Answer>;

/**
 * Creates the service account if it does not exist and returns a new token of it, valid for an hour. Throws with the
 * API server's own words if it refuses: usually because the namespace does not exist.
 */
export async function serviceAccountToken(
  send: Send,
  { namespace, name }: ServiceAccountName,
): Promise<string> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  const account = await send('POST', accounts, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });
  const alreadyThere = account.status === 409;
  if (account.status !== 201 && !alreadyThere) throw refused(`service account ${namespace}/${name}`, account);
  const answer = await send('POST', `${accounts}/${name}/token`, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600 },
  });
  if (answer.status !== 201) throw refused(`token of ${namespace}/${name}`, answer);
  const { status } = JSON.parse(answer.body) as { readonly status: { readonly token: string } };
  return status.token;
}

function refused(what: string, answer: Answer): Error {
  return new Error(`the API server refused the ${what} with ${answer.status}: ${answer.body}`);
}
