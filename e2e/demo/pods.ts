/** The demo's pods: recorded ones in different states, with names that say what is the matter. */
import type { RecordedPod } from '../scenarios/recorded-pods.ts';

export const DEMO_PODS: readonly RecordedPod[] = [
  { name: 'bookbuyer', recorded: 'good' },
  { name: 'bookstore-v1', recorded: 'good' },
  { name: 'bookstore-v2', recorded: 'deployment-good' },
  { name: 'bookwarehouse', recorded: 'iprange-fixed' },
  { name: 'redis-client', recorded: 'good-ports' },
  { name: 'doubled-ampersands', recorded: 'iprange-doc' },
  { name: 'typing-error', recorded: 'init-bad-rule' },
  { name: 'no-permission', recorded: 'init-no-netadmin' },
  { name: 'rules-never-made', recorded: 'sidecar-no-init' },
  { name: 'sidecar-lost', recorded: 'init-no-sidecar' },
  { name: 'sidecar-crashes', recorded: 'envoy-crash' },
  { name: 'opted-out', recorded: 'no-sidecar' },
];
