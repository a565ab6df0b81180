/** The controller's own page, on a real API server and in a real browser: it follows what happens, and says when it cannot. */
import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { openCluster, type TestCluster } from '../scenarios/cluster.ts';
import { ControllerProcess } from '../scenarios/controller-process.ts';
import { createPods } from '../scenarios/recorded-pods.ts';
import { startBrowser } from './browser.ts';

const NAMESPACE = 'bookstore';

describe('the page of the controller in a browser', function () {
  this.timeout(180_000);
  let cluster: TestCluster | undefined;
  let controller: ControllerProcess | undefined;
  let browser: Browser | undefined;
  let page: Page;
  const trouble: string[] = [];

  const config = async (data: Readonly<Record<string, string>>): Promise<void> => {
    const metadata = { name: 'osm-config', namespace: 'osm-system' };
    await cluster?.kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }),
    );
  };

  before(async () => {
    cluster = await openCluster();
    for (const name of ['osm-system', NAMESPACE]) await cluster.kubectl(['create', 'namespace', name]);
    await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]).catch(() => '');
    await config({});
    await createPods(cluster, NAMESPACE, [{ name: 'good', recorded: 'good' }]);
    controller = ControllerProcess.start([
      '--kubeconfig',
      cluster.kubeconfig,
      '--ui',
      '--leader-elect=false',
    ]);
    await controller.ready();
    browser = await startBrowser();
    page = await browser.newPage();
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).pathname !== '/') trouble.push(request.url());
    });
  });

  after(async () => {
    await browser?.close();
    await controller?.stop();
    await cluster?.stop();
  });

  it('shows the pods, follows the configuration by itself, and keeps what was typed', async () => {
    await page.goto((await controller?.address()) ?? '');
    expect(await page.locator('div.pods tbody tr').count()).to.equal(1);
    await page.getByRole('searchbox').fill('goo');
    await config({ outbound_ip_range_exclusion_list: '10.1.0.0/16' });
    await page.locator('div.pods td.Discrepant').waitFor({ timeout: 30_000 });
    expect(await page.getByRole('searchbox').inputValue()).to.equal('goo');
    expect(await page.locator('#configuration').textContent()).to.contain('10.1.0.0/16');
    expect(trouble).to.deep.equal([]);
  });

  it('says that it is not up to date when the controller is gone', async () => {
    await controller?.stop();
    await page.locator('#freshness', { hasText: 'Not up to date' }).waitFor({ timeout: 30_000 });
  });
});
