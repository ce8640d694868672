/** JSON values, and the one form in which a Pod is written. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** An object of JSON; own fields only count, see `listAt` and its kin. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Members of an object field, or nothing: for code that runs beside the schema check, on what may be malformed. */
export function objectAt(value: unknown, name: string): JsonObject {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return isObject(found) ? found : {};
}

/** The list under an own field; empty where it is anything else, or the value no object. */
export function listAt(value: unknown, name: string): readonly Json[] {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return Array.isArray(found) ? found : [];
}

/** The text under an own field; undefined for anything else. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The number under an own field; undefined for anything else. */
export function numberAt(value: unknown, name: string): number | undefined {
  const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof found === 'number' ? found : undefined;
}

/** An own field that is not null, which Kubernetes reads as absent. */
export function has(value: unknown, name: string): boolean {
  return isObject(value) && Object.hasOwn(value, name) && value[name] !== null;
}

/**
 * Canonical JSON: members sorted by code units, two spaces, one newline at the end, numbers as JavaScript writes
 * them (integers without point or exponent up to 2^53). Equal pods give equal bytes, whatever the author's order.
 */
export function canonicalJson(value: Json): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => sorted(one));
  if (!isObject(value)) return Object.is(value, -0) ? 0 : value;
  // A null prototype keeps a member named __proto__ a member.
  const result = Object.create(null) as Record<string, Json>;
  for (const name of Object.keys(value).toSorted(byCodeUnits)) result[name] = sorted(value[name] ?? null);
  return result;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Null members mean "not set" to Kubernetes; they are left out before anything else looks. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => withoutNulls(one));
  if (!isObject(value)) return value;
  const result = Object.create(null) as Record<string, Json>;
  for (const [name, member] of Object.entries(value)) if (member !== null) result[name] = withoutNulls(member);
  return result;
}
