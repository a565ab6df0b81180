/**
 * The command line: every command with its options, in kubectl's manner.
 *
 * Guarantees: answers an exit status and never exits; whatever goes wrong is one line on standard error.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { describeError } from '../kube/describe-error.ts';
import { VERSION } from '../version.ts';
import { check, type CheckOptions } from './commands/check.ts';
import { expected } from './commands/expected.ts';
import { explain } from './commands/explain.ts';
import type { RunOptions } from './commands/run.ts';
import { KubectlHelp, withExamples } from './help.ts';
import { InputError } from './input/input-error.ts';
import { FORMATS } from './output/formats.ts';
import { visible } from '../core/audit/quote.ts';
import type { Selection } from './subjects.ts';
import { EXIT, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @param argv the words after the program's name */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  let status: number = EXIT.good;
  const program = buildProgram(terminal, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has printed its own message already, help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    const known = error instanceof UsageError || error instanceof InputError;
    terminal.err(`error: ${visible(known ? error.message : describeError(error))}\n`);
    return EXIT.usage;
  }
}

function buildProgram(terminal: Terminal, finish: (status: number) => void): Command {
  const program = new Command('osm-auditor')
    .description(
      'osm-auditor verifies that Open Service Mesh redirects the traffic of pods as its configuration says.',
    )
    .usage('<command> [options]');
  program.configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) });
  program.configureHelp({ formatHelp: (command, helper) => new KubectlHelp().formatHelp(command, helper) });
  program.exitOverride();
  program.helpCommand(false);

  const addCommand = (name: string, description: string, examples: string): Command => {
    const command = withExamples(program.command(name), examples).description(description);
    return command.helpOption('-h, --help', 'Show this help.');
  };

  selectionOptions(
    addCommand(
      'check',
      'Judge pods once, from files or from the cluster of the current context.\n\n' +
        'Exit status: 0 every pod is verified or not applicable, 1 a pod is discrepant, 2 the command or its input\n' +
        'cannot be used, 3 no pod is discrepant but some are unknown.',
      [
        '  # Judge the pods of a namespace',
        '  osm-auditor check -n bookstore',
        '',
        '  # Judge all pods of the cluster, with the commands that mend them',
        '  osm-auditor check -A -o wide',
        '',
        '  # Judge saved objects: pods, the mesh configuration and, if they matter, namespaces',
        '  kubectl get pods,namespaces -A -o json > pods.json',
        '  kubectl get configmap -n osm-system osm-config -o yaml > config.yaml',
        '  osm-auditor check -f pods.json -f config.yaml',
      ].join('\n'),
    ),
  )
    .addOption(
      new Option('-o, --output <format>', `Output format. One of: (${Object.keys(FORMATS).join(', ')}).`)
        .env('OSM_AUDITOR_OUTPUT')
        .default('table'),
    )
    .action(async (options: CheckOptions) => finish(await check(options, terminal)));

  selectionOptions(
    addCommand(
      'expected',
      'Print the iptables commands that the mesh configuration asks for, pod by pod.',
      '  # What should the pods of a namespace run?\n  osm-auditor expected -n bookstore',
    ),
  ).action(async (options: Selection) => finish(await expected(options, terminal)));

  addCommand(
    'explain',
    'Explain a finding: what it means, where it comes from, what to do.',
    '  # List all findings\n  osm-auditor explain\n\n  # Read about one\n  osm-auditor explain OA402',
  )
    .argument('[code]', 'A code such as OA402 or a reason such as ExcludedRangeExtra.')
    .action((code: string | undefined) => finish(explain(code, terminal)));

  runOptions(
    addCommand(
      'run',
      'Watch the cluster and keep Events, pod conditions and metrics true. Ends on SIGTERM.',
      '  # Watch the cluster of the current context, writing nothing\n' +
        '  osm-auditor run --write-conditions=false --write-events=false --log-format text',
    ),
  ).action(async (options: RunOptions) => {
    // Loaded when needed, as it brings the Kubernetes client, the logger and the metrics with it.
    const { run } = await import('./commands/run.ts');
    finish(await run(options, terminal));
  });

  addCommand('version', 'Print the version.', '  osm-auditor version').action(() => {
    terminal.out(`osm-auditor ${VERSION}\n`);
  });
  return program;
}

/** Where the cluster and OSM are, for every command that reads pods. */
function clusterOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--kubeconfig <file>', 'Path to the kubeconfig file; KUBECONFIG is read as by kubectl.').env(
        'OSM_AUDITOR_KUBECONFIG',
      ),
    )
    .addOption(new Option('--context <name>', 'The kubeconfig context to use.').env('OSM_AUDITOR_CONTEXT'))
    .addOption(
      new Option(
        '--osm-namespace <name>',
        'The namespace that OSM runs in; found by its ConfigMap osm-config when not given.',
      ).env('OSM_AUDITOR_OSM_NAMESPACE'),
    );
}

function selectionOptions(command: Command): Command {
  const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
    ...(before ?? []),
    value,
  ];
  return clusterOptions(
    command
      .addOption(
        new Option(
          '-f, --filename <file>',
          'File or directory to read objects from, or - for standard input. Repeatable.',
        )
          .argParser(collect)
          .default(undefined),
      )
      .addOption(
        new Option('-n, --namespace <name>', 'The namespace of the pods.').env('OSM_AUDITOR_NAMESPACE'),
      )
      .addOption(
        new Option('-A, --all-namespaces', 'Look at the pods of all namespaces.').env(
          'OSM_AUDITOR_ALL_NAMESPACES',
        ),
      )
      .addOption(
        new Option('-l, --selector <query>', 'Label query to choose pods by.').env('OSM_AUDITOR_SELECTOR'),
      ),
  );
}

function runOptions(command: Command): Command {
  return clusterOptions(command)
    .addOption(onOff('--write-conditions', 'Write the condition openservicemesh.io/RedirectionVerified.'))
    .addOption(onOff('--write-events', 'Write Events.'))
    .addOption(
      new Option('--listen <address>', 'Address of /metrics, /healthz and /readyz: [host]:port.')
        .env('OSM_AUDITOR_LISTEN')
        .default(':8080'),
    )
    .addOption(
      new Option('--grace-period <seconds>', 'How long a pod may take to start before that is a finding.')
        .env('OSM_AUDITOR_GRACE_PERIOD')
        .argParser(seconds)
        .default(60),
    )
    .addOption(
      new Option(
        '--log-format <format>',
        'json for machines, text for people; text on a terminal by default.',
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

/** `--name`, `--name=true` or `--name=false`, as kubectl's boolean flags; on by default. */
function onOff(flag: string, description: string): Option {
  const variable = `OSM_AUDITOR_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`;
  return new Option(`${flag} [boolean]`, description)
    .env(variable)
    .preset(true)
    .default(true)
    .argParser(boolean);
}

function boolean(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new InvalidArgumentError('It is either true or false.');
}

function seconds(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('It is a number of seconds.');
}
