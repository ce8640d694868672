/**
 * In which parts two manifests differ, by the names that Kubernetes has for them. What stands in a part is never told, nor
 * any name that an author chose: both may be secret.
 */
import { canonicalJson, listAt, objectAt, textAt, type Json, type JsonObject } from './json.ts';
import { podIn } from './found-manifest.ts';

const CONTAINERS = ['containers', 'initContainers'] as const;

/** `image`, `env`, `volumes`, `labels`; nothing where one of both is no Pod of this key, or they are the same Pod. */
export function changedParts(seen: Uint8Array, wanted: Uint8Array, key: string): readonly string[] {
  const [before, after] = [podIn(seen, key), podIn(wanted, key)];
  if (before === null || after === null) return [];
  const [spec, newSpec] = [objectAt(before, 'spec'), objectAt(after, 'spec')];
  const parts = [
    ...CONTAINERS.flatMap((list) => containerParts(list, listAt(spec, list), listAt(newSpec, list))),
    ...differing(spec, newSpec).filter((name) => !(CONTAINERS as readonly string[]).includes(name)),
    ...differing(objectAt(before, 'metadata'), objectAt(after, 'metadata')),
  ];
  return [...new Set(parts)];
}

/** The list itself, where another container is in it or they stand in another order. */
function containerParts(list: string, before: readonly Json[], after: readonly Json[]): readonly string[] {
  if (!same(names(before), names(after))) return [list];
  return before.flatMap((one, at) => differing(one as JsonObject, after[at] as JsonObject));
}

function names(containers: readonly Json[]): Json {
  return containers.map((one) => textAt(one, 'name') ?? '');
}

function differing(a: JsonObject, b: JsonObject): readonly string[] {
  const all = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...all].filter((name) => !same(own(a, name), own(b, name))).toSorted();
}

function own(value: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return canonicalJson(a) === canonicalJson(b);
}
