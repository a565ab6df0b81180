/** Writes docs/findings.md, docs/metrics.md and docs/faults.md from the catalogues and the table of metrics. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../src/testing/repository.ts';
import { faultsPage, findingsPage, metricsPage } from './pages.ts';

writeFileSync(join(repositoryRoot, 'docs/findings.md'), findingsPage());
writeFileSync(join(repositoryRoot, 'docs/metrics.md'), metricsPage());
writeFileSync(join(repositoryRoot, 'docs/faults.md'), faultsPage());
