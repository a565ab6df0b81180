/** The options of `node-agent`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LIVE_REDIRECTION } from '../core/audit/condition-text.ts';
import { judgingOptions } from './judging-options.ts';
import { notEmpty, onOff } from './option-values.ts';
import { clusterOptions, listenOption, logOptions } from './options.ts';

const SWEEP_INTERVAL_S = 60;

export function nodeAgentOptions(command: Command): Command {
  judgingOptions(clusterOptions(command))
    .addOption(
      new Option(
        '--node <name>',
        'The node that this is, by its name in the cluster; NODE_NAME is read, too.',
      )
        .env('OSM_AUDITOR_NODE')
        .argParser(notEmpty),
    )
    .addOption(
      new Option(
        '--sweep-interval <duration>',
        'How long until all pods of the node are read again, such as 90s or 5m; a number alone is seconds.',
      )
        .env('OSM_AUDITOR_SWEEP_INTERVAL')
        .argParser(duration)
        .default(SWEEP_INTERVAL_S, '60s'),
    )
    .addOption(onOff('--write-conditions', `Write the condition ${LIVE_REDIRECTION.type}.`).default(true))
    .addOption(onOff('--write-events', 'Write Events.').default(true))
    .addOption(listenOption());
  return logOptions(command);
}

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };

/** In seconds. */
function duration(value: string): number {
  const [, number, unit = ''] = /^([0-9]{1,6})([smh]?)$/.exec(value) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (seconds >= 1) return seconds;
  throw new InvalidArgumentError('It must be a duration of a second or more, such as 60s.');
}
