/**
 * The objects that others call policy reports: their two groups, and the fields of which a report of ours is made.
 *
 * Sources: the definitions (CRDs) of wgpolicyk8s.io/v1alpha2 and of its successor openreports.io/v1alpha1.
 */

/** A group whose objects are policy reports. */
export interface PolicyReportApi {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  /** Whether the report as a whole can name its source too. */
  readonly sourced: boolean;
}

export const WG_POLICY: PolicyReportApi = {
  group: 'wgpolicyk8s.io',
  version: 'v1alpha2',
  kind: 'PolicyReport',
  plural: 'policyreports',
  sourced: false,
};
export const OPEN_REPORTS: PolicyReportApi = {
  group: 'openreports.io',
  version: 'v1alpha1',
  kind: 'Report',
  plural: 'reports',
  sourced: true,
};

export type Outcome = 'pass' | 'fail' | 'warn' | 'error' | 'skip';

export interface PolicyResult {
  readonly source: string;
  readonly category: string;
  readonly policy: string;
  readonly rule?: string;
  readonly result: Outcome;
  readonly severity?: 'high' | 'medium' | 'info';
  readonly scored: boolean;
  readonly message: string;
  readonly properties?: Readonly<Record<string, string>>;
  /** When it was found. */
  readonly timestamp?: { readonly seconds: number; readonly nanos: number };
}

export interface PolicyReport {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    /** With it the server removes the report together with the pod. */
    readonly ownerReferences?: readonly object[];
  };
  readonly source?: string;
  readonly scope: object;
  readonly summary: Readonly<Record<Outcome, number>>;
  readonly results: readonly PolicyResult[];
}
