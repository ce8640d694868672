/**
 * Layers merged by key. Maps are merged; a single value or a list is replaced by a nearer layer, and null removes what
 * lies below. Who is nearer is said by `extends` alone: what two layers say of which neither extends the other must be
 * the same, unless a nearer one decides. So it cannot matter in which order or groups layers are named.
 */
import type { Place } from '../base/errors.ts';
import { isDeepStrictEqual } from 'node:util';
import { childPointer } from '../desired/pointer.ts';
import { isMap, nearestFirst, type Layer, type ValueMap } from './layer.ts';
import type { BuildCode } from './errors.ts';

export interface MergeFault {
  readonly code: BuildCode;
  readonly message: string;
  readonly place: Place;
}

/** Who says the part at a pointer. */
export interface Origin {
  /** Nearest first; of a map those that have a part in it. */
  readonly from: readonly Layer[];
  /** Layers whose word a nearer one replaced. */
  readonly over: readonly Layer[];
}

/** `origins` of parts that one layer says whole stand at the part alone, and count for all within. */
export interface Merged {
  readonly value: ValueMap;
  readonly origins: ReadonlyMap<string, Origin>;
  readonly faults: readonly MergeFault[];
}

interface Said {
  readonly layer: Layer;
  readonly value: unknown;
}

/** `part`: what of each layer takes part; pointers are those of the whole layers. */
export function mergeLayers(layers: readonly Layer[], part: (layer: Layer) => ValueMap, pointer = ''): Merged {
  const merge = new Merge();
  const said = layers
    .map((layer) => ({ layer, value: part(layer) }))
    .toSorted((a, b) => nearestFirst(a.layer, b.layer));
  const value = merge.maps(said, [], pointer);
  return { value, origins: merge.origins, faults: merge.faults };
}

class Merge {
  readonly origins = new Map<string, Origin>();
  readonly faults: MergeFault[] = [];

  /** Keys come out sorted, as the document has them. */
  maps(said: readonly Said[], over: readonly Layer[], pointer: string): ValueMap {
    this.origins.set(pointer, { from: said.map(({ layer }) => layer), over });
    const keys = new Set(said.flatMap(({ value }) => Object.keys(value as ValueMap)));
    const merged: Record<string, unknown> = {};
    for (const key of [...keys].toSorted()) {
      const here = said.flatMap(({ layer, value }) =>
        Object.hasOwn(value as ValueMap, key) ? [{ layer, value: (value as ValueMap)[key] }] : [],
      );
      const value = this.#value(here, childPointer(pointer, key));
      if (value !== undefined) merged[key] = value;
    }
    return merged;
  }

  /** Undefined: removed. */
  #value(said: readonly Said[], pointer: string): unknown {
    const [only] = said;
    if (only === undefined) return undefined;
    if (said.length === 1 && !only.layer.removes) {
      this.origins.set(pointer, { from: [only.layer], over: [] });
      return only.value;
    }
    this.#idleRemovals(said, pointer);
    const alive = said.filter((one) => !said.some((other) => other.value === null && isNearer(other, one)));
    const byPath = alive.toSorted(inPathOrder);
    const maps = alive.filter(({ value }) => isMap(value));
    const plain = byPath.find(({ value }) => value !== null && !isMap(value));
    const last = byPath.filter(
      (one) => !isMap(one.value) && !alive.some((other) => other.value !== null && isNearer(other, one)),
    );
    const map = byPath.find(({ value }) => isMap(value));
    const [first] = last;
    if (map !== undefined) {
      const other = plain ?? first;
      if (other !== undefined)
        this.#tell(other.value === null ? 'KSN-BUILD-006' : 'KSN-BUILD-005', map, other, pointer);
      return this.maps(maps, layersBut(said, maps), pointer);
    }
    const other = last.find(({ value }) => !isDeepStrictEqual(value, first?.value));
    if (first !== undefined && other !== undefined) this.#tell('KSN-BUILD-006', first, other, pointer);
    this.origins.set(pointer, { from: last.map(({ layer }) => layer), over: layersBut(said, last) });
    return first?.value ?? undefined;
  }

  /** What a removal takes away must be there. */
  #idleRemovals(said: readonly Said[], pointer: string): void {
    for (const one of said) {
      if (one.value !== null) continue;
      const below = said.filter((other) => isNearer(one, other));
      const isThere = below.some(
        (other) => other.value !== null && !below.some((between) => between.value === null && isNearer(between, other)),
      );
      if (isThere) continue;
      const message = 'null removes what no layer below has';
      this.faults.push({ code: 'KSN-BUILD-007', message, place: one.layer.place(pointer) });
    }
  }

  #tell(code: BuildCode, one: Said, other: Said, pointer: string): void {
    const isFirst = isNearer(one, other) || (!isNearer(other, one) && inPathOrder(one, other) < 0);
    const [here, there] = isFirst ? [one, other] : [other, one];
    const { file, line, column } = there.layer.place(pointer);
    const at = `at ${file}:${line}:${column}`;
    const otherwise = here.value === null || there.value === null ? told(there.value) : 'otherwise';
    const message =
      code === 'KSN-BUILD-005'
        ? `${form(here.value)} here and ${form(there.value)} ${at}`
        : `${told(here.value)} here and ${otherwise} ${at}, and no nearer layer decides`;
    this.faults.push({ code, message, place: here.layer.place(pointer) });
  }
}

function layersBut(said: readonly Said[], left: readonly Said[]): readonly Layer[] {
  return said.filter((one) => !left.includes(one)).map(({ layer }) => layer);
}

/** How near a layer is may change when others are grouped; its path does not. */
function inPathOrder(one: Said, other: Said): number {
  return one.layer.path < other.layer.path ? -1 : 1;
}

function isNearer(one: Said, other: Said): boolean {
  return one.layer.below.has(other.layer);
}

/** Never the value: it may be a secret. */
function form(value: unknown): string {
  return isMap(value) ? 'a map' : Array.isArray(value) ? 'a list' : 'a single value';
}

function told(value: unknown): string {
  return value === null ? 'removed' : 'said';
}
