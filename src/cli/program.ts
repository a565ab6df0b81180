/**
 * The command line: every command with its options, in kubectl's manner.
 *
 * Guarantees: answers an exit status and never exits; whatever goes wrong is one line on standard error, and a second
 * one names the help when the words themselves are wrong.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import { describeError } from '../kube/describe-error.ts';
import { VERSION } from '../version.ts';
import { colourOption } from './colours.ts';
import { check, type CheckOptions } from './commands/check.ts';
import { completion, SHELLS } from './commands/completion.ts';
import { expected } from './commands/expected.ts';
import { explain } from './commands/explain.ts';
import type { NodeAgentOptions } from './commands/node-agent.ts';
import type { RunOptions } from './commands/run.ts';
import { trace, type TraceOptions } from './commands/trace.ts';
import { KubectlHelp, withExamples } from './help.ts';
import { InputError } from './input/input-error.ts';
import { liveOption, liveRulesOption, nodeOption } from './live-options.ts';
import { runOptions, selectionOptions, showPodsOption, watchOption, withOption } from './options.ts';
import { FORMATS } from './output/formats.ts';
import { TRACE_FORMATS } from './output/trace-formats.ts';
import { nodeAgentOptions } from './node-agent-options.ts';
import { packetOptions } from './packet-options.ts';
import { catalogueEntry, FINDING_NAMES } from '../core/audit/catalogue.ts';
import { visible } from '../core/audit/quote.ts';
import { withLongOptions } from './short-options.ts';
import type { Selection } from './subjects.ts';
import { EXIT, harmless, type Streams, type Terminal } from './terminal.ts';
import { PROGRAM } from './program-name.ts';
import { UsageError } from './usage-error.ts';

/**
 * @param argv the words after the program's name
 * @param name what was typed to run it: see program-name.ts
 */
export async function runCommandLine(
  argv: readonly string[],
  streams: Streams,
  name = PROGRAM,
): Promise<number> {
  const terminal = harmless(streams);
  let status: number = EXIT.good;
  const program = buildProgram(name, terminal, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(withLongOptions(argv, program), { from: 'user' });
    return status;
  } catch (error) {
    // Commander has printed its own message already, help included.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.good : EXIT.usage;
    const known = error instanceof UsageError || error instanceof InputError;
    terminal.err(`error: ${visible(known ? error.message : describeError(error))}\n`);
    return EXIT.usage;
  }
}

function buildProgram(programName: string, terminal: Terminal, finish: (status: number) => void): Command {
  const program = new Command(programName)
    .description(
      'osm-auditor verifies that Open Service Mesh redirects the traffic of pods as its configuration says.',
    )
    .usage('<command> [options]');
  program.configureOutput({
    writeOut: (text) => terminal.out(text),
    writeErr: (text) => terminal.err(text),
    outputError: (text, write) => write(`${visible(onOneLine(text))}\n`),
  });
  program.configureHelp({ formatHelp: (command, helper) => new KubectlHelp().formatHelp(command, helper) });
  program.showHelpAfterError(usageHint(program.name()));
  program.exitOverride();
  program.helpCommand(false);

  const addCommand = (name: string, description: string, examples: string): Command => {
    const command = withExamples(
      program.command(name),
      examples.replaceAll(`${PROGRAM} `, `${programName} `),
    ).description(description);
    // `-An name` is `-A -n name`, although -A may have a value.
    command.combineFlagAndOptionalValue(false);
    return command.showHelpAfterError(usageHint(`${program.name()} ${name}`));
  };

  selectionOptions(
    addCommand(
      'check',
      'Judge pods once, from files or from the cluster of the current context.\n\n' +
        'Of workloads in files it judges the pods that they would make.\n\n' +
        'Exit status: 0 every pod is verified or not applicable, 1 a pod is discrepant, 2 the command or its input\n' +
        'cannot be used, 3 no pod is discrepant but some are unknown. With --with: 0 nothing has to be restarted and\n' +
        'nothing breaks, 1 something does, 3 of some pods it cannot be told.',
      [
        '  # Judge the pods of a namespace',
        '  osm-auditor check -n bookstore',
        '',
        '  # Judge all pods of the cluster, with the commands that mend them',
        '  osm-auditor check -A -o wide',
        '',
        '  # Watch a namespace, until Ctrl-C',
        '  osm-auditor check -n bookstore --watch',
        '',
        '  # Judge saved objects: pods, the mesh configuration and, if they matter, namespaces',
        '  kubectl get pods,namespaces -A -o json > pods.json',
        '  kubectl get configmap -n osm-system osm-config -o yaml > config.yaml',
        '  osm-auditor check -f pods.json -f config.yaml',
        '',
        '  # Will the pods of manifests start? Before they are applied',
        '  osm-auditor check -f manifests/ -f namespaces.yaml -f config.yaml',
        '',
        '  # What would a change of the configuration do? Before it is applied',
        '  osm-auditor check -A --with changed-config.yaml',
        '',
        '  # And what does the kernel do? On a node, for the pods that run on it',
        '  osm-auditor check -A --live',
      ].join('\n'),
    ),
  )
    .addOption(liveOption())
    .addOption(liveRulesOption())
    .addOption(nodeOption())
    .addOption(withOption())
    .addOption(outputOption(FORMATS))
    .addOption(watchOption())
    .addOption(showPodsOption())
    .addOption(colourOption())
    .action(async (options: CheckOptions) => finish(await check(options, terminal)));

  selectionOptions(
    packetOptions(
      addCommand(
        'trace',
        'Follow one packet of a pod through the expected rules and the installed ones, side by side.\n\n' +
          'With --live or --live-rules there is a third column: what the kernel does.\n\n' +
          'Exit status: 0 the verdicts are the same, 1 they differ, 2 the command or its input cannot be used,\n' +
          '3 one of the verdicts is unknown, and the others do not differ.',
        [
          '  # What happens when the pod connects to a database?',
          '  osm-auditor trace pod/web -n bookstore --to 10.0.0.5:6379',
          '',
          '  # And when Envoy itself does?',
          '  osm-auditor trace pod/web -n bookstore --to 10.0.0.5:6379 --uid 1500',
          '',
          '  # What happens when another pod connects to it? From saved objects',
          '  osm-auditor trace pod/web --to :8080 --from inbound -f pods.json -f config.yaml',
          '',
          '  # And what does the kernel do with it? By what iptables-save printed in the pod',
          '  osm-auditor trace pod/web -n bookstore --to 10.0.0.5:6379 --live-rules rules.txt',
        ].join('\n'),
      ).argument('<pod>', 'The pod, as pod/NAME or NAME. Of several of the name, -n chooses one.'),
    ),
  )
    .addOption(liveOption())
    .addOption(liveRulesOption())
    .addOption(outputOption(TRACE_FORMATS))
    .action(async (pod: string, options: TraceOptions) => finish(await trace(pod, options, terminal)));

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
    .addArgument(findingArgument())
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

  nodeAgentOptions(
    addCommand(
      'node-agent',
      'Read the rules in the kernel of every pod of this node, and keep Events, pod conditions and metrics true.\n\n' +
        "It must run on the node, as root, with the node's processes in sight. It never writes a rule. Ends on SIGTERM.",
      '  # Read the kernels of the pods of this node, writing nothing\n' +
        '  osm-auditor node-agent --node worker-1 --write-conditions=false --write-events=false --log-format text',
    ),
  ).action(async (options: NodeAgentOptions) => {
    const { nodeAgent } = await import('./commands/node-agent.ts');
    finish(await nodeAgent(options, terminal));
  });

  addCommand(
    'completion',
    'Print a script that completes commands, options and findings in a shell.',
    [
      '  # In this bash',
      '  source <(osm-auditor completion bash)',
      '',
      '  # In every zsh; compinit must have run',
      "  echo 'source <(osm-auditor completion zsh)' >> ~/.zshrc",
      '',
      '  # In every fish',
      '  osm-auditor completion fish > ~/.config/fish/completions/osm-auditor.fish',
    ].join('\n'),
  )
    .addArgument(shellArgument())
    .action((shell: string) => finish(completion(shell, program, terminal)));

  addCommand('version', 'Print the version.', '  osm-auditor version').action(() => {
    terminal.out(`osm-auditor ${VERSION}\n`);
  });
  return program;
}

function outputOption(formats: Readonly<Record<string, unknown>>): Option {
  const option = new Option('-o, --output <format>', 'Output format.')
    .env('OSM_AUDITOR_OUTPUT')
    .default('table');
  // For the help and for shells; what is no format is refused by the formats themselves.
  option.argChoices = Object.keys(formats);
  return option;
}

function shellArgument(): Argument {
  const argument = new Argument('<shell>', `The shell. One of: (${SHELLS.join(', ')}).`);
  argument.argChoices = [...SHELLS];
  return argument;
}

function findingArgument(): Argument {
  const argument = new Argument('[code]', 'A code such as OA402 or a reason such as ExcludedRangeExtra.');
  // For shells: other cases are taken too, and typing errors are answered with what may have been meant.
  argument.argChoices = FINDING_NAMES.flatMap((name) => [catalogueEntry(name).code, name]);
  return argument;
}

function usageHint(command: string): string {
  return `See '${command} --help' for usage.`;
}

/** Commander puts its suggestion on a line of its own. */
function onOneLine(text: string): string {
  return text.trimEnd().replace(/\n(?=\(Did you mean [^\n]*\)$)/, ' ');
}
