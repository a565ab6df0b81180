import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repositoryRoot } from '../src/testing/repository.ts';

/** What can be said of the image without docker: e2e/kind/run.sh builds and runs it. */
describe('Dockerfile', () => {
  const root = repositoryRoot;
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const instructions = read('Dockerfile')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  const argumentsOf = (name: string): readonly (readonly string[])[] =>
    instructions.filter(([first]) => first === name).map(([, ...rest]) => rest);
  const { version, bin } = JSON.parse(read('package.json')) as {
    version: string;
    bin: Record<string, string>;
  };

  it('copies only what the repository has and sends, or an earlier stage has made', () => {
    const ignored = read('.dockerignore').split('\n');
    let stage = { name: '', folder: '/' };
    const earlier = new Map<string, string>(); // a stage's name to its working folder
    for (const [instruction, ...words] of instructions) {
      if (instruction === 'FROM') {
        earlier.set(stage.name, stage.folder);
        stage = { name: words[2] ?? '', folder: '/' };
      } else if (instruction === 'WORKDIR') {
        stage = { ...stage, folder: words[0]! };
      } else if (instruction === 'COPY') {
        const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
        for (const source of words.slice(0, -1)) {
          if (from === undefined) {
            expect(existsSync(join(root, source)), `${source} exists`).to.equal(true);
            expect(ignored, `${source} is sent`).not.to.include(source.split('/')[0]);
          } else {
            expect(earlier.has(from), `stage ${from} comes earlier`).to.equal(true);
            const folder = posix.dirname(source).replace(/\/node_modules$/, '');
            expect(folder, `${source} lies where ${from} worked`).to.equal(earlier.get(from));
          }
        }
      }
    }
    expect(argumentsOf('COPY')).not.to.be.empty;
  });

  it('sends the builder what the bundle is made of', () => {
    const ignored = read('.dockerignore').split('\n');
    for (const source of ['src', 'tsconfig.json', 'package.json']) expect(ignored).not.to.include(source);
  });

  it('pins each base to an explicit tag', () => {
    const bases = argumentsOf('FROM').map(([base]) => base);
    expect(bases).to.have.lengthOf(4);
    for (const base of bases) expect(base).to.match(/[^:]+:(?!latest$)[\w.-]+$/);
  });

  it('ships in a base without a shell or a package manager, and adds none', () => {
    const lastStage = instructions.slice(instructions.findLastIndex(([first]) => first === 'FROM'));
    expect(lastStage[0]?.[1]).to.match(/^gcr\.io\/distroless\/nodejs\d+-debian\d+:nonroot$/);
    const names = lastStage.map(([first]) => first);
    for (const name of ['RUN', 'CMD', 'SHELL', 'ADD', 'VOLUME']) expect(names).not.to.include(name);
  });

  it('has the node agent in a stage of its own, which is the last one with programs and as root', () => {
    const begin = instructions.findIndex(([first, , , name]) => first === 'FROM' && name === 'node-agent');
    const after = instructions.slice(begin);
    const stage = after.slice(
      0,
      after.findIndex(([first], index) => index > 0 && first === 'FROM'),
    );
    const lastStage = instructions.slice(instructions.findLastIndex(([first]) => first === 'FROM'));
    const own = [
      'COPY --from=programs /agent/usr /usr',
      'COPY --from=build /src/node_modules/koffi ./node_modules/koffi',
      'COPY --from=build /src/node_modules/@koromix ./node_modules/@koromix',
      'USER 0',
    ];
    const lines = (of: readonly (readonly string[])[]): readonly string[] =>
      of.map((words) => words.join(' ')).filter((line) => !/^(LABEL|FROM)/.test(line) && !own.includes(line));
    // It starts without the source map, for the sake of its memory.
    const wanted = lines(lastStage).filter((line) => !line.startsWith('USER'));
    expect(lines(stage)).to.deep.equal(wanted.map((line) => line.replace('"--enable-source-maps", ', '')));
    expect(stage[0]?.[1]).to.equal(lastStage[0]?.[1]);
    for (const line of own) expect(stage.map((words) => words.join(' '))).to.include(line);
  });

  it('takes into it the programs that make image takes', () => {
    const copied = argumentsOf('RUN').flat().join(' ');
    for (const name of ['nsenter', 'nft', 'iptables-legacy-save', 'iptables-nft-save']) {
      expect(copied).to.match(new RegExp(`/usr/s?bin/${name} `));
    }
  });

  it('ends as the user of the deployment, who is not root', () => {
    const lastStage = instructions.slice(instructions.findLastIndex(([first]) => first === 'FROM'));
    const user = lastStage.findLast(([first]) => first === 'USER')?.[1];
    expect(Number(user)).to.be.greaterThan(0);
    expect(read('manifests/deployment.yaml')).to.contain(`runAsUser: ${user}\n`);
  });

  it('starts the bundle that package.json names, without a shell', () => {
    const entrypoint = JSON.parse(argumentsOf('ENTRYPOINT')[0]!.join(' ')) as string[];
    expect(entrypoint.at(-1)).to.equal(posix.join('/app', bin['osm-auditor']!));
    expect(entrypoint[0]).to.equal('/nodejs/bin/node');
  });

  it('is labelled with the version of package.json', () => {
    expect(argumentsOf('ARG')).to.deep.include([`VERSION=${version}`]);
  });
});
