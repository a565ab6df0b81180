/**
 * The troubleshooting guide's own samples, cut out of its text verbatim. guide.md is from the documentation of Open Service
 * Mesh, which is under the Apache License 2.0.
 */
import { readText } from './repository.ts';

const text = readText('src/testing/guide.md');
const [base = '', ipRanges = '', ports = ''] = [...text.matchAll(/Args:\n\s+-c\n\s+(iptables .*)\n/g)].map(
  ([, script = '']) => script,
);

export const GUIDE_SCRIPTS = { base, ipRanges, ports } as const;
