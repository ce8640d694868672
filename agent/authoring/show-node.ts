/** The document of one node part by part, each with the place that says it and the places it was chosen over. */
import type { Place } from '../base/errors.ts';
import { childPointer, partsOfPointer } from '../desired/pointer.ts';
import type { Assembled } from './assemble.ts';
import { isMap } from './layer.ts';
import { REFERENCE, variableIn } from './references.ts';

export interface ShownPart {
  readonly pointer: string;
  readonly depth: number;
  readonly key: string;
  /** Absent: a map, whose parts follow. */
  readonly value?: unknown;
  readonly place: Place;
  /** What nearer layers replaced. */
  readonly over: readonly Place[];
  readonly variables: readonly { readonly name: string; readonly place: Place }[];
}

/** In the order of the document. */
export function shownParts(assembled: Assembled): readonly ShownPart[] {
  const parts: ShownPart[] = [];
  walk(assembled, assembled.document, '', 0, parts);
  return parts;
}

function walk(assembled: Assembled, value: unknown, pointer: string, depth: number, parts: ShownPart[]): void {
  if (!isMap(value)) return;
  for (const key of Object.keys(value).toSorted()) {
    const part = value[key];
    const at = childPointer(pointer, key);
    const { from, over } = assembled.origin(at);
    const isOpen = isMap(part) && Object.keys(part).length > 0;
    parts.push({
      pointer: at,
      depth,
      key,
      ...(!isOpen && { value: part }),
      place: assembled.place(at),
      over: over.map((layer) => layer.place(at)),
      variables: isOpen
        ? []
        : variablesIn(valueAt(from[0]?.value, at)).map((name) => ({ name, place: assembled.variables.sourceOf(name) })),
    });
    walk(assembled, part, at, depth + 1, parts);
  }
}

/** As the layer has it, before it was resolved. */
function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of partsOfPointer(pointer)) at = isMap(at) ? at[part] : undefined;
  return at;
}

function variablesIn(value: unknown): readonly string[] {
  const text = typeof value === 'string' ? value : Array.isArray(value) ? JSON.stringify(value) : '';
  const names = [...text.matchAll(REFERENCE)].flatMap(([, reference]) => variableIn(reference ?? '') ?? []);
  return [...new Set(names)];
}
