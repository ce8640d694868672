/** The strict half of the schema check: every unknown field, missing field, wrong type and bad enum, all at once. */
import { nearest } from '../../base/words.ts';
import { dotted, type FieldPath, type Finding } from './finding.ts';
import { isObject, type Json } from './json.ts';
import { POD_SCHEMA, type ScalarNode, type SchemaNode } from './pod-schema.ts';

/** What `kubectl explain` calls a quantity: 500m, 1.5, 64Mi, 1e3. */
const QUANTITY = /^[+-]?(\d+|\d+\.\d*|\.\d+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?\d+))?$/;
const MAXIMA: Readonly<Record<string, number>> = { int32: 2 ** 31 - 1 };

export function checkShape(pod: Json): readonly Finding[] {
  const findings: Finding[] = [];
  visit(pod, POD_SCHEMA.root, [], findings);
  return findings;
}

function visit(value: Json, schema: SchemaNode, path: FieldPath, findings: Finding[]): void {
  const node = resolve(schema);
  if ('scalar' in node) return checkScalar(value, node, path, findings);
  if ('any' in node) return;
  if ('array' in node) {
    if (!Array.isArray(value)) return wrongType(value, 'a list', path, findings);
    for (const [index, one] of (value as readonly Json[]).entries()) visit(one, node.array, [...path, index], findings);
    return;
  }
  if (!isObject(value)) return wrongType(value, 'an object', path, findings);
  if ('map' in node) {
    for (const [name, member] of Object.entries(value)) visit(member, node.map, [...path, name], findings);
    return;
  }
  const known = Object.keys(node.fields);
  const misspelt = new Set<string>();
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(node.fields, name) ? node.fields[name] : undefined;
    if (field === undefined) {
      const meant = nearest(name, known);
      if (meant !== undefined) misspelt.add(meant);
      findings.push(unknownField([...path, name], meant, known));
    } else visit(member, field, [...path, name], findings);
  }
  for (const name of node.required ?? []) {
    // One cause, one finding: what is misspelt is not missing too.
    if (Object.hasOwn(value, name) || misspelt.has(name)) continue;
    const message = `${dotted([...path, name])} is missing`;
    findings.push({ code: 'KSN-POD-002', path, message, remedy: `Add ${name}.` });
  }
}

function resolve(schema: SchemaNode): Exclude<SchemaNode, { readonly ref: string }> {
  let node = schema;
  while ('ref' in node) node = POD_SCHEMA.definitions[node.ref] ?? { any: true };
  return node;
}

function unknownField(path: FieldPath, meant: string | undefined, known: readonly string[]): Finding {
  return {
    code: 'KSN-POD-002',
    path,
    message: `${dotted(path)} is not a field of the Pod schema${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    remedy: meant === undefined ? `Remove it, or use one of: ${known.join(', ')}.` : `Write ${meant}.`,
  };
}

function checkScalar(value: Json, node: ScalarNode, path: FieldPath, findings: Finding[]): void {
  const expected = mismatch(value, node);
  if (expected !== null) return wrongType(value, expected, path, findings);
  if (node.allowed !== undefined && typeof value === 'string' && !node.allowed.includes(value)) {
    const meant = nearest(value, node.allowed);
    findings.push({
      code: 'KSN-POD-002',
      path,
      message: `${dotted(path)} is none of ${node.allowed.join(', ')}`,
      ...(meant !== undefined && { remedy: `Write ${meant}.` }),
    });
  }
}

/** What should stand there, or null when it does. */
function mismatch(value: Json, node: ScalarNode): string | null {
  switch (node.scalar) {
    case 'string':
      return typeof value === 'string' ? null : 'a string';
    case 'boolean':
      return typeof value === 'boolean' ? null : 'true or false';
    case 'number':
      return typeof value === 'number' ? null : 'a number';
    case 'integer':
      return isInteger(value, node.format) ? null : 'an integer';
    case 'int-or-string':
      return typeof value === 'string' || isInteger(value, 'int32') ? null : 'an integer or a name';
    case 'quantity':
      return (typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER) ||
        (typeof value === 'string' && QUANTITY.test(value))
        ? null
        : 'a quantity such as 500m or 64Mi';
    default:
      return null;
  }
}

function isInteger(value: Json, format: string | undefined): boolean {
  const limit = MAXIMA[format ?? ''] ?? Number.MAX_SAFE_INTEGER;
  return typeof value === 'number' && Number.isInteger(value) && value <= limit && value >= -limit - 1;
}

function wrongType(value: Json, expected: string, path: FieldPath, findings: Finding[]): void {
  const remedy =
    expected === 'a string' && (typeof value === 'number' || typeof value === 'boolean')
      ? 'Put it in quotes.'
      : undefined;
  findings.push({
    code: 'KSN-POD-002',
    path,
    message: `${dotted(path)} is ${typeName(value)}, expected ${expected}`,
    ...(remedy !== undefined && { remedy }),
  });
}

/** The type, not the value: a value in the wrong place may be a secret. */
function typeName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
