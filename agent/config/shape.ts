/** How the shape of the settings is written down, and what a value of it looks like once read. */

/** A value that is taken as a whole. */
export interface Leaf<T> {
  readonly is: 'leaf';
  /** For people: 'a duration such as 2s or 10m'. */
  readonly takes: string;
  readonly about: string;
  readonly default: T;
  /** Undefined: not a value of this setting. */
  readonly read: (value: unknown) => T | undefined;
  /** As a person would write it. */
  show(value: T): unknown;
}

/** Names chosen by people. Fragments add to it, name by name. */
export interface MapOf<T> {
  readonly is: 'map';
  readonly about: string;
  readonly name: { readonly takes: string; readonly fits: (name: string) => boolean };
  readonly value: Omit<Leaf<T>, 'default' | 'about'>;
}

export type Fields = { readonly [name: string]: Leaf<unknown> | MapOf<unknown> | Section<Fields> };

/** Settings under one name. */
export interface Section<F extends Fields> {
  readonly is: 'section';
  readonly fields: F;
}

/** The values of a shape, every leaf with its own or its default. */
export type ValuesOf<S> =
  S extends Section<infer F>
    ? { readonly [K in keyof F]: ValuesOf<F[K]> }
    : S extends MapOf<infer T>
      ? Readonly<Record<string, T>>
      : S extends Leaf<infer T>
        ? T
        : never;

/** A section is always there, even when no file names it. */
export function section<const F extends Fields>(fields: F): Section<F> {
  return { is: 'section', fields };
}
