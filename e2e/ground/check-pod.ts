/** A pod that runs `check --live` on the node once, made like those of the node agent's DaemonSet. */

/** What a DaemonSet makes, as far as a test makes the like. */
export interface PodTemplate {
  readonly spec: {
    readonly containers: readonly {
      readonly securityContext: { readonly capabilities: { readonly add: readonly string[] } };
      readonly [field: string]: unknown;
    }[];
    readonly [field: string]: unknown;
  };
}

export interface CheckPod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/**
 * @param namespace where the pod runs
 * @param checked the namespace that it looks at
 * @param without a capability that it lacks
 */
export function checkPod(
  template: PodTemplate,
  namespace: string,
  checked: string,
  without: string | undefined,
): CheckPod {
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error('the DaemonSet has no container');
  const { capabilities } = container.securityContext;
  const add = capabilities.add.filter((capability) => capability !== without);
  const name = without === undefined ? 'once' : `without-${without.toLowerCase().replaceAll('_', '-')}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      ...template.spec,
      restartPolicy: 'Never',
      containers: [
        {
          ...container,
          livenessProbe: undefined,
          readinessProbe: undefined,
          args: ['check', '--live', '--node=$(NODE_NAME)', '-n', checked, '-o', 'json'],
          securityContext: { ...container.securityContext, capabilities: { ...capabilities, add } },
        },
      ],
    },
  };
}
