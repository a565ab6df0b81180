/** What stands below the table of `check`. */
import { expect } from 'chai';
import { audit } from '../../core/audit/audit.ts';
import { configurationsOf } from '../../core/audit/configurations.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import { configWith, inputFor, meshedPod } from '../../testing/builders.ts';
import { plain } from '../styled-text.ts';
import { formatNamed } from './formats.ts';

/** All behind the table itself. */
function below(input: AuditInput): string {
  const pods = [{ report: audit(input), source: undefined }];
  const text = plain(
    formatNamed('table')({ configs: configurationsOf(input.configs), pods }, { showPods: false }),
  );
  return text.slice(text.indexOf('\n\n') + 2);
}

const owner = { kind: 'Deployment', name: 'web' };

describe('the lines below the table', () => {
  it('name once what is wrong with the configuration, when the lines of pods do not', () => {
    const configs = configWith({ outbound_ip_range_exclusion_list: '1.1.1.1/32,' });
    expect(below(inputFor(meshedPod({ owner }), { configs }))).to.equal(
      [
        '1 pod: 0 verified, 1 discrepant, 0 unknown, 0 not applicable',
        '',
        'OA504   ConfigMap/osm-system/osm-config has a bad value in outbound_ip_range_exclusion_list: "" (an empty item, such as a comma too many leaves behind). New pods will not start.',
        '',
        'Once the configuration is corrected, new pods would have the right rules:',
        '  kubectl -n test rollout restart deployment/web   # 1 pod: OA401',
        '',
      ].join('\n'),
    );
  });

  it('do not repeat what the line of a pod says', () => {
    const configs = configWith({ outbound_ip_range_exclusion_list: '1.1.1.1/33' });
    expect(below(inputFor(meshedPod(), { configs }))).to.equal(
      '1 pod: 0 verified, 0 discrepant, 1 unknown, 0 not applicable\n',
    );
  });

  it('name what is worth knowing of the configuration, whatever the pods are', () => {
    const configs = configWith({ outbound_port_exclusion_list: '15003' });
    expect(below(inputFor(meshedPod(), { configs }))).to.match(/^1 pod: .*\n\nOA511 {3}ConfigMap/m);
  });
});
