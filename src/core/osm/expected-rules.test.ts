import { expect } from 'chai';
import { configWith, meshedPod } from '../../testing/builders.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { R1 } from './dialect.ts';
import { expectedScript } from './expected-rules.ts';
import { intentFor } from './intent.ts';
import { GUIDE } from './releases.ts';
import { OUTBOUND_PORTS_ANNOTATION } from './names.ts';

function scriptFor(data: Readonly<Record<string, string>>, annotation?: string): string {
  const config = configWith(data).configs[0]!;
  const annotations = annotation === undefined ? {} : { [OUTBOUND_PORTS_ANNOTATION]: annotation };
  return expectedScript(R1, intentFor(meshedPod({ annotations }), config, GUIDE));
}

describe('expectedScript', () => {
  it("is the guide's base script without exclusions", () => {
    expect(scriptFor({})).to.equal(GUIDE_SCRIPTS.base);
  });

  it("is the guide's script with IP ranges, without its doubled &&", () => {
    const ranges = '1.1.1.1/32, 2.2.2.2/24';
    expect(scriptFor({ outbound_ip_range_exclusion_list: ranges })).to.equal(
      GUIDE_SCRIPTS.ipRanges.replace('&& &&', '&&'),
    );
  });

  it("is the guide's script with ports: the configuration's first, then the pod's", () => {
    expect(scriptFor({ outbound_port_exclusion_list: '6379, 7070' }, '8080')).to.equal(GUIDE_SCRIPTS.ports);
  });

  it('names a port once, in the place where it came first', () => {
    expect(scriptFor({ outbound_port_exclusion_list: '7070, 6379' }, '8080, 7070')).to.match(
      /--dports 7070,6379,8080 /,
    );
  });

  it('drops the whole annotation for one bad item, as the injector does', () => {
    expect(scriptFor({ outbound_port_exclusion_list: '6379' }, '8080, http')).to.match(/--dports 6379 /);
  });

  it('drops an annotation that is there but empty', () => {
    expect(scriptFor({}, '')).to.equal(GUIDE_SCRIPTS.base);
  });
});
