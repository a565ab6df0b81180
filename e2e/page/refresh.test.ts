/** What the reader has done on a served page, while it changes below: it stays, and a server that falls silent is noticed. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { finding, type Finding } from '../../src/core/audit/finding.ts';
import { podRules } from '../../src/core/audit/pod-rules.ts';
import type { PagePod } from '../../src/page/page-input.ts';
import { pageText } from '../../src/page/page.ts';
import { inputFor, meshedPod } from '../../src/testing/builders.ts';
import { startBrowser } from './browser.ts';

const CRASH = finding('SidecarNotRunning', 'The container envoy keeps ending.', {
  fix: 'kubectl logs web-1',
});

/** Good ones, but for some. */
function podsWith(findings: Readonly<Record<number, readonly Finding[]>>, count = 60): readonly PagePod[] {
  return Array.from({ length: count }, (_, index) => {
    const pod = meshedPod({ namespace: 'shop', name: `web-${index}` });
    const has = findings[index] ?? [];
    return {
      report: {
        namespace: 'shop',
        name: pod.name,
        uid: pod.name,
        status: has.length > 0 ? ('Discrepant' as const) : ('Verified' as const),
        dialect: 'R1',
        configSource: undefined,
        findings: has,
        undecided: [],
        recheckAt: undefined,
      },
      rules: podRules(inputFor(pod)),
    };
  });
}

describe('a served page that changes', function () {
  this.timeout(120_000);
  let browser: Browser;
  let server: Server;
  let page: Page;
  let pods: readonly PagePod[];
  let silent: boolean;
  let sent: number;

  before(async () => {
    browser = await startBrowser();
    server = createServer((request, response) => {
      if (silent) return;
      const made = pageText({ configs: [], pods, at: 0, origin: 'from a test', live: true });
      const tag = String(made.length);
      if (request.headers['if-none-match'] === `"${tag}"`) {
        response.writeHead(304).end();
        return;
      }
      sent += 1;
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(made.replace('<html lang="en">', `<html lang="en" data-tag="${tag}">`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  beforeEach(async () => {
    silent = false;
    sent = 0;
    pods = podsWith({ 1: [CRASH], 2: [finding('InitContainerMissing', 'There is no osm-init.')] });
    const context = await browser.newContext({ viewport: { width: 900, height: 500 } });
    page = await context.newPage();
  });
  afterEach(() => page.context().close());

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  const open = (hash = ''): Promise<unknown> =>
    page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${hash}`);
  const becomes = (selector: string, text: string): Promise<void> =>
    page.locator(selector, { hasText: text }).waitFor({ timeout: 15_000 });
  const scrolled = (of: string): Promise<number> => page.evaluate<number>(`${of}.scrollTop`);

  it('is sent once, and not again while it says the same', async () => {
    await open();
    await page.waitForTimeout(12_000);
    expect(sent).to.equal(1);
  });

  it('keeps the place on the page, what is unfolded and the focus', async () => {
    await open('#findings');
    await page.locator('#OA201 summary').first().click();
    await page.locator('a[href="#pod/shop/web-40"]').focus();
    await page.evaluate('document.documentElement.scrollTop = 900');
    const before = await scrolled('document.documentElement');
    pods = podsWith({
      1: [CRASH],
      2: [finding('InitContainerMissing', 'There is no osm-init.')],
      50: [CRASH],
    });
    await becomes('#OA102 .count', '2 pods');
    expect(await scrolled('document.documentElement')).to.be.closeTo(before, 120);
    expect(await page.locator('#OA201 details').first().getAttribute('open')).to.equal('');
    expect(await page.locator('#OA102 details').first().getAttribute('open')).to.equal(null);
    expect(await page.evaluate('document.activeElement.textContent')).to.equal('web-40');
  });

  it('keeps an open pod as it is, follows it when it changes, and says when it is gone', async () => {
    await open('#pod/shop/web-1');
    await page.evaluate('document.querySelector("dialog").scrollTop = 120');
    pods = podsWith({ 1: [CRASH], 3: [CRASH] });
    await becomes('header .tiles', '✖ 2');
    expect(await scrolled('document.querySelector("dialog")')).to.equal(120);
    pods = podsWith({ 3: [CRASH] });
    await becomes('dialog', '✔ Verified');
    pods = podsWith({ 3: [CRASH] }, 1);
    await becomes('dialog', 'This pod is not here');
  });

  it('filters by a finding that nothing has any more, until it is told otherwise', async () => {
    await open('#pods?code=OA201');
    expect(await page.locator('div.pods tbody tr:visible').count()).to.equal(1);
    pods = podsWith({ 1: [CRASH] });
    await becomes('#filter output', '0 of 60 pods');
    expect(await page.getByRole('combobox', { name: 'Finding' }).inputValue()).to.equal('OA201');
  });

  it('notices a server that accepts and never answers', async () => {
    await open();
    silent = true;
    await page.locator('#freshness', { hasText: 'Not up to date' }).waitFor({ timeout: 40_000 });
    silent = false;
    await page.locator('#freshness:empty').waitFor({ state: 'attached', timeout: 40_000 });
  });
});
