/**
 * What reading yields: one Kubernetes object as plain data, with the way back to the text it came from.
 *
 * Limits: a SourceObject keeps its text alive (for small YAML documents that of the whole document), so drop it when
 * the lines are no longer needed; the `object` alone keeps nothing.
 */
import { describePlace } from './input-error.ts';

/** Property names and list indices from the object down: `['spec', 'containers', 0, 'image']`. */
export type Path = readonly (string | number)[];

export interface Origin {
  /** The file as people read it; `standard input` for `-`. */
  readonly file: string;
  /** The document within the file, from 1; empty documents are not counted. */
  readonly document: number;
  /** The index in the (outermost) list, from 0, if the object came from one. */
  readonly item?: number;
  /** The line of the file where the object begins, from 1. */
  readonly line: number;
}

export interface SourceObject {
  /** JSON-like plain data with `apiVersion` and `kind`; aliased YAML values may be shared, so treat as read-only. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
  /** The line of the file, from 1, of the value at `path`, or of its nearest parent that exists. */
  readonly lineOf: (path: Path) => number;
}

/** Answers for the lines of one text; a path counts from the text's outermost value. */
export interface Lines {
  lineOf(path: Path): number;
}

/** A position in a file, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** `pods.yaml:12: document 2, items[3]`, for messages about an object. */
export function describeOrigin(origin: Origin): string {
  return describePlace(origin);
}
