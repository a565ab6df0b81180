/** Custom resources as they are written: by the names that the generated client gives the calls. See api-calls.ts. */

/** For example the group `openreports.io`, version `v1alpha1`, plural `reports`. */
export interface CustomResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface CustomObjectsApi {
  createNamespacedCustomObject(
    request: CustomResource & { readonly namespace: string; readonly body: object },
  ): Promise<unknown>;
  /** The body is a merge patch. */
  patchNamespacedCustomObject(
    request: CustomResource & { readonly namespace: string; readonly name: string; readonly body: object },
  ): Promise<unknown>;
}
