/** What is true of the pods of a cluster: what a fresh `osm-auditor check` says, which knows nothing of any controller. */
import { Readable } from 'node:stream';
import { runCommandLine } from '../../src/cli/program.ts';
import { conditionText } from '../../src/core/audit/condition-text.ts';
import { catalogueEntry, type FindingName } from '../../src/core/audit/catalogue.ts';
import type { Status } from '../../src/core/audit/report.ts';

/** A finding as `check -o json` prints it. */
export interface JudgedFinding {
  readonly code: string;
  readonly reason: FindingName;
  readonly severity: 'error' | 'warning' | 'info';
  readonly message: string;
  readonly evidence: { readonly values?: readonly string[] };
}

export interface JudgedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly status: Status;
  readonly findings: readonly JudgedFinding[];
}

/** Judges all pods of the cluster as the controller of these tests is told to. */
export async function judge(kubeconfig: string): Promise<readonly JudgedPod[]> {
  const patience = ['--grace-period', '60', '--settle-period', '0'];
  const written = { stdout: '', stderr: '' };
  const status = await runCommandLine(
    ['check', '-A', '-o', 'json', '--kubeconfig', kubeconfig, ...patience],
    {
      stdin: Readable.from([]),
      out: (text) => void (written.stdout += text),
      err: (text) => void (written.stderr += text),
      interactive: false,
      now: () => Date.now(),
    },
  );
  if (status === 2) throw new Error(`osm-auditor check failed: ${written.stderr}`);
  return (JSON.parse(written.stdout) as { readonly pods: readonly JudgedPod[] }).pods;
}

/** `STATUS REASON` of the condition that the pod should have; undefined for none. */
export function conditionOf({ status, findings }: JudgedPod): string | undefined {
  switch (status) {
    case 'NotApplicable':
      return undefined;
    case 'Verified':
      return 'True Verified';
    case 'Discrepant':
    case 'Unknown': {
      const deciding = findings.find(({ reason }) => catalogueEntry(reason).effect !== 'None');
      return `${status === 'Discrepant' ? 'False' : 'Unknown'} ${deciding?.reason ?? status}`;
    }
  }
}

/** What the message of that condition must be: of two findings of one kind only the message tells which one it is. */
export function messageOf({ status, findings }: JudgedPod): string | undefined {
  const known = findings.map((each) => {
    return { ...each, name: each.reason, effect: catalogueEntry(each.reason).effect };
  });
  return conditionText({ status, findings: known })?.message;
}
