/** The kustomization of docs/install.md, as far as a reader who copies it gets. */
import { expect } from 'chai';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { readText, repositoryRoot } from '../src/testing/repository.ts';
import { ensureAssets } from './control-plane/build-assets.ts';
import { runKubectl } from './control-plane/kubectl.ts';

describe('docs/install.md', function () {
  this.timeout(20 * 60_000); // a first run builds the control plane
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'osm-auditor-install-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('has a kustomization that changes the image and an argument, and keeps the rest', async () => {
    cpSync(join(repositoryRoot, 'manifests'), join(folder, 'osm-auditor/manifests'), { recursive: true });
    mkdirSync(join(folder, 'own'));
    const files = [...readText('docs/install.md').matchAll(/^```yaml\n# (\S+)\n([^]*?)^```$/gm)];
    expect(files.map(([, name]) => name)).to.deep.equal(['kustomization.yaml', 'deployment.yaml']);
    for (const [, name = '', text = ''] of files) writeFileSync(join(folder, 'own', name), text);

    const { kubectl } = await ensureAssets();
    if (kubectl === undefined) throw new Error('there is no kubectl');
    const rendered = async (path: string): Promise<readonly unknown[]> => {
      const args = ['kustomize', join(folder, path)];
      const { code, stdout, stderr } = await runKubectl(kubectl, args, {
        kubeconfig: '/dev/null',
        home: folder,
      });
      expect(code, stderr).to.equal(0);
      return [...parseAllDocuments(stdout)].map((each) => each.toJS() as unknown);
    };
    const changed = JSON.parse(JSON.stringify(await rendered('own'))) as unknown;
    const expected = JSON.stringify(await rendered('osm-auditor/manifests'))
      .replace('"osm-auditor:0.1.0"', '"registry.example.com/osm-auditor:0.1.0"')
      .replace('["run"]', '["run","--osm-namespace=mesh"]');
    expect(changed).to.deep.equal(JSON.parse(expected));
  });
});
