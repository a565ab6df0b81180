/**
 * Golden files: the whole expected text beside the test, reviewed as a diff. `make golden` rewrites them.
 */
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { readText, repositoryRoot } from './repository.ts';

/** @param path of the golden file, below the repository's root */
export function expectGolden(path: string, actual: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(join(repositoryRoot, path), actual);
  expect(actual, `${path} (make golden rewrites it)`).to.equal(readText(path));
}
