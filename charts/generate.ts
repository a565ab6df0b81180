/** Writes the files of the chart that are made. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../src/testing/repository.ts';
import { CHART, chartFiles } from './chart.ts';

for (const [path, text] of chartFiles()) {
  const file = join(repositoryRoot, CHART, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
