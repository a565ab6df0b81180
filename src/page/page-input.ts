/** What the page shows: verdicts, and what they were made of. */
import type { PodRules } from '../core/audit/pod-rules.ts';
import type { Report } from '../core/audit/report.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';

export interface PagePod {
  readonly report: Report;
  readonly rules: PodRules;
  /** The place in a file that it was read from. */
  readonly source?: string | undefined;
}

export interface PageInput {
  /** One of each mesh. */
  readonly configs: readonly ConfigLookup[];
  readonly pods: readonly PagePod[];
  /** When it was looked, in milliseconds since the epoch. */
  readonly at: number;
  /** Where the pods are from: a server or files. */
  readonly origin: string;
  /** Whether the page is served by what knows the newest state: it asks for it again and again then. */
  readonly live: boolean;
}
