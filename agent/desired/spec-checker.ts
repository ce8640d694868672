/** One document's value → everything that is wrong with it: by the schemas, by its kinds, and where resources meet. */
import { asKeelsonError, type Reason } from '../base/errors.ts';
import type { AnyKind, ExpandContext, Item } from '../resources/kind.ts';
import { reportErrors } from './ajv-errors.ts';
import { CompiledSchemas, type Part } from './compiled-schemas.ts';
import { outlineFields, readSharedFields } from './shared-fields.ts';
import { legibleGates } from './legible-fields.ts';
import { Findings } from './findings.ts';
import { readHead } from './head.ts';
import { expandSections } from './items.ts';
import { LIMITS } from './limits.ts';
import type { NodeSpec } from './node-spec.ts';
import { API_VERSION } from './node-spec-schema.ts';
import { checkOwnership } from './ownership.ts';
import { childPointer, partsOfPointer } from './pointer.ts';
import { checkCycles, checkReferences, checkTargets, type Declaration, type PointerOf } from './references.ts';
import { sectionIn, sectionPointer } from './section-place.ts';
import { refuseReferences, substituteSection, substituteValue } from './substitute.ts';
import { quoted } from '../base/words.ts';

type Section = Readonly<Record<string, unknown>>;
type Sections = Readonly<Record<string, Section>>;

/** What the sections declare: resources without fault, facts resolved, and what can be said of the others. */
interface Known {
  readonly sections: Sections;
  readonly outlines: readonly Item<unknown>[];
  readonly bare: readonly Item<unknown>[];
}

interface KnownSection {
  readonly sound: Section;
  readonly outlines: readonly Item<unknown>[];
  /** Of what no kind can make an outline: its name, gates and commands. */
  readonly bare: readonly Item<unknown>[];
}

export interface Checked {
  /** Null when anything is wrong. */
  readonly spec: NodeSpec | null;
  /** What the spec declares, with facts resolved; empty when anything is wrong. */
  readonly items: readonly Item<unknown>[];
  /** For more judges, never to be acted on: what is declared as far as it can be read, whatever else is wrong. */
  readonly legible: Legible;
  readonly findings: readonly Reason[];
}

/** Resources with faults are in it as their outlines. */
export interface Legible {
  readonly items: readonly Item<unknown>[];
  readonly gates: NodeSpec['gates'];
}

export const NOTHING_LEGIBLE: Legible = { items: [], gates: [] };

/** Bounds what one value can say: a resource with more faults than this is told only these. */
const mostErrors = 2000;

export class SpecChecker {
  readonly kinds: readonly AnyKind[];
  readonly #schemas: CompiledSchemas;

  private constructor(kinds: readonly AnyKind[], schemas: CompiledSchemas) {
    this.kinds = kinds;
    this.#schemas = schemas;
  }

  /** Loads the schemas of these kinds; compiles none yet. */
  static async of(kinds: readonly AnyKind[]): Promise<SpecChecker> {
    return new SpecChecker(kinds, await CompiledSchemas.of(kinds));
  }

  /** Findings have pointers; lines are added by who has the document. */
  check(value: unknown, context: ExpandContext): Checked {
    const findings = new Findings();
    if (isOtherDocument(value, findings))
      return { spec: null, items: [], legible: NOTHING_LEGIBLE, findings: findings.all };
    const spec = this.#checkHead(value, context, findings);
    const known = this.#checkSections(value, context, findings);
    const items = this.#checkAcross(value, known, context, findings);
    const gates = spec?.gates ?? legibleGates(rawGates(value, context));
    const legible = { items: [...items, ...known.bare], gates };
    if (findings.any || spec === null) return { spec: null, items: [], legible, findings: findings.all };
    return { spec, items, legible, findings: [] };
  }

  #checkHead(value: unknown, { facts }: ExpandContext, findings: Findings): NodeSpec | null {
    if (isMap(value))
      for (const [key, part] of Object.entries(value))
        if (key !== 'spec') refuseReferences(part, childPointer('', key), findings);
    const validate = this.#schemas.validatorOf('head');
    if (validate(value)) return readHead(value, facts, findings);
    reportErrors((validate.errors ?? []).slice(0, mostErrors), '', findings);
    return null;
  }

  #checkSections(value: unknown, context: ExpandContext, findings: Findings): Known {
    const count = this.kinds.reduce((sum, kind) => sum + Object.keys(sectionOf(value, kind)).length, 0);
    if (count > LIMITS.resources) {
      findings.add('KSN-SPEC-028', `the spec has ${count} resources; a node accepts ${LIMITS.resources}`, '/spec');
      return { sections: {}, outlines: [], bare: [] };
    }
    const checked = this.kinds.map((kind) => this.#checkSection(kind, sectionOf(value, kind), context, findings));
    return {
      sections: Object.fromEntries(this.kinds.map(({ name }, index) => [name, checked[index]?.sound ?? {}])),
      outlines: checked.flatMap(({ outlines }) => outlines),
      bare: checked.flatMap(({ bare }) => bare),
    };
  }

  #checkSection(kind: AnyKind, raw: Section, context: ExpandContext, findings: Findings): KnownSection {
    const pointer = sectionPointer(kind.name);
    const substitution = new Findings();
    const section = substituteSection(raw, context.facts, pointer, substitution);
    findings.push(...substitution.all);
    const faulty = new Set(substitution.all.map(({ place }) => keyIn(pointer, place?.pointer)));
    const askable: Record<string, unknown> = {};
    for (const [key, resource] of Object.entries(section)) {
      const own = new Findings();
      const fits = this.#checkResource(kind, key, resource, childPointer(pointer, key), own);
      findings.push(...own.all);
      if (fits && !faulty.has(key)) askable[key] = resource;
      if (own.any) faulty.add(key);
      if (findings.full) return { sound: {}, outlines: [], bare: [] };
    }
    for (const key of this.#askKind(kind, askable, context, pointer, findings)) faulty.add(key);
    const apart = Object.groupBy(Object.entries(section), ([key]) =>
      faulty.has(key) || faulty.has(undefined) ? 'faulty' : 'sound',
    );
    const outlines = (apart.faulty ?? []).map(([key, resource]) => outlineOf(kind, key, resource, context));
    return {
      sound: Object.fromEntries(apart.sound ?? []),
      outlines: outlines.filter((item) => item !== null),
      bare: (apart.faulty ?? []).flatMap(([key, resource], index) =>
        outlines[index] === null ? [bareItem(kind, key, resource)] : [],
      ),
    };
  }

  /** Whether the kind can be asked about it. */
  #checkResource(kind: AnyKind, key: string, resource: unknown, pointer: string, findings: Findings): boolean {
    if (!kind.key.pattern.test(key)) findings.add('KSN-SPEC-017', `${quoted(key)} is not ${kind.key.meaning}`, pointer);
    const parts: readonly Part[] = isMap(resource) ? [kind, 'shared'] : [kind];
    const sound = parts.map((part) => {
      const validate = this.#schemas.validatorOf(part);
      const fits = validate(resource);
      if (!fits) reportErrors((validate.errors ?? []).slice(0, mostErrors), pointer, findings);
      return fits;
    });
    if (sound.every(Boolean)) readSharedFields(resource, pointer, findings);
    return sound[0] === true;
  }

  /** What the kind itself finds: the keys of the resources it finds fault with, undefined for the whole section. */
  #askKind(
    kind: AnyKind,
    section: Section,
    context: ExpandContext,
    pointer: string,
    findings: Findings,
  ): readonly (string | undefined)[] {
    const reasons = kind.validate?.(section, context) ?? [];
    findings.push(...reasons.map((reason) => beneath(reason, pointer)));
    return reasons.map(({ place }) => keyIn('', place?.pointer));
  }

  /** What only shows when the resources meet. */
  #checkAcross(value: unknown, known: Known, context: ExpandContext, findings: Findings): readonly Item<unknown>[] {
    const items = this.#expand(known, context, findings);
    const declarations = this.kinds.flatMap((kind) => declarationsIn(kind, sectionOf(value, kind)));
    const pointers = new Map<string, string>(declarations.map(({ address, pointer }) => [address, pointer]));
    const pointerOf: PointerOf = (address) =>
      pointers.get(address) ?? sectionPointer(this.#kindOf(address)?.name ?? '');
    const addresses = new Set([...pointers.keys(), ...items.map(({ address }) => address)]);
    checkReferences(declarations, addresses, sectionNames(value), findings);
    if (this.#kindOf('pod:') !== undefined) checkTargets(declarations, 'pod', findings);
    checkCycles(declarations, items, findings);
    checkAddresses(items, pointerOf, findings);
    checkOwnership(items, pointerOf, findings);
    for (const kind of this.kinds) {
      const own = items.filter(({ address }) => this.#kindOf(address) === kind);
      if (own.length === 0) continue;
      const reasons = kind.across?.(own, items) ?? [];
      findings.push(...reasons.map((reason) => beneath(reason, sectionPointer(kind.name))));
    }
    return items;
  }

  /** A kind that throws here accepted what it cannot expand: a bug, told like every other fault. */
  #expand({ sections, outlines }: Known, context: ExpandContext, findings: Findings): readonly Item<unknown>[] {
    try {
      return expandSections(sections, this.kinds, context, outlines);
    } catch (error) {
      findings.push(asKeelsonError(error).toReason());
      return [];
    }
  }

  #kindOf(address: string): AnyKind | undefined {
    return this.kinds.find(({ prefix }) => address.startsWith(`${prefix}:`));
  }
}

/** A resource with faults still lies somewhere and still mounts what it mounts: the others are held against that. */
function outlineOf(kind: AnyKind, key: string, resource: unknown, context: ExpandContext): Item<unknown> | null {
  if (!kind.key.pattern.test(key)) return null;
  const item: Item<unknown> | null | undefined = kind.outline?.(key, resource, context);
  return item ?? null;
}

/** Claims nothing, so that no other resource is held against what nobody can read. */
function bareItem(kind: AnyKind, key: string, resource: unknown): Item<unknown> {
  return {
    address: `${kind.prefix}:${key}`,
    spec: undefined,
    drift: 'repair',
    claims: [],
    needs: [],
    shared: outlineFields(resource),
  };
}

/** With facts resolved as far as they are known; what is wrong with them is told elsewhere. */
function rawGates(value: unknown, { facts }: ExpandContext): unknown {
  const spec = isMap(value) ? value['spec'] : undefined;
  return substituteValue(isMap(spec) ? spec['gates'] : undefined, facts, '/spec/gates', new Findings());
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
  const pointer = sectionPointer(kind.name);
  return Object.entries(section).map(([key, resource]) => {
    const raw: unknown = isMap(resource) ? resource['dependsOn'] : undefined;
    const dependsOn = Array.isArray(raw)
      ? raw.map((address: unknown) => (typeof address === 'string' ? address : ''))
      : [];
    const onChange: unknown = isMap(resource) ? resource['onChange'] : undefined;
    return {
      address: `${kind.prefix}:${key}`,
      pointer: childPointer(pointer, key),
      dependsOn,
      targets: isMap(onChange) ? Object.keys(onChange) : [],
    };
  });
}

function sectionNames(value: unknown): ReadonlySet<string> {
  const spec = isMap(value) ? value['spec'] : undefined;
  return new Set(isMap(spec) ? Object.keys(spec) : []);
}

function sectionOf(value: unknown, kind: AnyKind): Section {
  const spec = isMap(value) ? value['spec'] : undefined;
  return (isMap(spec) ? sectionIn(spec, kind.name) : undefined) ?? {};
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
