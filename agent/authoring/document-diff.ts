/** What differs between two flat documents of one node, resource by resource. */
import type { AnyKind } from '../resources/kind.ts';
import { isMap, type ValueMap } from './layer.ts';
import { shownValues, type ValueChange } from './shown-values.ts';

/** A text before and after. Null: not there, or no text. */
export interface TextChange {
  readonly before: string;
  readonly after: string;
}

export interface FieldChange {
  /** 'mode', 'pod.spec.containers[0].image'; empty where the part is itself a value. */
  readonly path: string;
  /** Of what is short and no secret. */
  readonly values?: ValueChange;
}

export interface ResourceChange {
  readonly mark: '+' | '~' | '-';
  /** `file:/etc/x`, or the path of the part where it is of no kind: `spec.health`. */
  readonly address: string;
  /** That differ. Of what came or went none. */
  readonly fields: readonly FieldChange[];
  /** Of content that everybody may read. */
  readonly text?: TextChange;
}

/** `before` null: the node had no document. The stamp itself is left out. */
export function documentChanges(before: unknown, after: unknown, kinds: readonly AnyKind[]): readonly ResourceChange[] {
  const old = partsOf(before, kinds);
  const now = partsOf(after, kinds);
  const addresses = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return addresses.flatMap((address) => {
    const [was, is] = [old.get(address), now.get(address)];
    const differing = differences(was, is, '');
    if (differing.length === 0) return [];
    const text = textChange(was, is);
    const mark = was === undefined ? '+' : is === undefined ? '-' : '~';
    const told = mark === '~' ? differing.filter(({ path }) => text === null || !isText(path)) : [];
    const fields = told.map(({ path, ...sides }) => {
      const values = shownValues(address, path, sides.was, sides.is);
      return { path, ...(values !== null && { values }) };
    });
    return [{ mark, address, fields, ...(text !== null && { text }) } as const];
  });
}

function isText(field: string): boolean {
  return field === 'content.inline';
}

function partsOf(document: unknown, kinds: readonly AnyKind[]): ReadonlyMap<string, unknown> {
  const parts = new Map<string, unknown>();
  if (!isMap(document)) return parts;
  for (const [key, value] of Object.entries(document)) {
    if (key === 'spec') continue;
    if (key === 'metadata' && isMap(value)) {
      const { generation: _, ...rest } = value;
      parts.set(key, rest);
    } else parts.set(key, value);
  }
  collectSections(isMap(document['spec']) ? document['spec'] : {}, '', kinds, parts);
  return parts;
}

function collectSections(
  sections: ValueMap,
  group: string,
  kinds: readonly AnyKind[],
  parts: Map<string, unknown>,
): void {
  for (const [key, section] of Object.entries(sections)) {
    const name = `${group}${key}`;
    const kind = kinds.find((each) => each.name === name);
    const isGroup = kinds.some((each) => each.name.startsWith(`${name}.`));
    if (isMap(section) && isGroup) collectSections(section, `${name}.`, kinds, parts);
    else if (kind === undefined || !isMap(section)) parts.set(`spec.${name}`, section);
    else for (const [own, resource] of Object.entries(section)) parts.set(`${kind.prefix}:${own}`, resource);
  }
}

/** Null where there is none to be shown: what not everybody may read on the node, nobody reads in a diff. */
function textChange(was: unknown, is: unknown): TextChange | null {
  const [before, after] = [textOf(was), textOf(is)];
  if (before === null || after === null || before === after) return null;
  return { before, after };
}

function textOf(resource: unknown): string | null {
  if (resource === undefined) return '';
  if (!isMap(resource) || !isMap(resource['content'])) return null;
  const { inline } = resource['content'];
  const mode = typeof resource['mode'] === 'string' ? resource['mode'] : '0644';
  const isPublic = (Number.parseInt(mode, 8) & 0o004) !== 0;
  return typeof inline === 'string' && isPublic ? inline : null;
}

interface Difference {
  readonly path: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** By what a document says: how its maps came about is nothing of it. */
function differences(was: unknown, is: unknown, path: string): Difference[] {
  if (isMap(was) && isMap(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].toSorted();
    return keys.flatMap((key) =>
      differences(fieldOf(was, key), fieldOf(is, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(was) && Array.isArray(is) && was.length === is.length)
    return is.flatMap((entry: unknown, at) => differences(was[at], entry, `${path}[${at}]`));
  return was === is ? [] : [{ path, was, is }];
}

function fieldOf(map: ValueMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}
