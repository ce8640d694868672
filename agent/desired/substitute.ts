/**
 * `${facts.NAME}` in the string values of resources: resolved once, on the node, from a closed list. No
 * loops, no conditions, no second pass. `$${` writes a literal `${`; any other `$` stands for itself.
 * Never in keys; and never inside a resource's `content`, whose bytes stand as written, unless that says
 * `facts: true`.
 */
import { FACT_NAMES, type FactName, type Facts } from './facts.ts';
import type { Findings } from './findings.ts';
import { childPointer } from './pointer.ts';
import { nearest, oneOf, quoted } from '../base/words.ts';

type Section = Readonly<Record<string, unknown>>;

/** Stand-ins of the right shape, for validating a spec where no node is. */
export const SAMPLE_FACTS: Required<Facts> = {
  hostname: 'node-a.example.net',
  machineId: '0123456789abcdef0123456789abcdef',
  architecture: 'x86_64',
  osId: 'fedora',
  osVersion: '44',
  primaryAddress: '192.0.2.10',
};

/** All resources of one section. */
export function substituteSection(section: Section, facts: Facts, pointer: string, findings: Findings): Section {
  return mapValues(section, pointer, findings, (resource, at) => {
    if (!isMap(resource)) return substituteValue(resource, facts, at, findings);
    return mapValues(resource, at, findings, (value, valueAt, key) =>
      key === 'content' && !(isMap(value) && value['facts'] === true)
        ? value
        : substituteValue(value, facts, valueAt, findings),
    );
  });
}

/** Any value: strings, and the strings in lists and maps. Returns the same value when nothing is to be resolved. */
export function substituteValue(value: unknown, facts: Facts, pointer: string, findings: Findings): unknown {
  if (typeof value === 'string') return value.includes('${') ? resolve(value, facts, pointer, findings) : value;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => substituteValue(item, facts, childPointer(pointer, index), findings));
  if (isMap(value))
    return mapValues(value, pointer, findings, (item, at) => substituteValue(item, facts, at, findings));
  return value;
}

/** Finds references where none may be: the head of the document. */
export function refuseReferences(value: unknown, pointer: string, findings: Findings): void {
  if (typeof value === 'string') {
    if (value.includes('${')) findings.add('KSN-SPEC-026', 'nothing is resolved in the head of the document', pointer);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) refuseReferences(item, childPointer(pointer, key), findings);
  }
}

function mapValues(
  map: Section,
  pointer: string,
  findings: Findings,
  change: (value: unknown, pointer: string, key: string) => unknown,
): Section {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      const at = childPointer(pointer, key);
      if (key.includes('${')) findings.add('KSN-SPEC-026', 'nothing is resolved in a key', at);
      return [key, change(value, at, key)];
    }),
  );
}

function resolve(text: string, facts: Facts, pointer: string, findings: Findings): string {
  return text.replaceAll(/\$\$\{|\$\{([^{}]*)(\}?)/g, (whole, name: string | undefined, end: string | undefined) => {
    if (name === undefined) return '${';
    if (end !== '}') {
      findings.add('KSN-SPEC-023', 'a reference begins with ${ and has no }', pointer);
    } else if (name.startsWith('vars.')) {
      findings.add('KSN-SPEC-025', `the variable ${quoted(name)} is not resolved`, pointer);
    } else if (!isFact(name)) {
      findings.add('KSN-SPEC-023', `there is no ${quoted(name)}${meant(name)}`, pointer, { remedy: known });
    } else {
      const value = facts[factName(name)];
      if (value !== undefined) return value;
      findings.add('KSN-SPEC-024', `this node cannot tell its ${factName(name)}`, pointer);
    }
    return whole;
  });
}

const references = FACT_NAMES.map((name) => `facts.${name}`);
const known = `Known are ${oneOf(references)}; '$\${' writes a literal '\${'.`;

function isFact(name: string): boolean {
  return references.includes(name);
}

function factName(reference: string): FactName {
  return reference.slice('facts.'.length) as FactName;
}

function meant(name: string): string {
  const guess = nearest(name, references);
  return guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
}

function isMap(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
