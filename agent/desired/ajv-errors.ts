/** ajv's errors → findings in people's words. The only place that knows ajv's keywords; no message of ajv's is ever shown. */
import type { ErrorObject } from 'ajv';
import type { SpecCode } from './errors.ts';
import type { Findings } from './findings.ts';
import { isLaterField, isLaterSection } from './later.ts';
import { AUTHORING_KEYS } from './node-spec-schema.ts';
import { childPointer, partsOfPointer } from './pointer.ts';
import { describeSchema, plainText, typeName, typeOf, typesOf, type Schema } from './schema-words.ts';
import { unionFinding, splitUnions } from './union-errors.ts';
import { EXPECTED, KEY_MEANING } from './value-types.ts';
import { nearest, oneOf, quoted } from '../base/words.ts';

/** `base`: the pointer of the value that was validated. */
export function reportErrors(errors: readonly ErrorObject[], base: string, findings: Findings): void {
  const { unions, rest } = splitUnions(errors);
  const misspelt = new Set(rest.map(missingByTypo).filter((key) => key !== undefined));
  for (const error of rest) {
    if (error.keyword === 'required' && misspelt.has(missingKey(error))) continue;
    reportError(error, base, findings);
  }
  for (const union of unions) {
    const outcome = unionFinding(union);
    if ('errors' in outcome) reportErrors(outcome.errors, base, findings);
    else findings.add(outcome.code, outcome.message, base + outcome.pointer);
  }
}

type Params = Readonly<Record<string, unknown>>;
interface Words {
  readonly code: SpecCode;
  readonly message: string;
  readonly remedy?: string;
}

function reportError(error: ErrorObject, base: string, findings: Findings): void {
  const schema = (error.parentSchema ?? {}) as Schema;
  const at = base + error.instancePath;
  const params = error.params as Params;
  if (error.keyword === 'additionalProperties') reportKey(String(params['additionalProperty']), schema, at, findings);
  else {
    const { code, message, remedy } = wordsFor(error.keyword, params, schema, error.data);
    findings.add(code, message, at, remedy === undefined ? {} : { remedy });
  }
}

function reportKey(key: string, schema: Schema, at: string, findings: Findings): void {
  const place = childPointer(at, key);
  const meaning = schema[KEY_MEANING];
  const known = Object.keys(schema.properties ?? {});
  const guess = nearest(key, known);
  const more = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
  if (meaning !== undefined) findings.add('KSN-SPEC-017', `${quoted(key)} is not ${meaning}`, place);
  else if (isLaterAt(at, key)) {
    findings.add(
      'KSN-SPEC-015',
      `${quoted(key)} is not in this release; it has ${oneOf(known.filter((name) => name !== 'health' && name !== 'gates'))}`,
      place,
    );
  } else if (isLaterField(key) && isResource(at)) {
    findings.add('KSN-SPEC-015', `${quoted(key)} is not in this release`, place);
  } else if (AUTHORING_KEYS.includes(key)) {
    findings.add('KSN-SPEC-016', `${quoted(key)} is for authoring; a node document has it resolved`, place);
  } else {
    const remedy =
      guess === undefined && known.length > 0 && known.length <= 16 ? { remedy: `Known here: ${oneOf(known)}.` } : {};
    findings.add(
      'KSN-SPEC-010',
      `${quoted(key)} is not known here${more}`,
      place,
      guess === undefined ? remedy : { remedy: `Write ${quoted(guess)}.` },
    );
  }
}

/** Under `spec`, or in a group of sections there. */
function isLaterAt(pointer: string, key: string): boolean {
  const [top, ...group] = partsOfPointer(pointer);
  return top === 'spec' && isLaterSection([...group, key].join('.'));
}

/** `/spec/files/~1etc~1x` */
function isResource(pointer: string): boolean {
  const [top, ...rest] = partsOfPointer(pointer);
  return top === 'spec' && rest.length === 2;
}

function wordsFor(keyword: string, params: Params, schema: Schema, data: unknown): Words {
  const limit = String(params['limit']);
  switch (keyword) {
    case 'required':
      return { code: 'KSN-SPEC-011', message: `${quoted(String(params['missingProperty']))} is missing` };
    case 'type':
      return { code: 'KSN-SPEC-012', message: `expected ${describeTypes(schema)}, found ${typeOf(data)}` };
    case 'const':
    case 'enum':
      return wrong(`expected ${allowed(schema, data)}`);
    case 'pattern':
      return wrong(`expected ${schema[EXPECTED] ?? `text that matches ${quoted(String(params['pattern']))}`}`);
    case 'minLength':
      return wrong(limit === '1' ? 'the text must not be empty' : `the text must have at least ${limit} characters`);
    case 'maxLength':
      return wrong(`the text must have at most ${limit} characters`);
    case 'minItems':
      return wrong(limit === '1' ? 'the list must not be empty' : `the list must have at least ${limit} entries`);
    case 'maxItems':
      return wrong(`the list must have at most ${limit} entries`);
    case 'uniqueItems':
      return wrong('the list has the same entry twice');
    case 'minProperties':
    case 'maxProperties':
      return countWords(keyword, limit, schema);
    case 'minimum':
    case 'exclusiveMinimum':
    case 'maximum':
    case 'exclusiveMaximum':
      return wrongNumber(params, schema);
    case 'multipleOf':
      return wrong(`the number must be a multiple of ${String(params['multipleOf'])}`);
    case 'dependentRequired':
    case 'dependencies':
      return {
        code: 'KSN-SPEC-011',
        message: `${quoted(String(params['property']))} needs ${quoted(String(params['missingProperty']))} beside it`,
      };
    default:
      return wrong(
        `the value is not ${schema.description === undefined ? 'allowed here' : `what stands here: ${schema.description}`}`,
      );
  }
}

function wrong(message: string): Words {
  return { code: 'KSN-SPEC-013', message };
}

function wrongNumber(params: Params, schema: Schema): Words {
  const sign = String(params['comparison']);
  const limit = String(params['limit']);
  const number = typesOf(schema).includes('integer') ? 'a whole number' : 'a number';
  const range = { '>=': `of ${limit} or more`, '<=': `of ${limit} or less` }[sign];
  return {
    ...wrong(`the number must be ${comparison[sign] ?? 'within'} ${limit}`),
    ...(range !== undefined && { remedy: `Use ${number} ${range}.` }),
  };
}

const comparison: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};

/** A map that takes exactly one of its keys says so in counts. */
function countWords(keyword: string, limit: string, schema: Schema): Words {
  const known = Object.keys(schema.properties ?? {});
  if (limit === '1' && known.length > 0) {
    return {
      code: 'KSN-SPEC-033',
      message: keyword === 'minProperties' ? `needs ${oneOf(known)}` : `takes only one of ${oneOf(known)}`,
    };
  }
  return {
    code: 'KSN-SPEC-013',
    message: `the map must have at ${keyword === 'minProperties' ? 'least' : 'most'} ${limit} entries`,
  };
}

/** The value itself is quoted only as what it nearly was: anything else might be a secret. */
function allowed(schema: Schema, data: unknown): string {
  const values = (schema.const === undefined ? (schema.enum ?? []) : [schema.const]).map(plainText);
  const guess = typeof data === 'string' && values.length > 1 ? nearest(data, values) : undefined;
  return `${oneOf(values)}${guess === undefined ? '' : `; did you mean ${quoted(guess)}?`}`;
}

function describeTypes(schema: Schema): string {
  const types = typesOf(schema);
  return types.length === 1 ? describeSchema(schema) : types.map(typeName).join(' or ');
}

function missingKey(error: ErrorObject): string {
  return childPointer(error.instancePath, String((error.params as Params)['missingProperty']));
}

/** `generaton` is one fault, not an unknown key and a missing one: the pointer of what it stands for. */
function missingByTypo(error: ErrorObject): string | undefined {
  if (error.keyword !== 'additionalProperties') return undefined;
  const { properties } = (error.parentSchema ?? {}) as Schema;
  const guess = nearest(String((error.params as Params)['additionalProperty']), Object.keys(properties ?? {}));
  return guess === undefined ? undefined : childPointer(error.instancePath, guess);
}
