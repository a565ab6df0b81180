import { expect } from 'chai';
import fc from 'fast-check';
import { MalformedAnswerError } from './errors.ts';
import { parseJsonLines } from './watch-lines.ts';

async function parse(...chunks: readonly Uint8Array[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of parseJsonLines(feed(chunks))) values.push(value);
  return values;
}

async function* feed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function failure(text: string): Promise<unknown> {
  return parse(Buffer.from(text)).catch((error: unknown) => error);
}

describe('watch lines', () => {
  it('gives the same values wherever the bytes are cut', async () => {
    const cut = fc.tuple(fc.array(fc.jsonValue()), fc.array(fc.nat()));
    await fc.assert(
      fc.asyncProperty(cut, async ([values, cuts]) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
        const at = cuts.map((position) => position % (bytes.length + 1)).sort((a, b) => a - b);
        const chunks = [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
        expect(await parse(...chunks)).to.deep.equal(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('skips empty lines', async () => {
    expect(await parse(Buffer.from('\n1\n\r\n2\n'))).to.deep.equal([1, 2]);
  });

  it('takes a line without an end and a line without sense for errors', async () => {
    expect(await failure('{"a":1}\n{"b"')).to.be.instanceOf(MalformedAnswerError);
    expect(await failure('1')).to.be.instanceOf(MalformedAnswerError);
    expect(await failure('<html>\n')).to.have.property('message', 'a line of the watch is not JSON: <html>');
  });

  it('gives up on a line that never ends', async () => {
    const endless = Array<Uint8Array>(40).fill(new Uint8Array(1024 * 1024).fill(0x20));
    const error = await parse(...endless).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'a line of the watch has no end');
  });
});
