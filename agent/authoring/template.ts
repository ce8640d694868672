/** A text with `${vars.NAME}` and `${facts.NAME}` and nothing else: parsed once, resolved for each node. */
import { nearest, oneOf, quoted } from '../base/words.ts';
import { FACT_NAMES } from '../desired/facts.ts';
import type { SpecCode } from '../desired/errors.ts';
import type { BuildCode } from './errors.ts';
import { textForNode, type TextPart } from './for-node.ts';
import { asText, clashMessage, REFERENCE, variableIn } from './references.ts';
import type { Variables } from './variables.ts';

const factReferences: readonly string[] = FACT_NAMES.map((name) => `facts.${name}`);

/** Where in the text it stands, from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

export interface TemplateFault {
  readonly code: BuildCode | SpecCode;
  readonly message: string;
  readonly at: TextPlace;
  readonly remedy?: string;
}

type Part =
  | { readonly text: string }
  | { readonly variable: string; readonly at: TextPlace }
  | { readonly fact: string; readonly at: TextPlace };

/** `facts`: the node has something left to resolve, and `text` is escaped for it. */
export interface Resolved {
  readonly text: string;
  readonly facts: boolean;
  readonly faults: readonly TemplateFault[];
}

export class Template {
  /** What is wrong whoever the node is. */
  readonly faults: readonly TemplateFault[];
  readonly #parts: readonly Part[];
  readonly #hasFacts: boolean;

  constructor(text: string) {
    const faults: TemplateFault[] = [];
    const parts: Part[] = [];
    let from = 0;
    for (const match of text.matchAll(REFERENCE)) {
      parts.push({ text: text.slice(from, match.index) });
      from = match.index + match[0].length;
      parts.push(partOf(match, placeIn(text, match.index), faults));
    }
    parts.push({ text: text.slice(from) });
    this.#parts = parts;
    this.#hasFacts = parts.some((part) => 'fact' in part);
    this.faults = faults;
  }

  /** Where it stands as written: references that somebody most likely wanted to be resolved. */
  forgotten(variables: Variables): readonly TemplateFault[] {
    return this.#parts.flatMap((part) => {
      if ('text' in part || ('variable' in part && !variables.isDeclared(part.variable))) return [];
      const reference = 'fact' in part ? part.fact : `vars.${part.variable}`;
      if ('variable' in part) variables.use(part.variable);
      const message = `${quoted(`\${${reference}}`)} stands here, and nothing resolves it`;
      return [{ code: 'KSN-BUILD-013', message, at: part.at, remedy: forgottenRemedy } as const];
    });
  }

  /** What it uses counts as used; what nobody declares is a fault. */
  resolve(variables: Variables): Resolved {
    const faults: TemplateFault[] = [];
    const texts = this.#parts.map((part): TextPart => {
      if ('text' in part) return { literal: part.text };
      if ('fact' in part) return { reference: `\${${part.fact}}` };
      return { literal: valueOf(part.variable, part.at, variables, faults) };
    });
    if (!this.#hasFacts) {
      const text = texts.map((part) => ('literal' in part ? part.literal : part.reference)).join('');
      return { text, facts: false, faults };
    }
    const { text, clash } = textForNode(texts);
    const part = clash === null ? undefined : this.#parts[clash];
    if (part !== undefined && 'at' in part)
      faults.push({ code: 'KSN-BUILD-023', message: clashMessage(texts[clash ?? 0]), at: part.at });
    return { text, facts: true, faults };
  }
}

function partOf(match: RegExpExecArray, at: TextPlace, faults: TemplateFault[]): Part {
  const [whole, reference, end] = match;
  if (reference === undefined) return { text: '${' };
  if (end !== '}') {
    faults.push({
      code: 'KSN-SPEC-023',
      message: 'a reference begins with ${ and has no }',
      at,
      remedy: literalRemedy,
    });
    return { text: whole };
  }
  const variable = variableIn(reference);
  if (variable !== null) return { variable, at };
  if (factReferences.includes(reference)) return { fact: reference, at };
  const guess = nearest(reference, factReferences);
  const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
  const remedy = `Known are variables and ${oneOf(factReferences)}; ${literalRemedy}`;
  faults.push({ code: 'KSN-SPEC-023', message: `there is no ${quoted(reference)}${meant}`, at, remedy });
  return { text: whole };
}

const forgottenRemedy = "Write `template: true` beside it; '$${' is then how a literal '${' is written.";
const literalRemedy = "'$${' writes a literal '${'.";

function valueOf(name: string, at: TextPlace, variables: Variables, faults: TemplateFault[]): string {
  const variable = variables.use(name);
  const reference = `vars.${name}`;
  if (variable === null) {
    if (!variables.isDeclared(name))
      faults.push({
        code: 'KSN-BUILD-010',
        message: `no layer declares ${quoted(reference)}${variables.meant(name)}`,
        at,
      });
    return '';
  }
  const text = asText(variable);
  if (text === null)
    faults.push({ code: 'KSN-BUILD-012', message: `the list ${quoted(reference)} stands within a text`, at });
  return text ?? '';
}

function placeIn(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const begin = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - begin + 1 };
}
