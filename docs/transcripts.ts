/** What people see when they type the commands that docs/pictures shows. */
import { osmAuditor } from '../src/testing/recording-terminal.ts';

const CHECK = 'check -f examples/bookstore';

export async function checkTranscript(): Promise<string> {
  const { stdout } = await osmAuditor([...CHECK.split(' '), '--color', 'always']);
  return `$ osm-auditor ${CHECK}\n${stdout}`;
}
