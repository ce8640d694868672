/** Reads layers and what they extend, each once. */
import { posix } from 'node:path';
import type { Reason } from '../base/errors.ts';
import { parseDocument } from '../desired/document.ts';
import { childPointer } from '../desired/pointer.ts';
import { typeOf } from '../desired/schema-words.ts';
import { reasonAt } from './findings.ts';
import { isMap, type Layer } from './layer.ts';
import { sitePath, type SiteFiles } from './site-files.ts';

/** A layer, with what is wrong with it and with what it extends. Null: it cannot be read at all. */
export interface LoadedLayer {
  readonly layer: Layer | null;
  readonly findings: readonly Reason[];
}

export class LayerStore {
  readonly #files: SiteFiles;
  readonly #loaded = new Map<string, LoadedLayer>();

  constructor(files: SiteFiles) {
    this.#files = files;
  }

  /** `way`: the layers that lead here; one that comes again closes a circle. */
  async load(path: string, way: readonly string[] = []): Promise<LoadedLayer> {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const loaded = await this.#loadNow(path, [...way, path]);
    this.#loaded.set(path, loaded);
    return loaded;
  }

  async #loadNow(path: string, way: readonly string[]): Promise<LoadedLayer> {
    const { bytes, fault } = await this.#files.read(path);
    if (fault !== undefined) return { layer: null, findings: [reasonAt(fault.code, fault.message, { file: path })] };
    const parsed = parseDocument(bytes, { file: path });
    const faults = parsed.findings ?? [];
    const document = parsed.document ?? parsed.legible;
    if (document === undefined) return { layer: null, findings: faults };
    const { value } = document;
    const place = (pointer: string) => ({ file: path, ...document.locate(pointer), pointer });
    if (!isMap(value))
      return {
        layer: null,
        findings: [...faults, reasonAt('KSN-SPEC-012', `expected a map, found ${typeOf(value)}`, place(''))],
      };
    const findings: Reason[] = [...faults];
    const below = new Set<Layer>();
    let broken = false;
    for (const { written, pointer } of entriesOf(value['extends'], place, findings)) {
      const other = await this.#extended(path, written, way);
      if ('code' in other) {
        findings.push(
          reasonAt(
            other.code,
            other.message,
            place(pointer),
            other.remedy === undefined ? {} : { remedy: other.remedy },
          ),
        );
        // A circle hides nothing: every layer of it is read all the same.
        broken ||= other.code !== 'KSN-BUILD-004';
        continue;
      }
      findings.push(...other.findings);
      if (other.layer === null) broken = true;
      else {
        broken ||= other.layer.broken;
        for (const each of [other.layer, ...other.layer.below]) below.add(each);
      }
    }
    return { layer: { path, value, below, broken, removes: hasNull(value), place }, findings };
  }

  async #extended(
    path: string,
    written: string,
    way: readonly string[],
  ): Promise<
    LoadedLayer | { readonly code: Parameters<typeof reasonAt>[0]; readonly message: string; readonly remedy?: string }
  > {
    const target = sitePath(posix.dirname(path), written);
    if ('fault' in target) return target.fault;
    const begin = way.indexOf(target.path);
    if (begin !== -1) {
      const circle = [...way.slice(begin), target.path].join(' → ');
      return { code: 'KSN-BUILD-004', message: `a circle of layers: ${circle}` };
    }
    const { fault } = await this.#files.read(target.path);
    return fault ?? this.load(target.path, way);
  }
}

function entriesOf(
  value: unknown,
  place: Layer['place'],
  findings: Reason[],
): readonly { readonly written: string; readonly pointer: string }[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    findings.push(reasonAt('KSN-SPEC-012', `expected a list of layers, found ${typeOf(value)}`, place('/extends')));
    return [];
  }
  return value.flatMap((written: unknown, index) => {
    const pointer = childPointer('/extends', index);
    if (typeof written === 'string') return [{ written, pointer }];
    findings.push(reasonAt('KSN-SPEC-012', `expected the path of a layer, found ${typeOf(written)}`, place(pointer)));
    return [];
  });
}

function hasNull(value: unknown): boolean {
  if (value === null) return true;
  // Nulls in lists are values of the list: a list is taken or replaced as a whole.
  return isMap(value) && Object.values(value).some(hasNull);
}
