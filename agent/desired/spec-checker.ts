/** The compiled schemas of the head and of every kind: one document's value → everything that is wrong with it. */
import type { TSchema } from '@sinclair/typebox';
import { Ajv, type ValidateFunction } from 'ajv';
import { asKeelsonError, bug, type Reason } from '../base/errors.ts';
import type { AnyKind, ExpandContext, Item } from '../resources/kind.ts';
import { reportErrors } from './ajv-errors.ts';
import { readCommonFields } from './common-fields.ts';
import { Findings } from './findings.ts';
import { readHead } from './head.ts';
import { expandSections } from './items.ts';
import { LIMITS } from './limits.ts';
import type { NodeSpec } from './node-spec.ts';
import { API_VERSION, headSchema } from './node-spec-schema.ts';
import { checkOwnership } from './ownership.ts';
import { childPointer, partsOfPointer } from './pointer.ts';
import { checkCycles, checkReferences, type Declaration, type PointerOf } from './references.ts';
import { refuseReferences, substituteSection } from './substitute.ts';
import { EXPECTED, KEY_MEANING } from './value-types.ts';
import { quoted } from '../base/words.ts';

type Section = Readonly<Record<string, unknown>>;
type Sections = Readonly<Record<string, Section>>;

export interface Checked {
  /** Null when anything is wrong. */
  readonly spec: NodeSpec | null;
  /** What the spec declares, with facts resolved; empty when anything is wrong. */
  readonly items: readonly Item<unknown>[];
  readonly findings: readonly Reason[];
}

/** Bounds what one value can say: a resource with more faults than this is told only these. */
const mostErrors = 2000;

export class SpecChecker {
  readonly kinds: readonly AnyKind[];
  readonly #schemas: ReadonlyMap<AnyKind | 'head', TSchema>;
  readonly #ajv: Ajv;
  /** Compiled when first used: a section that no spec has costs nothing. */
  readonly #compiled = new Map<AnyKind | 'head', ValidateFunction>();

  private constructor(kinds: readonly AnyKind[], schemas: ReadonlyMap<AnyKind | 'head', TSchema>) {
    this.kinds = kinds;
    this.#schemas = schemas;
    this.#ajv = new Ajv({
      strict: true,
      allErrors: true,
      verbose: true,
      messages: false,
      allowUnionTypes: true,
      validateFormats: false,
      // The kinds' schemas are ours: tests hold them against the meta schema, and reading starts sooner without.
      validateSchema: false,
      code: { optimize: false },
    });
    for (const keyword of [EXPECTED, KEY_MEANING]) this.#ajv.addKeyword({ keyword, schemaType: 'string' });
  }

  static async of(kinds: readonly AnyKind[]): Promise<SpecChecker> {
    const schemas = await Promise.all(kinds.map(async (kind) => [kind, await kind.schema()] as const));
    return new SpecChecker(kinds, new Map<AnyKind | 'head', TSchema>([['head', headSchema(kinds)], ...schemas]));
  }

  #validator(of: AnyKind | 'head'): ValidateFunction {
    const known = this.#compiled.get(of);
    if (known !== undefined) return known;
    const schema = this.#schemas.get(of);
    if (schema === undefined) throw bug('a kind that the checker was not made for');
    const made = this.#ajv.compile(schema);
    this.#compiled.set(of, made);
    return made;
  }

  /** Findings have pointers; lines are added by who has the document. */
  check(value: unknown, context: ExpandContext): Checked {
    const findings = new Findings();
    if (isOtherDocument(value, findings)) return { spec: null, items: [], findings: findings.all };
    const spec = this.#checkHead(value, context, findings);
    const sections = this.#checkSections(value, context, findings);
    const items = this.#checkAcross(value, sections, context, findings);
    if (findings.any || spec === null) return { spec: null, items: [], findings: findings.all };
    return { spec, items, findings: [] };
  }

  #checkHead(value: unknown, { facts }: ExpandContext, findings: Findings): NodeSpec | null {
    if (isMap(value))
      for (const [key, part] of Object.entries(value))
        if (key !== 'spec') refuseReferences(part, childPointer('', key), findings);
    const validate = this.#validator('head');
    if (validate(value)) return readHead(value, facts, findings);
    reportErrors((validate.errors ?? []).slice(0, mostErrors), '', findings);
    return null;
  }

  /** The resources that are without fault, facts resolved. */
  #checkSections(value: unknown, context: ExpandContext, findings: Findings): Sections {
    const count = this.kinds.reduce((sum, kind) => sum + Object.keys(sectionOf(value, kind)).length, 0);
    if (count > LIMITS.resources) {
      findings.add('KSN-SPEC-028', `the spec has ${count} resources; a node accepts ${LIMITS.resources}`, '/spec');
      return {};
    }
    return Object.fromEntries(
      this.kinds.map((kind) => [kind.name, this.#checkSection(kind, sectionOf(value, kind), context, findings)]),
    );
  }

  #checkSection(kind: AnyKind, raw: Section, context: ExpandContext, findings: Findings): Section {
    const pointer = childPointer('/spec', kind.name);
    const substitution = new Findings();
    const section = substituteSection(raw, context.facts, pointer, substitution);
    findings.push(...substitution.all);
    const faulty = new Set(substitution.all.map(({ place }) => keyIn(pointer, place?.pointer)));
    const sound: Record<string, unknown> = {};
    for (const [key, resource] of Object.entries(section)) {
      const own = new Findings();
      this.#checkResource(kind, key, resource, childPointer(pointer, key), own);
      findings.push(...own.all);
      if (!own.any && !faulty.has(key)) sound[key] = resource;
      if (findings.full) return {};
    }
    return this.#askKind(kind, sound, context, pointer, findings);
  }

  #checkResource(kind: AnyKind, key: string, resource: unknown, pointer: string, findings: Findings): void {
    if (!kind.key.pattern.test(key)) findings.add('KSN-SPEC-017', `${quoted(key)} is not ${kind.key.meaning}`, pointer);
    const validate = this.#validator(kind);
    if (validate(resource)) readCommonFields(resource, pointer, findings);
    else reportErrors((validate.errors ?? []).slice(0, mostErrors), pointer, findings);
  }

  /** What the kind itself finds; resources it finds fault with go no further. */
  #askKind(kind: AnyKind, sound: Section, context: ExpandContext, pointer: string, findings: Findings): Section {
    const reasons = kind.validate?.(sound, context) ?? [];
    findings.push(...reasons.map((reason) => beneath(reason, pointer)));
    const faulty = new Set(reasons.map(({ place }) => keyIn('', place?.pointer)));
    if (faulty.has(undefined)) return {};
    return faulty.size === 0 ? sound : Object.fromEntries(Object.entries(sound).filter(([key]) => !faulty.has(key)));
  }

  /** What only shows when the resources meet. */
  #checkAcross(
    value: unknown,
    sections: Sections,
    context: ExpandContext,
    findings: Findings,
  ): readonly Item<unknown>[] {
    const items = this.#expand(sections, context, findings);
    const declarations = this.kinds.flatMap((kind) => declarationsIn(kind, sectionOf(value, kind)));
    const pointers = new Map<string, string>(declarations.map(({ address, pointer }) => [address, pointer]));
    const pointerOf: PointerOf = (address) =>
      pointers.get(address) ?? childPointer('/spec', this.#kindOf(address)?.name ?? '');
    checkReferences(declarations, new Set([...pointers.keys(), ...items.map(({ address }) => address)]), findings);
    checkCycles(declarations, items, findings);
    checkAddresses(items, pointerOf, findings);
    checkOwnership(items, pointerOf, findings);
    for (const kind of this.kinds) {
      const own = items.filter(({ address }) => this.#kindOf(address) === kind);
      if (own.length === 0) continue;
      const reasons = kind.across?.(own, items) ?? [];
      findings.push(...reasons.map((reason) => beneath(reason, childPointer('/spec', kind.name))));
    }
    return items;
  }

  /** A kind that throws here accepted what it cannot expand: a bug, told like every other fault. */
  #expand(sections: Sections, context: ExpandContext, findings: Findings): readonly Item<unknown>[] {
    try {
      return expandSections(sections, this.kinds, context);
    } catch (error) {
      findings.push(asKeelsonError(error).toReason());
      return [];
    }
  }

  #kindOf(address: string): AnyKind | undefined {
    return this.kinds.find(({ prefix }) => address.startsWith(`${prefix}:`));
  }
}

/** A Deployment, say: one finding, not a hundred. */
function isOtherDocument(value: unknown, findings: Findings): boolean {
  if (!isMap(value)) return false;
  const { apiVersion, kind } = value;
  if (apiVersion !== undefined && apiVersion !== API_VERSION) {
    findings.add(
      'KSN-SPEC-027',
      `this agent reads ${API_VERSION}, and this document is of another version`,
      '/apiVersion',
    );
  }
  if (kind !== undefined && kind !== 'NodeSpec')
    findings.add('KSN-SPEC-027', 'this document is not a NodeSpec', '/kind');
  return findings.any;
}

function checkAddresses(items: readonly Item<unknown>[], pointerOf: PointerOf, findings: Findings): void {
  for (const [index, { address }] of items.entries()) {
    if (items[index - 1]?.address === address)
      findings.add('KSN-SPEC-034', `${address} is declared twice`, pointerOf(address), { element: address });
  }
}

function declarationsIn(kind: AnyKind, section: Section): readonly Declaration[] {
  const pointer = childPointer('/spec', kind.name);
  return Object.entries(section).map(([key, resource]) => {
    const raw: unknown = isMap(resource) ? resource['dependsOn'] : undefined;
    const dependsOn = Array.isArray(raw)
      ? raw.map((address: unknown) => (typeof address === 'string' ? address : ''))
      : [];
    return { address: `${kind.prefix}:${key}`, pointer: childPointer(pointer, key), dependsOn };
  });
}

function sectionOf(value: unknown, kind: AnyKind): Section {
  const spec = isMap(value) ? value['spec'] : undefined;
  const section = isMap(spec) ? spec[kind.name] : undefined;
  return isMap(section) ? section : {};
}

/** The key of the section that a pointer leads through; undefined where it names the whole section. */
function keyIn(section: string, pointer: string | undefined): string | undefined {
  return pointer === undefined ? undefined : partsOfPointer(pointer.slice(section.length))[0];
}

/** Kinds know places in their own section only. */
function beneath(reason: Reason, pointer: string): Reason {
  return { ...reason, place: { ...reason.place, pointer: pointer + (reason.place?.pointer ?? '') } };
}

function isMap(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
