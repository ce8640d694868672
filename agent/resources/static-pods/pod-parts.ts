/** The parts of a Pod that several rules walk over. */
import type { FieldPath } from './finding.ts';
import { has, listAt, objectAt, type Json } from './json.ts';

export interface Part {
  readonly path: FieldPath;
  readonly value: Json;
}

/** initContainers first, then containers; ephemeral ones are refused whole elsewhere. */
export function containersOf(pod: Json): readonly Part[] {
  const spec = objectAt(pod, 'spec');
  return ['initContainers', 'containers'].flatMap((list) => partsOf(spec, list, ['spec', list]));
}

/** With the paths of their fields. */
export function volumesOf(pod: Json): readonly Part[] {
  return partsOf(objectAt(pod, 'spec'), 'volumes', ['spec', 'volumes']);
}

/** The elements of a list under `value`, each with its path; none where it is no list. */
export function partsOf(value: Json, list: string, path: FieldPath): readonly Part[] {
  return listAt(value, list).map((one, index) => ({ path: [...path, index], value: one }));
}

/** The value at a path of names, or undefined; lists are not entered. */
export function isSet(pod: Json, path: readonly string[]): boolean {
  const last = path.at(-1);
  if (last === undefined) return true;
  let value: Json = pod;
  for (const name of path.slice(0, -1)) value = objectAt(value, name);
  return has(value, last);
}
