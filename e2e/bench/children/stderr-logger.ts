/** Warnings and errors on standard error, where the bench shows them if the script fails. */
import type { Logger } from '../../../src/kube/logger.ts';

const write = (message: string, fields?: object): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {})}\n`);
};

export const stderrLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: write,
  error: write,
};
