/** The variables of one node: who declares them, what they are, and which of them are used. */
import { nearest, quoted } from '../base/words.ts';
import type { Place } from '../base/errors.ts';
import { childPointer, partsOfPointer } from '../desired/pointer.ts';
import { readDeclaration, type Declaration } from './declaration.ts';
import type { SpecCode } from '../desired/errors.ts';
import type { BuildCode } from './errors.ts';
import { isMap, nearestFirst, type Layer, type ValueMap } from './layer.ts';
import { mergeLayers, type Merged, type MergeFault } from './merge.ts';
import type { Patterns } from './patterns.ts';
import { misfit, patternGivenUp, placeholder } from './var-types.ts';

/** What `${vars.NAME}` stands for. */
export interface Variable {
  readonly declaration: Declaration;
  /** Of its type; where nobody gave one, something of the type, and the fault is told. */
  readonly value: unknown;
  readonly isStandIn: boolean;
}

export interface VarFault {
  readonly code: BuildCode | SpecCode;
  readonly message: string;
  readonly place: Place;
  readonly remedy?: string;
}

/** A value that a layer gives. */
export interface GivenValue {
  readonly name: string;
  readonly place: Place;
}

const varsPointer = '/vars';

export class Variables {
  readonly faults: VarFault[] = [];
  /** Every value that any layer gives, also one that a nearer layer replaces. */
  readonly given: readonly GivenValue[];
  readonly #used = new Set<string>();
  readonly #missing = new Set<string>();
  readonly #variables = new Map<string, Variable>();
  /** Declared, and nothing to go by. */
  readonly #faulty = new Set<string>();
  readonly #patterns: Patterns;
  readonly #declarations: Merged;
  readonly #values: Merged;

  constructor(layers: readonly Layer[], patterns: Patterns) {
    this.#patterns = patterns;
    const sorted = layers.toSorted(nearestFirst);
    // A null is of values alone: what a variable is stays, whoever takes its value away.
    this.#declarations = mergeLayers(sorted, (layer) => entriesOf(layer, isMap), varsPointer);
    this.#values = mergeLayers(sorted, (layer) => entriesOf(layer, (value) => !isMap(value)), varsPointer);
    this.given = sorted.flatMap((layer) =>
      Object.keys(entriesOf(layer, (value) => value !== null && !isMap(value))).map((name) => ({
        name,
        place: layer.place(childPointer(varsPointer, name)),
      })),
    );
    this.faults.push(...this.#declarations.faults, ...this.#values.faults.map((fault) => this.#told(fault)));
    for (const layer of sorted) this.#readForm(layer);
    for (const [name, raw] of Object.entries(this.#declarations.value)) this.#read(name, raw);
  }

  /** Null: nobody declares it. */
  use(name: string): Variable | null {
    this.#used.add(name);
    const variable = this.#variables.get(name);
    if (!this.#isGiven(name) && this.isDeclared(name) && !this.#hasDefault(name)) this.#missing.add(name);
    return variable ?? null;
  }

  isDeclared(name: string): boolean {
    return this.#variables.has(name) || this.#faulty.has(name);
  }

  isUsed(name: string): boolean {
    return this.#used.has(name);
  }

  /** Used, and without a value, with the place of the declaration. */
  get missing(): readonly GivenValue[] {
    return [...this.#missing].map((name) => ({ name, place: this.#placeOf(name, this.#declarations) }));
  }

  /** Where the value comes from: the layer that gives it, or that declares the default. */
  sourceOf(name: string): Place {
    return this.#placeOf(name, this.#isGiven(name) ? this.#values : this.#declarations);
  }

  /** "; did you mean 'vars.vip'?" */
  meant(name: string): string {
    const guess = nearest(name, [...this.#variables.keys()]);
    return guess === undefined ? '' : `; did you mean ${quoted(`vars.${guess}`)}?`;
  }

  /** A null that takes no value away. */
  #told(fault: MergeFault): VarFault {
    const [name, within] = partsOfPointer(fault.place.pointer ?? '').slice(1);
    if (fault.code !== 'KSN-BUILD-007' || name === undefined || within !== undefined) return fault;
    const message = `null takes the value of vars.${name} away, and no layer below gives one`;
    const pointer = childPointer(varsPointer, name);
    const declaring = this.#declarations.origins.get(pointer)?.from[0]?.place(pointer);
    if (declaring === undefined) {
      const guess = nearest(name, Object.keys(this.#declarations.value));
      const meant = guess === undefined ? '' : `; did you mean ${quoted(`vars.${guess}`)}?`;
      return { ...fault, message: `null takes the value of vars.${name} away, which no layer declares${meant}` };
    }
    const remedy = `Take the line out: the declaration at ${declaring.file}:${declaring.line} stays, and so does its default; { default: null } removes that.`;
    return { ...fault, message, remedy };
  }

  #isGiven(name: string): boolean {
    return Object.hasOwn(this.#values.value, name);
  }

  /** As it is written, so that a fault in the declaration does not hide that there is none; a misspelt one counts. */
  #hasDefault(name: string): boolean {
    const raw = this.#declarations.value[name] as ValueMap;
    return 'default' in raw || Object.keys(raw).some((key) => nearest(key, ['default']) !== undefined);
  }

  #placeOf(name: string, { origins }: Merged): Place {
    const pointer = childPointer(varsPointer, name);
    return origins.get(pointer)?.from[0]?.place(pointer) ?? {};
  }

  /** The values themselves are never quoted. */
  #readForm(layer: Layer): void {
    const { vars } = layer.value;
    if (vars === undefined) return;
    const tell = (message: string, pointer: string): void =>
      void this.faults.push({ code: 'KSN-BUILD-008', message, place: layer.place(pointer) });
    if (!isMap(vars)) return tell('expected a map of variables', varsPointer);
    for (const name of Object.keys(vars))
      if (!/^[A-Za-z][A-Za-z0-9_]{0,63}$/u.test(name))
        tell(`${quoted(name)} is no name of a variable: letters, digits and '_'`, childPointer(varsPointer, name));
  }

  #tellGivenUp(name: string, declaration: Declaration): void {
    const givenUp = patternGivenUp(declaration);
    if (givenUp === null) return;
    const pointer = childPointer(varsPointer, name) + givenUp.pointer;
    const isItself = givenUp.by === 'itself';
    this.faults.push({
      code: 'KSN-BUILD-008',
      message: `vars.${name}: ${isItself ? 'the pattern takes too long for its values' : 'all patterns together take too long, so that this one was not asked'}`,
      place: originAt(this.#declarations, pointer)?.place(pointer) ?? {},
      remedy: isItself
        ? 'Write a simpler pattern: no repetition of what is itself repeated.'
        : 'Write simpler patterns: no repetition of what is itself repeated.',
    });
  }

  #read(name: string, raw: unknown): void {
    const pointer = childPointer(varsPointer, name);
    const declaration = readDeclaration(raw as ValueMap, pointer, this.#patterns, (code, message, at, remedy) => {
      const from = originAt(this.#declarations, at);
      this.faults.push({
        code,
        message: `vars.${name}: ${message}`,
        place: from?.place(at) ?? {},
        ...(remedy !== undefined && { remedy }),
      });
    });
    if (declaration === null) {
      this.#faulty.add(name);
      return;
    }
    const given = this.#isGiven(name) ? this.#values.value[name] : undefined;
    const wrong = given === undefined ? null : misfit(declaration, given);
    this.#tellGivenUp(name, declaration);
    if (wrong !== null) {
      const { file, line } = this.#placeOf(name, this.#declarations);
      this.faults.push({
        code: 'KSN-BUILD-009',
        message: `vars.${name} is of type ${declaration.type}: expected ${wrong}`,
        place: this.#placeOf(name, this.#values),
        remedy: `Give it such a value, or change its declaration at ${file}:${line}.`,
      });
    }
    const isSound = given !== undefined && wrong === null;
    const value = isSound ? given : (declaration.default ?? placeholder(declaration));
    const isStandIn = !isSound && (wrong !== null || !('default' in declaration) || declaration.isFaulty === true);
    this.#variables.set(name, { declaration, value, isStandIn });
    if (refersTo(value)) {
      const place = this.#placeOf(name, given === undefined ? this.#declarations : this.#values);
      this.faults.push({ code: 'KSN-SPEC-026', message: `nothing is resolved in the value of vars.${name}`, place });
    }
  }
}

function refersTo(value: unknown): boolean {
  return Array.isArray(value) ? value.some(refersTo) : typeof value === 'string' && /\$\{(?:vars|facts)\./u.test(value);
}

function entriesOf(layer: Layer, fits: (value: unknown) => boolean): ValueMap {
  const { vars } = layer.value;
  return isMap(vars) ? Object.fromEntries(Object.entries(vars).filter(([, value]) => fits(value))) : {};
}

function originAt({ origins }: Merged, pointer: string): Layer | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at);
    if (origin !== undefined || at === '') return origin?.from[0];
  }
}
