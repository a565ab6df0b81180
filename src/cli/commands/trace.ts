/** `osm-auditor trace`: one packet of one pod on its way through the rules, expected beside installed. */
import { gather } from '../../controller/gatherer.ts';
import { findPod } from '../find-pod.ts';
import { findSubjects } from '../find-subjects.ts';
import { judgingOf } from '../judging-options.ts';
import { traceFormatNamed } from '../output/trace-formats.ts';
import { packetNotes, packetOf, type PacketOptions } from '../packet-options.ts';
import { agreementOf, tracePacket } from '../packet-trace.ts';
import type { Selection } from '../subjects.ts';
import { EXIT, type Terminal } from '../terminal.ts';

export interface TraceOptions extends Selection, PacketOptions {
  readonly output: string;
}

const STATUS = { same: EXIT.good, different: EXIT.discrepant, unknown: EXIT.unknown } as const;

/**
 * @param name `pod/NAME` or `NAME`
 * @returns 0 when the two verdicts are the same, 1 when they differ, 3 when one of them is unknown
 */
export async function trace(name: string, options: TraceOptions, terminal: Terminal): Promise<number> {
  const format = traceFormatNamed(options.output);
  const packet = packetOf(options);
  const { pods, around } = await findSubjects(options, terminal);
  const input = gather(findPod(pods, name), around, judgingOf(options), terminal.now());
  const traced = tracePacket(input, packet, packetNotes(options));
  terminal.out(format(traced));
  return STATUS[agreementOf(traced)];
}
