import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readYaml } from './yaml.ts';

const TEXT =
  '# first line\nbase: &base\n  name: x\n  list: [1,\n    2]\nother:\n  again: *base\n  "1": one\n';
const lines = () => readYaml(TEXT, { line: 11, column: 1 }, { file: 'a.yaml' }).lines;

describe('YamlLines', () => {
  it('answers with the line of the key, or of the list entry', () => {
    const lineOf = (...path: (string | number)[]): number => lines().lineOf(path);
    expect(lineOf()).to.equal(12);
    expect(lineOf('base', 'name')).to.equal(13);
    expect(lineOf('base', 'list', 0)).to.equal(14);
    expect(lineOf('base', 'list', 1)).to.equal(15);
    expect(lineOf('other', '1')).to.equal(18);
  });

  it('follows an alias to where the value is written', () => {
    expect(lines().lineOf(['other', 'again'])).to.equal(17);
    expect(lines().lineOf(['other', 'again', 'name'])).to.equal(13);
  });

  it('stays at the nearest parent when the path leads nowhere', () => {
    expect(lines().lineOf(['base', 'name', 'deeper'])).to.equal(13);
    expect(lines().lineOf(['base', 'list', 2])).to.equal(14);
    expect(lines().lineOf(['base', 'list', 'name'])).to.equal(14);
    expect(lines().lineOf(['absent'])).to.equal(12);
  });

  it('still answers when the tree of the first parse has been collected', async () => {
    const kept = lines();
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    // A WeakRef holds its target to the end of the job.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(kept.lineOf(['base', 'name'])).to.equal(13);
  });
});
