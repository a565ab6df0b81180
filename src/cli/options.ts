/**
 * The options of the commands; each has a variable OSM_AUDITOR_* beside it, except the files.
 */
import { type Command, Option } from 'commander';
import { connectionOptions } from './connection-options.ts';
import { judgingOptions } from './judging-options.ts';
import { notEmpty, onOff } from './option-values.ts';
import { replicaOptions } from './replica-options.ts';

/** Where the cluster and OSM are, for every command that reads pods. */
export function clusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--kubeconfig <file>', 'Path to the kubeconfig file; KUBECONFIG is read as by kubectl.')
        .env('OSM_AUDITOR_KUBECONFIG')
        .argParser(notEmpty),
    )
    .addOption(
      new Option('--context <name>', 'The kubeconfig context to use.')
        .env('OSM_AUDITOR_CONTEXT')
        .argParser(notEmpty),
    )
    .addOption(
      new Option(
        '--osm-namespace <name>',
        'The namespace that OSM runs in; found by its configuration and its webhook when not given.',
      )
        .env('OSM_AUDITOR_OSM_NAMESPACE')
        .argParser(notEmpty),
    );
}

/** What is to become of the configuration. */
export function withOption(): Option {
  return new Option(
    '--with <file>',
    'File with the mesh configuration or namespaces as they would be: say what that changes for the pods. Repeatable.',
  )
    .argParser(collect)
    .default([]);
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Which pods: for the commands that look once. */
export function selectionOptions(command: Command): Command {
  return judgingOptions(
    connectionOptions(
      clusterOptions(
        command
          .addOption(
            new Option(
              '-f, --filename <file>',
              'File or directory to read objects from, or - for standard input. Repeatable.',
            )
              .argParser(collect)
              .default([]),
          )
          .addOption(
            new Option('-n, --namespace <name>', 'The namespace of the pods.')
              .env('OSM_AUDITOR_NAMESPACE')
              .argParser(notEmpty),
          )
          .addOption(
            onOff('-A, --all-namespaces', 'Look at the pods of all namespaces, whatever -n says.').default(
              false,
            ),
          )
          .addOption(
            new Option('-l, --selector <query>', 'Label query to choose pods by.').env(
              'OSM_AUDITOR_SELECTOR',
            ),
          ),
      ),
    ),
  );
}

/** Whether `check` goes on looking. */
export function watchOption(): Option {
  return onOff(
    '-w, --watch',
    'Go on watching the cluster, and show what changes until Ctrl-C: a table on a terminal, a line for each pod elsewhere.',
  ).default(false);
}

/** How much the table of `check` shows. */
export function showPodsOption(): Option {
  return onOff(
    '--show-pods',
    'Give each pod its own line in the table, also where more than three have the same findings.',
  ).default(false);
}

/** How the controller works. */
export function runOptions(command: Command): Command {
  replicaOptions(judgingOptions(clusterOptions(command)))
    .addOption(
      onOff('--write-conditions', 'Write the condition openservicemesh.io/RedirectionVerified.').default(
        true,
      ),
    )
    .addOption(onOff('--write-events', 'Write Events.').default(true))
    .addOption(
      onOff(
        '--write-policy-reports',
        'Write a policy report of each pod, once the cluster has a definition of openreports.io or wgpolicyk8s.io.',
      ).default(false),
    )
    .addOption(listenOption())
    .addOption(
      onOff(
        '--ui',
        'Serve a page about all pods at / of the same address; whoever reaches it may read it.',
      ).default(false),
    );
  return logOptions(command);
}

export function listenOption(): Option {
  return new Option('--listen <address>', 'Address of /metrics, /healthz and /readyz: [host]:port.')
    .env('OSM_AUDITOR_LISTEN')
    .default(':8080');
}

export function logOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--log-format <format>',
        'json is for machines, text for people; the default is text on a terminal and json elsewhere.',
      )
        .env('OSM_AUDITOR_LOG_FORMAT')
        .choices(['json', 'text']),
    )
    .addOption(
      new Option('--log-level <level>', 'The least important messages to log.')
        .env('OSM_AUDITOR_LOG_LEVEL')
        .choices(['debug', 'info', 'warn', 'error'])
        .default('info'),
    );
}
