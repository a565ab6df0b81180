/** The end of commands that run until they are told to stop. */
import process from 'node:process';

/** Aborts at SIGTERM or SIGINT. A second signal ends the process the usual way, without waiting. */
export function untilSignal(onSignal: (name: string) => void = () => undefined): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      onSignal(name);
      stopping.abort(new Error(`received ${name}`));
    });
  }
  return stopping.signal;
}
