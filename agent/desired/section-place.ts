/** Where the section of a kind stands under `spec`: `files`, or, of a kind named `kernel.sysctls`, beneath its group. */
import { childPointer } from './pointer.ts';

type Section = Readonly<Record<string, unknown>>;

/** `kernel.sysctls` → `kernel`, `sysctls`. */
export function sectionPath(kind: string): readonly string[] {
  return kind.split('.');
}

/** `/spec/kernel/sysctls` */
export function sectionPointer(kind: string): string {
  return sectionPath(kind).reduce(childPointer, '/spec');
}

/** What stands there, where it is a map. Also of sections that stand by the whole name of their kind. */
export function sectionIn(sections: Section, kind: string): Section | undefined {
  let at: unknown = sections[kind];
  if (at === undefined)
    at = sectionPath(kind).reduce<unknown>((map, part) => (isMap(map) ? map[part] : undefined), sections);
  return isMap(at) ? at : undefined;
}

/** The name of the kind, of those given, in whose section a pointer lies. */
export function kindAt(parts: readonly string[], kinds: readonly string[]): string | undefined {
  return kinds.find((kind) => sectionPath(kind).every((part, index) => part === parts[index]));
}

/** Values by kind, in the nested form of a document; `group` makes a map of what is in a group. */
export function nested<T>(
  byKind: readonly (readonly [kind: string, value: T])[],
  group: (name: string, members: Readonly<Record<string, T>>) => T,
): Readonly<Record<string, T>> {
  const groups = new Map<string, Record<string, T>>();
  const result: Record<string, T> = {};
  for (const [kind, value] of byKind) {
    const [first = kind, second] = sectionPath(kind);
    if (second === undefined) {
      result[first] = value;
      continue;
    }
    const members = groups.get(first) ?? {};
    members[second] = value;
    groups.set(first, members);
    result[first] = group(first, members);
  }
  return result;
}

function isMap(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
