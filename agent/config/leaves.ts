/** The kinds of values that settings have. */
import { formatDuration, parseDuration, parseSize } from '../base/units.ts';
import { oneOf } from '../base/words.ts';
import type { Leaf, MapOf } from './shape.ts';

type Form<T> = Omit<Leaf<T>, 'default' | 'about'>;

const same = (value: unknown): unknown => value;

/** A form as a setting: with its default and the line that `keelson config show` and the documentation have of it. */
export function leaf<T>(form: Form<T>, fallback: T, about: string): Leaf<T> {
  return { ...form, default: fallback, about };
}

/** The same, or nothing. */
export function optional<T>(form: Form<T>, about: string): Leaf<T | null> {
  return { ...form, default: null, about, show: (value) => (value === null ? null : form.show(value)) };
}

/** A map whose keys are names, each with a value of this form. */
export function mapOf<T>(name: MapOf<T>['name'], value: Form<T>, about: string): MapOf<T> {
  return { is: 'map', about, name, value };
}

/** Text that matches; `takes` says what that means for who wrote something else. */
export function text(takes: string, pattern: RegExp): Form<string> {
  return {
    is: 'leaf',
    takes,
    read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
    show: same,
  };
}

/** Yes or no. */
export const truth: Form<boolean> = {
  is: 'leaf',
  takes: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  show: same,
};

/** One of these words. */
export function choice<const T extends string>(...words: readonly T[]): Form<T> {
  return { is: 'leaf', takes: oneOf(words), read: (value) => words.find((word) => word === value), show: same };
}

/** Where on loopback to listen: nothing else is taken, whatever it resolves to. */
export const loopback: Form<{ readonly host: '127.0.0.1' | '::1'; readonly port: number }> = {
  is: 'leaf',
  takes: 'an address of loopback with its port, such as "127.0.0.1:9642" or "[::1]:9642"',
  read(value) {
    const match = typeof value === 'string' ? /^(?:(127\.0\.0\.1)|\[::1\]):([1-9]\d{0,4})$/.exec(value) : null;
    const port = Number(match?.[2] ?? 0);
    return match === null || port > 65_535 ? undefined : { host: match[1] === undefined ? '::1' : '127.0.0.1', port };
  },
  show: ({ host, port }) => `${host === '::1' ? '[::1]' : host}:${port}`,
};

/** Absolute, without `.`, `..`, empty parts or a slash at the end. */
export const path: Form<string> = {
  is: 'leaf',
  takes: 'an absolute path without . or .. in it',
  read: (value) =>
    typeof value === 'string' && value.length <= 4_095 && /^\/(?:(?!\.{1,2}(?:\/|$))[^/\0]+(?:\/(?!$)|$))*$/.test(value)
      ? value
      : undefined,
  show: same,
};

/** A file whose folder holds nothing but drop-ins: what is written there, and removed, is then not somebody else's file. */
export const dropIn: Form<string> = {
  is: 'leaf',
  takes: 'an absolute path of a file in a folder whose name ends in .d, such as /run/motd.d/10-keelson',
  read(value) {
    const file = path.read(value);
    return file !== undefined && /[^/]\.d\/[^/]+$/u.test(file) ? file : undefined;
  },
  show: same,
};

export const duration: Form<number> = {
  is: 'leaf',
  takes: 'a duration with its unit, such as 500ms, 2s or 10m',
  read: (value) => (typeof value === 'string' ? (parseDuration(value) ?? undefined) : undefined),
  show: formatDuration,
};

export const size: Form<number> = {
  is: 'leaf',
  takes: 'a size with its unit, such as 512KiB or 16MiB',
  read: (value) => (typeof value === 'string' ? (parseSize(value) ?? undefined) : undefined),
  show: formatSize,
};

/** `least` and `most` included. */
export function whole(least: number, most: number): Form<number> {
  return {
    is: 'leaf',
    takes: `a whole number from ${least} to ${most}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
    show: same,
  };
}

/** A value, or the word `off`: null takes the default again, so it cannot mean none. */
export function orOff<T>(form: Form<T>): Form<T | 'off'> {
  return {
    is: 'leaf',
    takes: `${form.takes}, or 'off'`,
    read: (value) => (value === 'off' ? 'off' : form.read(value)),
    show: (value) => (value === 'off' ? value : form.show(value)),
  };
}

/** All or nothing: one element that is wrong refuses the list. */
export function listOf<T>(form: Form<T>): Form<readonly T[]> {
  return {
    is: 'leaf',
    takes: `a list, each ${form.takes}`,
    read(value) {
      if (!Array.isArray(value)) return undefined;
      const read = value.map((each) => form.read(each)).filter((each) => each !== undefined);
      return read.length === value.length ? read : undefined;
    },
    show: (value) => value.map((each) => form.show(each)),
  };
}

/** The word `any` for everything, or a list. */
export function anyOrListOf<T>(form: Form<T>): Form<'any' | readonly T[]> {
  const list = listOf(form);
  return {
    is: 'leaf',
    takes: `'any', or ${list.takes}`,
    read: (value) => (value === 'any' ? 'any' : list.read(value)),
    show: (value) => (value === 'any' ? value : list.show(value)),
  };
}

function formatSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let count = bytes;
  let unit = 0;
  while (unit < units.length - 1 && count !== 0 && count % 1024 === 0) {
    count /= 1024;
    unit += 1;
  }
  return `${count}${units[unit]}`;
}
