/**
 * kubectl's options for reaching a cluster otherwise than the context says: with the same names, for whoever has them in
 * an alias. Others of kubectl's belong into a kubeconfig: tokens and keys have no place on a command line.
 */
import { type Command, Option } from 'commander';
import type { KubeConfigSource } from '../kube/kubeconfig.ts';
import { notEmpty } from './option-values.ts';

export interface ConnectionOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
}

export function connectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--cluster <name>', "The kubeconfig cluster to use, instead of the context's.")
        .env('OSM_AUDITOR_CLUSTER')
        .argParser(notEmpty),
    )
    .addOption(
      new Option('--user <name>', "The kubeconfig user to use, instead of the context's.")
        .env('OSM_AUDITOR_USER')
        .argParser(notEmpty),
    )
    .addOption(
      new Option('-s, --server <url>', "The address of the API server, instead of the cluster's.")
        .env('OSM_AUDITOR_SERVER')
        .argParser(notEmpty),
    )
    .addOption(
      new Option('--as <name>', 'The user to impersonate, such as system:serviceaccount:NAMESPACE:NAME.')
        .env('OSM_AUDITOR_AS')
        .argParser(notEmpty),
    )
    .addOption(
      new Option('--as-group <name>', 'A group to impersonate, together with --as. Repeatable.')
        .env('OSM_AUDITOR_AS_GROUP')
        .argParser((value: string, before: readonly string[] | undefined) => [
          ...(before ?? []),
          notEmpty(value),
        ]),
    );
}

export function sourceOf(options: ConnectionOptions): KubeConfigSource {
  const { kubeconfig, context, cluster, user, server, as, asGroup: asGroups } = options;
  return { kubeconfig, context, cluster, user, server, as, asGroups };
}
