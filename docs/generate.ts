/** Writes docs/findings.md and docs/metrics.md from the catalogue and the table of metrics. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../src/testing/repository.ts';
import { findingsPage, metricsPage } from './pages.ts';

writeFileSync(join(repositoryRoot, 'docs/findings.md'), findingsPage());
writeFileSync(join(repositoryRoot, 'docs/metrics.md'), metricsPage());
