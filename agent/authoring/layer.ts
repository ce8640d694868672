/** One file of a site that says a part of a spec, and the order among such files: who extends whom. */
import type { Place } from '../base/errors.ts';

export type ValueMap = Readonly<Record<string, unknown>>;

/** Parsed once, shared by every node that is made of it. */
export interface Layer {
  /** Of the site: `roles/lb.yaml`. */
  readonly path: string;
  readonly value: ValueMap;
  /** Every layer that this one extends, near or far; it is nearer to the node than all of them. */
  readonly below: ReadonlySet<Layer>;
  /** It removes something somewhere. Without, whatever it alone says can be taken as it stands. */
  readonly removes: boolean;
  /** Something below it could not be read: what a node of it lacks may stand there. */
  readonly broken: boolean;
  /** Where the part at a pointer stands. */
  place(pointer: string): Place;
}

/** The layer itself and all below it, nearest first; of those of which none is nearer, by path. */
export function withBelow(layer: Layer): readonly Layer[] {
  return [layer, ...layer.below].toSorted(nearestFirst);
}

/** Who is nearer extends more. */
export function nearestFirst(a: Layer, b: Layer): number {
  return b.below.size - a.below.size || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

/** A map of a document: neither list nor null. */
export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
