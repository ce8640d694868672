/** Layers → the flat document of one node, without its stamp, and the way back from each part to the file that says it. */
import type { ErrorCode, Place, Reason } from '../base/errors.ts';
import { quoted } from '../base/words.ts';
import { API_VERSION } from '../desired/node-spec-schema.ts';
import { childPointer } from '../desired/pointer.ts';
import { typeOf } from '../desired/schema-words.ts';
import type { AnyKind } from '../resources/kind.ts';
import { inlineContent, notAPath, type Bundled, type BundledFile, type Bundles } from './bundles.ts';
import type { BuildCode } from './errors.ts';
import { reasonAt } from './findings.ts';
import { isMap, withBelow, type Layer, type ValueMap } from './layer.ts';
import { mergeLayers, type Merged, type Origin } from './merge.ts';
import { resolveVars } from './references.ts';
import type { Patterns } from './patterns.ts';
import { Template } from './template.ts';
import { Variables } from './variables.ts';

export interface Assembled {
  readonly node: string;
  readonly layer: Layer;
  /** Flat, without `metadata.generation`. */
  readonly document: ValueMap;
  readonly variables: Variables;
  readonly files: readonly BundledFile[];
  readonly findings: readonly Reason[];
  /** Something that the document is made of could not be read: what it lacks may be there. */
  readonly incomplete: boolean;
  /** A fault at the pointer is told already, and what is found there follows from it. */
  isTold(code: ErrorCode, pointer: string): boolean;
  place(pointer: string): Place;
  origin(pointer: string): Origin;
}

/** `node`: its name; null judges a layer for no node in particular. */
export async function assemble(
  layer: Layer,
  node: string | null,
  kinds: readonly AnyKind[],
  bundles: Bundles,
  patterns: Patterns,
): Promise<Assembled> {
  const layers = withBelow(layer);
  const merged = mergeLayers(layers, withoutAuthoring);
  const variables = new Variables(layers, patterns);
  const assembly = new Assembly(layer, merged, variables, kinds, bundles);
  for (const { place } of merged.faults) assembly.told.add(place.pointer ?? '');
  for (const { code, message, place, ...more } of [...merged.faults, ...variables.faults])
    assembly.findings.push(reasonAt(code, message, place, more));
  const document = await assembly.document(node);
  return {
    node: node ?? layer.path,
    layer,
    document,
    variables,
    files: assembly.files,
    findings: assembly.findings,
    incomplete: layer.broken || assembly.incomplete,
    isTold: (code, pointer) => assembly.isTold(code, pointer),
    place: (pointer) => assembly.place(pointer),
    origin: (pointer) => originOf(merged, pointer),
  };
}

function withoutAuthoring({ value }: Layer): ValueMap {
  const { extends: _, vars: __, ...rest } = value;
  return rest;
}

/** Of the nearest part above it that somebody says. */
function originOf({ origins }: Merged, pointer: string): Origin {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at);
    if (origin !== undefined || at === '') return origin ?? { from: [], over: [] };
  }
}

const selectorNode = '/metadata/selector/node';

class Assembly {
  readonly findings: Reason[] = [];
  readonly files: BundledFile[] = [];
  incomplete = false;
  readonly #layer: Layer;
  readonly #merged: Merged;
  readonly #variables: Variables;
  readonly #kinds: readonly AnyKind[];
  readonly #bundles: Bundles;
  /** By the pointer of the field that the file became. */
  readonly #bundled = new Map<string, Bundled>();
  readonly told = new Set<string>();

  constructor(layer: Layer, merged: Merged, variables: Variables, kinds: readonly AnyKind[], bundles: Bundles) {
    this.#layer = layer;
    this.#merged = merged;
    this.#variables = variables;
    this.#kinds = kinds;
    this.#bundles = bundles;
  }

  async document(node: string | null): Promise<ValueMap> {
    const { value } = this.#merged;
    const { metadata, spec } = value;
    return {
      ...value,
      apiVersion: value['apiVersion'] ?? API_VERSION,
      kind: value['kind'] ?? 'NodeSpec',
      ...(metadata !== undefined && { metadata: isMap(metadata) ? this.#metadata(metadata, node) : metadata }),
      ...(spec !== undefined && { spec: isMap(spec) ? await this.#spec(spec) : spec }),
    };
  }

  /** References within a bundled file are told by their own line and column. */
  isTold(code: ErrorCode, pointer: string): boolean {
    if (this.told.has(pointer)) return true;
    const [, bundled] = this.#bundledAt(pointer) ?? [];
    return (code === 'KSN-SPEC-023' || code === 'KSN-SPEC-025') && (bundled?.findings.length ?? 0) > 0;
  }

  place(pointer: string): Place {
    const [field = '', bundled] = this.#bundledAt(pointer) ?? [];
    if (bundled !== undefined) return { ...bundled.place(pointer.slice(field.length)), pointer };
    // What build adds is the node's own.
    if (pointer === selectorNode && !this.#saysNode) return { ...this.#layer.place(''), pointer };
    const [layer = this.#layer] = originOf(this.#merged, pointer).from;
    return layer.place(pointer);
  }

  get #saysNode(): boolean {
    const { metadata } = this.#merged.value;
    return isMap(metadata) && isMap(metadata['selector']) && 'node' in metadata['selector'];
  }

  #bundledAt(pointer: string): readonly [string, Bundled] | undefined {
    return [...this.#bundled].find(([field]) => pointer === field || pointer.startsWith(`${field}/`));
  }

  /** Two nodes of one series must never take each other's document. */
  #metadata(metadata: ValueMap, node: string | null): ValueMap {
    const { generation: _, ...rest } = metadata;
    if ('generation' in metadata)
      this.#fault(
        'KSN-BUILD-017',
        'the generation is stamped by build, and stands in no layer',
        '/metadata/generation',
      );
    const { selector = {} } = metadata;
    if (!isMap(selector)) return metadata;
    if (selector['node'] !== undefined && selector['node'] !== node)
      this.#fault('KSN-BUILD-017', 'the node of a document is the name of its file', selectorNode);
    return node === null ? rest : { ...rest, selector: { ...selector, node } };
  }

  async #spec(spec: ValueMap): Promise<ValueMap> {
    const sections: Record<string, unknown> = {};
    for (const [name, section] of Object.entries(spec)) {
      const pointer = childPointer('/spec', name);
      const kind = this.#kinds.find((each) => each.name === name);
      sections[name] =
        kind !== undefined && isMap(section)
          ? await this.#section(kind, section, pointer)
          : this.#resolved(section, pointer);
    }
    return sections;
  }

  async #section(kind: AnyKind, section: ValueMap, pointer: string): Promise<ValueMap> {
    const resources: Record<string, unknown> = {};
    for (const [key, raw] of Object.entries(section)) {
      const at = childPointer(pointer, key);
      // Bytes stand as they are written; a template says otherwise, and is resolved by itself.
      const resource = this.#resolved(raw, at, (_, field) => field === 'content');
      resources[key] =
        isMap(resource) && ['from', 'template', 'content'].some((field) => field in resource)
          ? await this.#resource(kind, resource, at)
          : resource;
    }
    return resources;
  }

  async #resource(
    kind: AnyKind,
    { from, template = false, ...resource }: ValueMap,
    pointer: string,
  ): Promise<ValueMap> {
    const at = (field: string): string => childPointer(pointer, field);
    if (typeof template !== 'boolean')
      this.#fault('KSN-SPEC-012', `expected true or false, found ${typeOf(template)}`, at('template'));
    if (from === undefined) return this.#inline(template === true, resource, pointer);
    const { bundle } = kind;
    if (bundle === undefined) {
      this.#fault('KSN-BUILD-013', `${kind.name} take no 'from'`, at('from'));
      return resource;
    }
    const taken = ['content', bundle.field].find((field) => field in resource);
    if (taken !== undefined) {
      this.#fault(
        'KSN-BUILD-013',
        `'from' and ${quoted(taken)} both say what is in it`,
        at('from'),
        `Keep one; where a layer below has the other, remove it with \`${taken}: null\`.`,
      );
      return resource;
    }
    if (typeof from !== 'string') {
      this.#fault('KSN-SPEC-012', notAPath(from), at('from'));
      return this.#unread(resource, pointer, bundle.field);
    }
    // Which file is meant is told by the value that is missing.
    if (this.told.has(at('from'))) return this.#unread(resource, pointer, bundle.field);
    const bundled = await this.#bundles.bundle(from, template === true, bundle, this.#variables);
    if ('fault' in bundled) {
      const { code, message, remedy } = bundled.fault;
      this.#fault(code, message, at('from'), remedy);
      return this.#unread(resource, pointer, bundle.field);
    }
    this.files.push(bundled.file);
    this.findings.push(...bundled.findings);
    if (bundled.value === undefined) return this.#unread(resource, pointer, bundle.field);
    for (const within of bundled.standIns) this.told.add(at(bundle.field) + within);
    this.#bundled.set(at(bundle.field), bundled);
    return { ...resource, [bundle.field]: bundled.value };
  }

  /** `content: { inline: … }`, with `template: true` beside it or without. */
  #inline(template: boolean, resource: ValueMap, pointer: string): ValueMap {
    const { content } = resource;
    const inline = isMap(content) ? content['inline'] : undefined;
    const at = childPointer(childPointer(pointer, 'content'), 'inline');
    if (!template) {
      const isLeft = typeof inline !== 'string' || !inline.includes('${') || 'facts' in (content as ValueMap);
      for (const fault of isLeft ? [] : new Template(inline).forgotten(this.#variables))
        this.#fault(fault.code, fault.message, at, fault.remedy);
      return resource;
    }
    if (typeof inline !== 'string') {
      this.#fault(
        'KSN-BUILD-013',
        "'template' stands beside neither 'from' nor 'content.inline'",
        childPointer(pointer, 'template'),
      );
      return resource;
    }
    const parsed = new Template(inline);
    const resolved = parsed.resolve(this.#variables);
    for (const { code, message, remedy } of [...parsed.faults, ...resolved.faults])
      this.#fault(code, message, at, remedy);
    return { ...resource, content: inlineContent(resolved) };
  }

  /** Judged without what could not be read: that it is missing is told already. */
  #unread(resource: ValueMap, pointer: string, field: string): ValueMap {
    this.incomplete = true;
    if (field !== 'content') this.told.add(pointer);
    return field === 'content' ? { ...resource, content: { inline: '' } } : resource;
  }

  #resolved(value: unknown, pointer: string, skip?: Parameters<typeof resolveVars>[4]): unknown {
    const told = {
      fault: (code: BuildCode, message: string, at: string) => this.#fault(code, message, at),
      standIn: (at: string) => void this.told.add(at),
    };
    return resolveVars(value, pointer, this.#variables, told, skip);
  }

  #fault(code: Parameters<typeof reasonAt>[0], message: string, pointer: string, remedy?: string): void {
    this.told.add(pointer);
    this.findings.push(reasonAt(code, message, this.place(pointer), remedy === undefined ? {} : { remedy }));
  }
}
