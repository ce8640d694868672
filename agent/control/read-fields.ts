/** Fields of a request body, each read or refused by name. The agent trusts no shape that came over a socket. */
import { controlError } from './errors.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Longest text a person may give as a name or reason; it goes into events and the journal. */
const longestText = 500;

/** @throws KSN-CTL-003 as all that follow do, naming the field and what it takes. */
export function asBody(value: unknown): Body {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw refuse('body', 'a JSON object');
}

/** At most 500 characters; undefined where the field is absent. */
export function optionalText(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > longestText)
    throw refuse(name, `text of at most ${longestText} characters`);
  return value;
}

/** As `optionalText`, and neither absent nor blank. */
export function text(body: Body, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined || value.trim() === '') throw refuse(name, 'text that is not empty');
  return value;
}

/** Out of base64; undefined where the field is absent. What is no base64 in it is skipped, as Node does. */
export function bytes(body: Body, name: string): Uint8Array | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw refuse(name, 'base64');
  return Buffer.from(value, 'base64');
}

/** From 0 up to where numbers are exact. */
export function wholeNumber(body: Body, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refuse(name, 'a whole number');
  return value;
}

/** No default: absent is refused. */
export function flag(body: Body, name: string): boolean {
  const value = body[name];
  if (typeof value !== 'boolean') throw refuse(name, 'true or false');
  return value;
}

/** At most 1,000, each of 1 to 4,200 characters. */
export function texts(body: Body, name: string): readonly string[] {
  const value = body[name];
  const limit = 1000;
  if (!Array.isArray(value) || value.length > limit) throw refuse(name, `a list of at most ${limit}`);
  return value.map((one: unknown) => {
    if (typeof one === 'string' && one !== '' && one.length <= 4200) return one;
    throw refuse(name, 'a list of text');
  });
}

/** One of the words that are allowed. */
export function oneOf<const T extends string>(body: Body, name: string, allowed: readonly T[]): T {
  const value = body[name];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw refuse(name, `one of ${allowed.join(', ')}`);
  return found;
}

/** An object within the body; undefined where it is absent or null. */
export function optional<T>(body: Body, name: string, read: (inner: Body) => T): T | undefined {
  return body[name] === undefined || body[name] === null ? undefined : read(asBody(body[name]));
}

function refuse(name: string, wanted: string): Error {
  return controlError('KSN-CTL-003', `'${name}' must be ${wanted}`, { element: name });
}
