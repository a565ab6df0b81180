import { expect } from 'chai';
import { osmAuditor } from '../testing/recording-terminal.ts';
import { programName } from './program-name.ts';

const NAMES: Readonly<Record<string, string>> = {
  '/usr/local/bin/osm-auditor': 'osm-auditor',
  '/app/dist/osm-auditor.js': 'osm-auditor',
  '/home/jane/.krew/bin/kubectl-osm_auditor': 'kubectl osm-auditor',
  '/opt/kubectl-osm_auditor.mjs': 'kubectl osm-auditor',
  'kubectl-mesh_audit': 'kubectl mesh-audit',
};

describe('the name of the program', () => {
  for (const [path, name] of Object.entries(NAMES)) {
    it(`is ${name} for ${path}`, () => {
      expect(programName(path)).to.equal(name);
    });
  }

  it('is its own where nobody knows', () => {
    expect(programName(undefined)).to.equal('osm-auditor');
  });

  it('stands in usage, examples and hints', async () => {
    const name = 'kubectl osm-auditor';
    const { stdout } = await osmAuditor(['check', '--help'], { name });
    expect(stdout)
      .to.match(/^Usage:\n {2}kubectl osm-auditor check \[options\]$/m)
      .and.to.include('\n  kubectl osm-auditor check -n bookstore\n');
    expect(stdout.match(/^ *osm-auditor /gm)).to.equal(null);
    const { stderr } = await osmAuditor(['check', '--what'], { name });
    expect(stderr).to.include("See 'kubectl osm-auditor check --help' for usage.");
  });
});
