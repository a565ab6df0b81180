/** What the kernel answers to a call that fails. */

/** Its code: `EACCES`. Rethrows what is no answer of the kernel, since that is a mistake of ours. */
export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}
