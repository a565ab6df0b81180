/** What a request asks of an API server, in the words of RBAC: a verb and a resource. */

export interface KubeRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'discover';
  /** With its subresource: `pods/status`. For discovery the group. */
  readonly resource: string;
  /** The path and query as they were sent. */
  readonly url: URL;
}

const NAMESPACED =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/;
const ANYWHERE = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/([^/]+)(?:\/([^/]+))?$/;

export function kubeRequest(method: string, target: string): KubeRequest {
  const url = new URL(target, 'https://kubernetes');
  const match = NAMESPACED.exec(url.pathname) ?? ANYWHERE.exec(url.pathname);
  const [, resource, name, subresource] = match ?? [];
  if (resource === undefined) return { verb: 'discover', resource: url.pathname, url };
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return { verb: verbOf(method, name, url.searchParams), resource: full, url };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): KubeRequest['verb'] {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      if (name !== undefined) return 'get';
      return query.get('watch') === 'true' ? 'watch' : 'list';
  }
}

/** Whether the request would change something. */
export function isWrite({ verb }: KubeRequest): boolean {
  return verb === 'create' || verb === 'update' || verb === 'patch' || verb === 'delete';
}
