import { expect } from 'chai';
import fc from 'fast-check';
import { audit } from '../../core/audit/audit.ts';
import { configurationsOf } from '../../core/audit/configurations.ts';
import { configWith, inputFor, meshedPod } from '../../testing/builders.ts';
import { visible } from '../../core/audit/quote.ts';
import { githubText } from './github.ts';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** As the runner reads a line: the first `::` after the name and the properties begins the data, whatever that holds. */
function readAsTheRunner(line: string): Command {
  const end = line.indexOf('::', 2);
  const [name = '', ...rest] = line.slice(2, end).split(' ');
  const properties = rest
    .join(' ')
    .split(',')
    .map((each): [string, string] => {
      const at = each.indexOf('=');
      return [
        each.slice(0, at),
        decoded(each.slice(at + 1), ['%0D', '\r'], ['%0A', '\n'], ['%3A', ':'], ['%2C', ',']),
      ];
    });
  const data = decoded(line.slice(end + 2), ['%0D', '\r'], ['%0A', '\n']);
  return { name, properties: Object.fromEntries(properties), data };
}

/** A percent sign comes last, or `%250A` would become a line break. */
function decoded(text: string, ...escapes: readonly (readonly [string, string])[]): string {
  return [...escapes, ['%25', '%'] as const].reduce((read, [from, to]) => read.replaceAll(from, to), text);
}

const linesFor = (
  data: Readonly<Record<string, string>>,
  file: string | undefined,
  name = 'web',
): readonly string[] => {
  const input = inputFor(meshedPod({ name }), { configs: configWith(data) });
  const origin = { file: file ?? '', document: 1, line: 12 };
  const text = { object: {}, origin, lineOf: () => 12 };
  const pods = [{ report: audit(input), source: undefined, ...(file === undefined ? {} : { text }) }];
  return githubText({ configs: configurationsOf(input.configs), pods }).split('\n');
};
const PORT = { outbound_port_exclusion_list: '6379' };

describe('-o github', () => {
  it('is one annotation for each finding, at the line of the pod, and a summary', () => {
    const [first = '', ...rest] = linesFor(PORT, 'pods/web.yaml');
    expect(first).to.match(
      /^::error file=pods\/web\.yaml,line=12,title=OA403 ExcludedPortMissing::test\/web: .* Fix: /,
    );
    expect(rest).to.deep.equal(['1 pod: 0 verified, 1 discrepant, 0 unknown, 0 not applicable', '']);
  });

  it('names no place for a pod of a cluster or of standard input', () => {
    for (const file of [undefined, 'standard input']) {
      expect(linesFor(PORT, file)[0]).to.match(/^::error title=OA403 ExcludedPortMissing::/);
    }
  });

  it('tells once what is wrong with the configuration', () => {
    const lines = linesFor({ outbound_ip_range_exclusion_list: '1.1.1.1/33' }, undefined);
    expect(lines.filter((line) => line.startsWith('::'))).to.have.length(1);
    expect(lines[0]).to.match(/^::error title=OA504 ConfigRangeInvalid::ConfigMap\/osm-system\/osm-config/);
  });

  it('lets no text be a command, end a line or a property', () => {
    const [first = '', ...rest] = linesFor(PORT, 'a,b:c%0A::error ::x\n', 'web%0A::warning ::x');
    expect(first).to.match(/^::error file=a%2Cb%3Ac%250A%3A%3Aerror %3A%3Ax\\u\{a\},line=12,title=/);
    expect(first).to.include('::test/web%250A::warning ::x: ');
    expect(rest).to.have.length(2);
  });

  it('is read by a runner as it was meant, whatever files and pods are called', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (file, name) => {
        const { properties, data, ...command } = readAsTheRunner(
          linesFor(PORT, `a${file}`, `b${name}`)[0] ?? '',
        );
        expect(command.name).to.equal('error');
        expect(properties).to.deep.equal({
          file: visible(`a${file}`),
          line: '12',
          title: 'OA403 ExcludedPortMissing',
        });
        expect(data.startsWith(`test/${visible(`b${name}`)}: `)).to.equal(true);
      }),
    );
  });

  it('is read so too where a text holds what means something to a runner', () => {
    for (const text of [
      '::error::x',
      '##[set-output name=a]b',
      '%0A::stop-commands::x',
      'a=b,c=d: e',
      '%25',
    ]) {
      const { properties, data } = readAsTheRunner(linesFor(PORT, text, text)[0] ?? '');
      expect(properties['file']).to.equal(text);
      expect(data.startsWith(`test/${text}: `)).to.equal(true);
    }
  });
});
