/** The second form: fragments laid over each other, every value checked, with where it came from. */
import type { Place, Reason } from '../base/errors.ts';
import { nearest, quoted } from '../base/words.ts';
import { configError } from './errors.ts';
import type { Fragment, KeyPath } from './fragment.ts';
import type { Fields, Leaf, MapOf, Section, ValuesOf } from './shape.ts';

export interface Origin {
  readonly fragment: Fragment;
  readonly path: KeyPath;
}

interface Entry {
  readonly value: unknown;
  readonly origin: Origin;
}

type AnyShape = Section<Fields> | MapOf<unknown> | Leaf<unknown>;

/** Lays fragments one after the other. Faults are gathered, not thrown, so that all of them are told at once. */
export class Merged<S extends Section<Fields>> {
  readonly #shape: S;
  readonly #entries = new Map<string, Entry>();
  readonly #faults: { readonly reason: (place: Place) => Reason; readonly origin: Origin }[] = [];

  constructor(shape: S) {
    this.#shape = shape;
  }

  /** Later fragments win: sections and maps name by name, everything else whole. `null` takes the default again. */
  lay(fragment: Fragment): void {
    this.#layShape(this.#shape, fragment.value, { fragment, path: [] });
  }

  /** Everything that was wrong, in the order of the files. */
  async findings(): Promise<readonly Reason[]> {
    return Promise.all(
      this.#faults.map(async ({ reason, origin }) => reason(await origin.fragment.locate(origin.path))),
    );
  }

  /** The default where nobody set anything. Of use only while there are no findings. */
  values(): ValuesOf<S> {
    return this.#valuesOf(this.#shape, []) as ValuesOf<S>;
  }

  /** Null: nobody set it. */
  originOf(path: KeyPath): Origin | null {
    return this.#entries.get(path.join('\0'))?.origin ?? null;
  }

  /** Every leaf, and every name in a map, in the order of the shape. */
  *all(): Iterable<{
    readonly path: KeyPath;
    readonly shown: unknown;
    readonly origin: Origin | null;
    readonly about: string;
  }> {
    yield* this.#allOf(this.#shape, []);
  }

  #layShape(shape: AnyShape, value: unknown, origin: Origin): void {
    if (shape.is === 'leaf') this.#layLeaf(shape, value, origin);
    else if (value === null || value === undefined) return;
    else if (!isRecord(value)) this.#refuse(origin, `takes a map of ${shape.is === 'map' ? 'names' : 'settings'}`);
    else if (shape.is === 'section') this.#laySection(shape, value, origin);
    else this.#layMap(shape, value, origin);
  }

  #laySection(shape: Section<Fields>, value: Readonly<Record<string, unknown>>, origin: Origin): void {
    for (const [name, each] of Object.entries(value)) {
      const at = under(origin, name);
      const field = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
      if (field !== undefined) this.#layShape(field, each, at);
      else this.#unknown(at, name, Object.keys(shape.fields));
    }
  }

  #layMap(shape: MapOf<unknown>, value: Readonly<Record<string, unknown>>, origin: Origin): void {
    for (const [name, each] of Object.entries(value)) {
      const at = under(origin, name);
      if (shape.name.fits(name)) this.#layLeaf(shape.value, each, at);
      else this.#refuse(at, `is not ${shape.name.takes}`);
    }
  }

  #layLeaf(shape: Pick<Leaf<unknown>, 'read' | 'takes'>, value: unknown, origin: Origin): void {
    const key = origin.path.join('\0');
    if (value === null) {
      this.#entries.delete(key);
      return;
    }
    const read = shape.read(value);
    if (read === undefined) this.#refuse(origin, `takes ${shape.takes}`);
    else this.#entries.set(key, { value: read, origin });
  }

  #refuse(origin: Origin, what: string): void {
    const element = keyOf(origin.path);
    const subject = element === '' ? origin.fragment.file : element;
    this.#faults.push({
      origin,
      reason: (place) => configError('KSN-CFG-006', `${subject} ${what}`, { element: subject, place }).toReason(),
    });
  }

  #unknown(origin: Origin, name: string, known: readonly string[]): void {
    const meant = nearest(name, known);
    const element = keyOf(origin.path);
    const remedy = meant === undefined ? `Here go: ${known.join(', ')}.` : `Did you mean ${meant}?`;
    this.#faults.push({
      origin,
      reason: (place) =>
        configError('KSN-CFG-005', `there is no setting ${quoted(element)}`, { element, place, remedy }).toReason(),
    });
  }

  #valuesOf(shape: AnyShape, path: KeyPath): unknown {
    if (shape.is === 'leaf') return this.#entries.get(path.join('\0'))?.value ?? shape.default;
    if (shape.is === 'map')
      return Object.freeze(
        Object.fromEntries(
          this.#namesIn(path).map((name) => [name, this.#entries.get([...path, name].join('\0'))?.value]),
        ),
      );
    return Object.freeze(
      Object.fromEntries(
        Object.entries(shape.fields).map(([name, field]) => [name, this.#valuesOf(field, [...path, name])]),
      ),
    );
  }

  *#allOf(
    shape: AnyShape,
    path: KeyPath,
  ): Iterable<{
    readonly path: KeyPath;
    readonly shown: unknown;
    readonly origin: Origin | null;
    readonly about: string;
  }> {
    if (shape.is === 'section') {
      for (const [name, field] of Object.entries(shape.fields)) yield* this.#allOf(field, [...path, name]);
      return;
    }
    if (shape.is === 'leaf') {
      const entry = this.#entries.get(path.join('\0'));
      yield {
        path,
        shown: shape.show(entry === undefined ? shape.default : entry.value),
        origin: entry?.origin ?? null,
        about: shape.about,
      };
      return;
    }
    const names = this.#namesIn(path);
    if (names.length === 0) yield { path, shown: {}, origin: null, about: shape.about };
    for (const name of names) {
      const entry = this.#entries.get([...path, name].join('\0'));
      if (entry !== undefined)
        yield { path: [...path, name], shown: shape.value.show(entry.value), origin: entry.origin, about: shape.about };
    }
  }

  #namesIn(path: KeyPath): string[] {
    const prefix = `${path.join('\0')}\0`;
    return [...this.#entries.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))
      .toSorted();
  }
}

/** `node.labels.role`; names that hold a dot stand in brackets. */
export function keyOf(path: KeyPath): string {
  return path
    .map((name, index) => (/^[\w-]+$/.test(name) ? (index === 0 ? name : `.${name}`) : `[${quoted(name)}]`))
    .join('');
}

function under(origin: Origin, name: string): Origin {
  return { fragment: origin.fragment, path: [...origin.path, name] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
