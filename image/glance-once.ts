/** Glances at a network and prints how many chains of nftables' nat table it saw, for a test that runs it in the image. */
import { openSync } from 'node:fs';
import process from 'node:process';
import { glanceAt } from '../src/kernel/glance.ts';
import { openLibc } from '../src/kernel/libc.ts';

const { libc, reason } = await openLibc();
const glance = libc && glanceAt(libc, openSync(process.argv[2] ?? '', 'r'), false);
process.stdout.write(JSON.stringify({ chains: glance?.counts.nft.size, reason }));
