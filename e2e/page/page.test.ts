/** The page in a real browser: what people do on it, that it asks for nothing outside itself, and that it can be read by all. */
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { HtmlValidate } from 'html-validate';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { pageText } from '../../src/page/page.ts';
import { catalogueEntry } from '../../src/core/audit/catalogue.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import { MetricsServer } from '../../src/metrics/server.ts';
import { osmAuditor } from '../../src/testing/recording-terminal.ts';
import { startBrowser } from './browser.ts';

const HOSTILE = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>\u202e\ud800`;
const PHONE = { width: 390, height: 844 };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Opened {
  readonly page: Page;
  /** What the browser complained of, and each request but that of the file. */
  readonly trouble: readonly string[];
}

const WAYS = ['printed by check', 'served by the controller'] as const;

for (const way of WAYS) {
  describe(`the page in a browser, ${way}`, function () {
    this.timeout(120_000);
    let browser: Browser;
    let folder: string;
    let text: string;
    let address: string;
    const servers: MetricsServer[] = [];
    const opened: { close(): Promise<void> }[] = [];

    before(async () => {
      browser = await startBrowser();
      folder = mkdtempSync(join(tmpdir(), 'page-'));
      const { stdout } = await osmAuditor(
        'check -f examples/recorded -f examples/guide/ip-ranges/config.yaml -o html'.split(' '),
      );
      text = stdout;
      address = await offer(text, 'report');
    });

    /** Where a browser finds the page. The controller's differs in what keeps it up to date, which live.test.ts looks at. */
    async function offer(text: string, name: string): Promise<string> {
      if (way === 'printed by check') {
        const file = join(folder, `${name}.html`);
        writeFileSync(file, text);
        return `file://${file}`;
      }
      const server = await MetricsServer.listen({
        host: '127.0.0.1',
        port: 0,
        metrics: new Metrics('test'),
        readiness: () => ({ ready: true }),
        page: () => Promise.resolve({ text, tag: '"one"' }),
      });
      servers.push(server);
      return `http://127.0.0.1:${server.port}/`;
    }

    afterEach(async () => {
      for (const each of opened.splice(0)) await each.close();
    });

    after(async () => {
      await browser.close();
      for (const server of servers) await server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function open(hash = '', options: BrowserContextOptions = {}, at = address): Promise<Opened> {
      const context = await browser.newContext(options);
      opened.push(context);
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on('console', (message) => trouble.push(message.text()));
      page.on('pageerror', (error) => trouble.push(error.message));
      page.on('request', (request) => {
        if (request.url().split('#')[0] !== at) trouble.push(request.url());
      });
      await page.goto(at + hash);
      return { page, trouble };
    }

    async function hostilePage(): Promise<string> {
      const pod = JSON.parse(readFileSync('examples/recorded/init-bad-rule.json', 'utf8')) as {
        metadata: { name: string; namespace: string };
        spec: { initContainers: { args: string[] }[] };
      };
      pod.metadata.name = HOSTILE;
      pod.metadata.namespace = HOSTILE;
      pod.spec.initContainers[0]!.args = ['-c', `iptables -t nat -N '${HOSTILE}' && ${HOSTILE}`];
      const pods = join(folder, 'hostile.json');
      writeFileSync(pods, JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod }));
      const { stdout } = await osmAuditor(['check', '-f', pods, '-o', 'html']);
      return stdout;
    }

    const shownPods = (page: Page): Promise<readonly string[]> =>
      page.locator('div.pods tbody tr:visible td:nth-child(2)').allTextContents();

    it('is HTML as the standard has it, with hostile names and without pods too', async () => {
      const htmlvalidate = new HtmlValidate({ extends: ['html-validate:standard'] });
      const valid = async (html: string): Promise<readonly string[]> => {
        const { results } = await htmlvalidate.validateString(html);
        return results.flatMap(({ messages }) =>
          messages.map(({ ruleId, message }) => `${ruleId}: ${message}`),
        );
      };
      expect(await valid('<p><div></p>')).not.to.deep.equal([]);
      const empty = { configs: [], pods: [], at: 0, origin: 'from nowhere', live: true };
      for (const each of [text, await hostilePage(), pageText(empty)]) {
        expect(await valid(each)).to.deep.equal([]);
      }
    });

    it('opens without a complaint, and asks for nothing but itself', async () => {
      const { page, trouble } = await open();
      expect(await page.title()).to.equal('osm-auditor: 20 pods discrepant');
      expect(await shownPods(page)).to.have.length(22);
      expect(trouble).to.deep.equal([]);
    });

    it('filters by a click on a count, and names the filter in the address', async () => {
      const { page } = await open();
      await page.locator('.tiles a', { hasText: 'verified' }).click();
      expect(await shownPods(page)).to.deep.equal(['iprange-fixed']);
      expect(page.url()).to.match(/#pods\?status=Verified$/);
    });

    it('filters by text, status, finding and namespace at once, says how many are left, and shows all again', async () => {
      const { page } = await open();
      await page.getByRole('searchbox').fill('INIT');
      await page.getByRole('combobox', { name: 'Finding' }).selectOption('OA302');
      expect(await shownPods(page)).to.deep.equal(['init-bad-rule', 'init-bad-rule', 'never-init-bad-rule']);
      await page.getByRole('combobox', { name: 'Status' }).selectOption('Verified');
      expect(await shownPods(page)).to.deep.equal([]);
      expect(await page.locator('#nothing').isVisible()).to.equal(true);
      expect(await page.locator('#filter output').textContent()).to.equal('0 of 22 pods');
      const same = await open(new URL(page.url()).hash);
      expect(await shownPods(same.page)).to.deep.equal([]);
      await page.getByRole('button', { name: 'Show all' }).click();
      await page.waitForURL(/#pods$/);
      expect(await shownPods(page)).to.have.length(22);
    });

    it('opens a pod from its address and from its row, with its findings and its rules, and closes it by Escape', async () => {
      const { page, trouble } = await open('#pod/test/never-init-bad-rule');
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByRole('heading').first().textContent()).to.equal('test/never-init-bad-rule');
      expect(await dialog.getByRole('heading', { level: 3 }).allTextContents()).to.include.members([
        'OA302 RuleRefused',
        'Rules',
      ]);
      expect(await dialog.locator('svg').count()).to.be.above(1);
      await page.keyboard.press('Escape');
      expect(await dialog.isVisible()).to.equal(false);
      expect(page.url()).to.match(/#pods$/);
      await page.getByRole('link', { name: 'iprange-fixed' }).first().click();
      expect(await dialog.getByRole('heading').first().textContent()).to.equal('test/iprange-fixed');
      expect(trouble).to.deep.equal([]);
    });

    it('closes a pod by the button, and keeps the filter in the address', async () => {
      const { page } = await open('#pods?text=iprange');
      await page.getByRole('link', { name: 'iprange-fixed' }).first().click();
      await page.getByRole('button', { name: 'Close' }).click();
      expect(await page.getByRole('dialog').isVisible()).to.equal(false);
      expect(page.url()).to.match(/#pods\?text=iprange$/);
      await page.getByRole('link', { name: 'Pods', exact: true }).click();
      expect(page.url()).to.match(/#pods\?text=iprange$/);
    });

    it('shows of a pod what mends it, and of two of one name each its own', async () => {
      const { page } = await open('#pod/test/init-bad-rule/2');
      const dialog = page.getByRole('dialog');
      expect(await dialog.locator('p').first().textContent()).to.contain('init-bad-rule.second-failure.json');
      expect(await dialog.locator('.fix code').first().textContent()).to.equal(
        'kubectl -n test logs init-bad-rule -c osm-init',
      );
      const links = await page.locator('#OA205 .names a').all();
      const hrefs = await Promise.all(links.map((link) => link.getAttribute('href')));
      expect(hrefs).to.include.members(['#pod/test/init-bad-rule', '#pod/test/init-bad-rule/2']);
    });

    it('says that a pod is not there, and filters by what nothing has any more', async () => {
      const { page } = await open('#pod/test/nobody');
      expect(await page.getByRole('dialog').textContent()).to.contain('This pod is not here');
      const filtered = await open('#pods?code=OA999');
      expect(await shownPods(filtered.page)).to.deep.equal([]);
      expect(await filtered.page.locator('#filter output').textContent()).to.equal('0 of 22 pods');
    });

    it('leads from a pod to its findings and rules, and from these to their pods', async () => {
      const { page } = await open();
      const row = page.locator('div.pods tr', { hasText: 'never-init-bad-rule' });
      await row.getByRole('link', { name: 'rules' }).click();
      const rules = page.locator(new URL(page.url()).hash);
      expect(await rules.locator('svg').first().isVisible()).to.equal(true);
      await rules.getByRole('link').click();
      expect(await shownPods(page)).to.include('never-init-bad-rule');
      expect((await shownPods(page)).length).to.be.below(22);
    });

    it('walks the packet rule by rule on both sides, in the picture and in words', async () => {
      const { page } = await open();
      const figure = page.locator('#OA302 figure').first();
      const next = figure.getByRole('button', { name: 'Next rule' });
      await next.click();
      await next.click();
      expect(await figure.locator('svg .row.now').first().textContent()).to.contain('--dport 15010');
      const words = await figure.locator('output').textContent();
      expect(words).to.contain(
        'Expected 2 of 7: -A PROXY_INBOUND -p tcp -m tcp --dport 15010 -j RETURN does not apply',
      );
      expect(words).to.contain('Installed 1 of 1: No rule decides: bypass');
      await figure.getByRole('button', { name: 'Back' }).click();
      expect(await figure.locator('output').textContent()).to.contain('Expected 1 of 7');
    });

    it('copies a command, or selects it', async () => {
      const { page } = await open('', { permissions: ['clipboard-read', 'clipboard-write'] });
      const line = page.locator('#restarts .fix').first();
      await line.getByRole('button').click();
      await line.getByRole('button', { name: /Copied|Selected/ }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).to.equal(
        'kubectl -n test rollout restart deployment/test',
      );
    });

    it('selects a command where pages have no clipboard', async () => {
      const { page } = await open();
      await page.evaluate('Object.defineProperty(navigator, "clipboard", { value: undefined })');
      await page.locator('#restarts .fix button').first().click();
      expect(await page.evaluate('getSelection().toString()')).to.equal(
        'kubectl -n test rollout restart deployment/test',
      );
    });

    it('says all of it without scripts, and has no button that does nothing', async () => {
      const { page } = await open('', { javaScriptEnabled: false });
      expect(await shownPods(page)).to.have.length(22);
      expect(await page.locator('#OA302 svg').first().isVisible()).to.equal(true);
      expect(await page.locator('button:visible').count()).to.equal(0);
    });

    it('unfolds everything for the printer, and folds it again', async () => {
      const { page } = await open();
      const folded = (): Promise<number> => page.locator('main details:not([open])').count();
      const before = await folded();
      await page.evaluate('dispatchEvent(new Event("beforeprint"))');
      expect([before > 0, await folded()]).to.deep.equal([true, 0]);
      await page.evaluate('dispatchEvent(new Event("afterprint"))');
      expect(await folded()).to.equal(before);
      expect((await page.pdf()).length).to.be.above(10_000);
    });

    it('fits a telephone: nothing but pictures is wider than the screen', async () => {
      const { page } = await open('', { viewport: PHONE });
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(PHONE.width);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [what, address] of Object.entries({ 'the page': '', 'a pod': '#pod/test/init-bad-rule' })) {
        it(`has no fault that axe knows, in ${colorScheme} colours: ${what}`, async () => {
          const { page } = await open(address, { colorScheme });
          await page.evaluate(AXE);
          const { violations } = await page.evaluate<{
            violations: { id: string; nodes: { html: string }[] }[];
          }>('axe.run()');
          expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).to.deep.equal([]);
        });
      }
    }

    it('marks the values of the configuration that a finding is about', async () => {
      const { stdout } = await osmAuditor(
        'check -f examples/recorded -f e2e/page/testdata/bad-values.yaml -o html'.split(' '),
      );
      const { page } = await open('', {}, await offer(stdout, 'bad-values'));
      expect(await page.locator('#configuration .values mark').allTextContents()).to.deep.equal([
        '10.0.0.300/32',
      ]);
      expect(await page.locator('#configuration .values').textContent()).to.contain(
        catalogueEntry('ConfigRangeInvalid').code,
      );
    });

    it('keeps hostile names text', async () => {
      const stdout = await hostilePage();
      const { page, trouble } = await open('', {}, await offer(stdout, 'hostile'));
      const shown = HOSTILE.replace('\u202e\ud800', '\\u{202e}\\u{d800}');
      expect(await shownPods(page)).to.deep.equal([shown]);
      await page.locator('div.pods tbody a').first().click();
      expect(await page.getByRole('dialog').getByRole('heading').first().textContent()).to.equal(
        `${shown}/${shown}`,
      );
      expect(await page.locator('img').count()).to.equal(0);
      expect(trouble).to.deep.equal([]);
    });
  });
}
