/** The command line asks for something that cannot be done; ends with exit status 2 and this one line. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
