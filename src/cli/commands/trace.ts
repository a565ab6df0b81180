/** `osm-auditor trace`: one packet of one pod on its way through the rules: expected, installed and live. */
import { gather } from '../../controller/gatherer.ts';
import { findPod } from '../find-pod.ts';
import { findSubjects } from '../find-subjects.ts';
import { judgingOf } from '../judging-options.ts';
import { nothingSeenOf } from '../live-kernel.ts';
import { refuseMixture, type LiveOptions } from '../live-options.ts';
import { openLook, withReading } from '../live.ts';
import { traceFormatNamed } from '../output/trace-formats.ts';
import { packetNotes, packetOf, type PacketOptions } from '../packet-options.ts';
import { agreementOf, tracePacket } from '../packet-trace.ts';
import type { Selection } from '../subjects.ts';
import { EXIT, type Terminal } from '../terminal.ts';

export interface TraceOptions extends Selection, LiveOptions, PacketOptions {
  readonly output: string;
}

const STATUS = { same: EXIT.good, different: EXIT.discrepant, unknown: EXIT.unknown } as const;

/**
 * @param name `pod/NAME` or `NAME`
 * @returns 0 when the verdicts are the same, 1 when they differ, 3 when one of them is unknown and the others do not differ
 */
export async function trace(name: string, options: TraceOptions, terminal: Terminal): Promise<number> {
  const format = traceFormatNamed(options.output);
  const packet = packetOf(options);
  refuseMixture(options);
  const look = await openLook(options, terminal);
  const { pods, around } = await findSubjects(options, terminal);
  const pod = findPod(pods, name);
  const readings = await look([pod]);
  const input = gather(pod, around, judgingOf(options), terminal.now());
  // Whoever asks about one pod is told also where nothing is to be seen of it.
  const asked = options.live ? { ...input, live: nothingSeenOf(pod) } : input;
  const traced = tracePacket(withReading(asked, readings), packet, packetNotes(options));
  terminal.out(format(traced));
  return STATUS[agreementOf(traced)];
}
