/** Fields of a request body, each read or refused by name. The agent trusts no shape that came over a socket. */
import { controlError } from './errors.ts';

export type Body = Readonly<Record<string, unknown>>;

/** Longest text a person may give as a name or reason; it goes into events and the journal. */
const longestText = 500;

export function asBody(value: unknown): Body {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw refuse('body', 'a JSON object');
}

export function optionalText(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value.length > longestText)
    throw refuse(name, `text of at most ${longestText} characters`);
  return value;
}

export function text(body: Body, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined || value.trim() === '') throw refuse(name, 'text that is not empty');
  return value;
}

export function bytes(body: Body, name: string): Uint8Array | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw refuse(name, 'base64');
  return Buffer.from(value, 'base64');
}

export function wholeNumber(body: Body, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refuse(name, 'a whole number');
  return value;
}

export function flag(body: Body, name: string): boolean {
  const value = body[name];
  if (typeof value !== 'boolean') throw refuse(name, 'true or false');
  return value;
}

export function texts(body: Body, name: string): readonly string[] {
  const value = body[name];
  const limit = 1000;
  if (!Array.isArray(value) || value.length > limit) throw refuse(name, `a list of at most ${limit}`);
  return value.map((one: unknown) => {
    if (typeof one === 'string' && one !== '' && one.length <= 4200) return one;
    throw refuse(name, 'a list of text');
  });
}

export function oneOf<const T extends string>(body: Body, name: string, allowed: readonly T[]): T {
  const value = body[name];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw refuse(name, `one of ${allowed.join(', ')}`);
  return found;
}

export function optional<T>(body: Body, name: string, read: (inner: Body) => T): T | undefined {
  return body[name] === undefined || body[name] === null ? undefined : read(asBody(body[name]));
}

function refuse(name: string, wanted: string): Error {
  return controlError('KSN-CTL-003', `'${name}' must be ${wanted}`, { element: name });
}
