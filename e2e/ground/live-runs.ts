/** Runs of osm-init that break, are not allowed, or come again in a new sandbox: the agent tells what they leave in the kernel. */
import { expect } from 'chai';
import type { LiveActions } from './live-actions.ts';
import { BACKENDS, NAMESPACE, VERIFIED } from './live-pods.ts';
import { note } from './report.ts';

/** Adds the tests to the current `describe`. */
export function scenariosOfRuns(on: () => LiveActions): void {
  for (const backend of BACKENDS) {
    it(`a script that breaks half-way is told as that (${backend})`, async () => {
      const name = `refused-${backend}`;
      await on().becomes(name, 'False LiveRunIncomplete');
      const { liveMessage, uid } = await on().pod(name);
      expect(liveMessage).to.include('15003x').and.to.include('the kernel holds what came before it');
      const [rules = ''] = await on().run(uid, backend, ['IPTABLES -t nat -S']);
      expect(rules).to.include('-N PROXY_IN_REDIRECT').and.not.to.include('--to-ports 15003');
      note({
        scenario: `broken half-way, ${backend}`,
        auditor: 'False LiveRunIncomplete',
        kernel: 'no redirect of inbound traffic',
        seconds: undefined,
      });
    });

    it(`a run that may not change rules has left nothing (${backend})`, async () => {
      const name = `not-allowed-${backend}`;
      await on().becomes(name, 'False LiveRunIncomplete');
      expect((await on().pod(name)).liveMessage).to.include(
        'the kernel holds nothing of what its script installs',
      );
    });

    it(`a new sandbox has the rules of its own run of osm-init, and not what was done before (${backend})`, async () => {
      const name = `killed-${backend}`;
      const before = await on().pod(name);
      await on().run(before.uid, backend, ['IPTABLES -t nat -F OUTPUT']);
      await on().becomes(name, 'False LiveRedirectionMissing');
      const started = Date.now();
      await on().ground.agent.killSandbox(before.uid);
      await on().ground.become(NAMESPACE, {
        [name]: (now) => now.init.restarts === 1 && now.live === VERIFIED,
      });
      expect(await on().arrival(before.uid, '3.3.3.3:8080')).to.equal('outbound 3.3.3.3:8080');
      const seconds = (Date.now() - started) / 1000;
      note({
        scenario: `flushed, then the sandbox killed, ${backend}`,
        auditor: `False LiveRedirectionMissing, then ${VERIFIED}`,
        kernel: 'outside, then outbound',
        seconds,
      });
    });

    it(`a second run that fails is told, where the script tells nothing (${backend})`, async () => {
      const name = `killed-fails-${backend}`;
      const { uid, condition, live } = await on().pod(name);
      expect(condition, 'its script tests for a file').to.match(/^Unknown /);
      expect(live, 'the kernel tells what the script does not').to.equal(VERIFIED);
      const started = Date.now();
      await on().ground.agent.killSandbox(uid);
      await on().becomes(name, 'False LiveRedirectionMissing');
      const seconds = (Date.now() - started) / 1000;
      expect(await on().arrival(uid, '3.3.3.3:8080')).to.equal('outside 3.3.3.3:8080');
      note({
        scenario: `sandbox killed, osm-init failed, ${backend}`,
        auditor: 'False LiveRedirectionMissing',
        kernel: 'outside 3.3.3.3:8080',
        seconds,
      });
    });
  }
}
