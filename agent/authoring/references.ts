/**
 * `${vars.NAME}` in the values of a document. A text that is nothing but the reference becomes the value itself, of its
 * type; within a text it becomes text. `${facts.NAME}` and `$${` stay for the node, which resolves them when it accepts
 * the spec; so what a variable brings in is escaped for it.
 */
import { quoted } from '../base/words.ts';
import { childPointer } from '../desired/pointer.ts';
import type { BuildCode } from './errors.ts';
import { escapedText, textForNode, type TextPart } from './for-node.ts';
import { isMap, type ValueMap } from './layer.ts';
import type { Variable, Variables } from './variables.ts';

/** What is written literally, or begins a reference: as the node reads them too (desired/substitute.ts). */
export const REFERENCE = /\$\$\{|\$\{([^{}]*)(\}?)/gu;
const prefix = 'vars.';

/** What is told while values are resolved. */
export interface Resolving {
  fault(code: BuildCode, message: string, pointer: string): void;
  /** What stands there is not what is meant: the value is missing or wrong, or its declaration, which is told by itself. */
  standIn(pointer: string): void;
}

/** Of a reference the name of its variable. */
export function variableIn(reference: string): string | null {
  return reference.startsWith(prefix) ? reference.slice(prefix.length) : null;
}

/** The same value where there is nothing to resolve. `skip`: what stands as written, by pointer. */
export function resolveVars(
  value: unknown,
  pointer: string,
  variables: Variables,
  told: Resolving,
  skip: (pointer: string, key: string) => boolean = () => false,
): unknown {
  if (typeof value === 'string') return value.includes('${') ? resolveText(value, pointer, variables, told) : value;
  if (Array.isArray(value)) {
    const list = value.map((entry: unknown, at) =>
      resolveVars(entry, childPointer(pointer, at), variables, told, skip),
    );
    return list.every((entry, at) => entry === value[at]) ? value : list;
  }
  if (!isMap(value)) return value;
  let changed = false;
  const map: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    const at = childPointer(pointer, key);
    map[key] = skip(at, key) ? entry : resolveVars(entry, at, variables, told, skip);
    changed ||= map[key] !== entry;
  }
  return changed ? map : value;
}

function resolveText(text: string, pointer: string, variables: Variables, told: Resolving): unknown {
  const [whole, name, end] = /^\$\{([^{}]*)(\})$/u.exec(text) ?? [];
  if (whole !== undefined && name !== undefined && end !== undefined) {
    const variable = variableOf(name, pointer, variables, told);
    return variable === null ? text : escaped(variable.value);
  }
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(REFERENCE)) {
    parts.push({ literal: text.slice(from, match.index) });
    from = match.index + match[0].length;
    parts.push(partOf(match, pointer, variables, told));
  }
  parts.push({ literal: text.slice(from) });
  const joined = textForNode(parts);
  if (joined.clash !== null) told.fault('KSN-BUILD-023', clashMessage(parts[joined.clash]), pointer);
  return joined.text;
}

/** What is at fault stays as it is written, and is told. */
function partOf(
  [as, reference, close]: RegExpExecArray,
  pointer: string,
  variables: Variables,
  told: Resolving,
): TextPart {
  if (reference === undefined) return { literal: '${' };
  const variable = close === '}' ? variableOf(reference, pointer, variables, told) : null;
  if (variable === null) return { reference: as };
  const literal = asText(variable);
  if (literal === null) told.fault('KSN-BUILD-012', `the list ${quoted(reference)} stands within a text`, pointer);
  return literal === null ? { reference: as } : { literal };
}

/** "a '$' of a variable stands directly before '${facts.hostname}'" */
export function clashMessage(part: TextPart | undefined): string {
  const reference = part !== undefined && 'reference' in part ? part.reference : '';
  return `a '$' stands directly before ${quoted(reference)}, which the node would take for a literal '\${'`;
}

function variableOf(reference: string, pointer: string, variables: Variables, told: Resolving): Variable | null {
  const name = variableIn(reference);
  if (name === null) return null;
  const variable = variables.use(name);
  if (variable === null && !variables.isDeclared(name))
    told.fault('KSN-BUILD-010', `no layer declares ${quoted(reference)}${variables.meant(name)}`, pointer);
  else if (variable === null || variable.isStandIn) told.standIn(pointer);
  return variable;
}

/** Null: a list without `join`. */
export function asText({ value, declaration }: Variable): string | null {
  if (!Array.isArray(value)) return String(value);
  return declaration.join === undefined ? null : value.map(String).join(declaration.join);
}

/** The node must take it as it is. */
export function escaped(value: unknown): unknown {
  if (typeof value === 'string') return escapedText(value);
  if (Array.isArray(value)) return value.map(escaped);
  return isMap(value) ? escapedMap(value) : value;
}

function escapedMap(map: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, escaped(value)]));
}
