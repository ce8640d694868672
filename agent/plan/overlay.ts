/** Lays patches (overrides) over the sections of a spec before they are expanded. RFC 7386 merge. */
import { sectionIn } from '../desired/section-place.ts';
import type { AnyKind, Address } from '../resources/kind.ts';
import { kindOf, prefixOf } from './targets.ts';

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A merge patch (RFC 7386) of one resource as its spec writes it. */
export interface Patch {
  readonly address: Address;
  readonly patch: unknown;
}

/**
 * The sections with every patch merged in, in order; the given ones stay as they are. A patch of an unknown kind is
 * left out; one that leaves nothing removes the resource.
 */
export function overlay(sections: Sections, patches: readonly Patch[], kinds: readonly AnyKind[]): Sections {
  const result: Record<string, Record<string, unknown>> = {};
  for (const [name, section] of Object.entries(sections)) result[name] = { ...section };
  for (const { address, patch } of patches) {
    const kind = kindOf(kinds, address);
    if (kind === undefined) continue;
    const key = address.slice(prefixOf(address).length + 1);
    const section = (result[kind.name] ??= { ...sectionIn(sections, kind.name) });
    const merged = mergePatch(section[key], patch);
    if (merged === undefined) delete section[key];
    else section[key] = merged;
  }
  return result;
}

/** Null removes; `undefined` as the answer means the whole value is removed. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (patch === null) return undefined;
  if (!isPlainObject(patch)) return patch;
  const merged: Record<string, unknown> = isPlainObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    const next = mergePatch(merged[key], value);
    if (next === undefined) delete merged[key];
    else merged[key] = next;
  }
  return merged;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
