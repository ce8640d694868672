/**
 * Text → Pod. YAML is read as 1.2, and once more as 1.1, which is what kubelet's reader is near to: where the two
 * disagree (`010`, `yes`, `1:30`, `0o10`, `<<`) the author may have meant either, so it is refused. What kubelet gets
 * is canonical JSON made of the result, never this text.
 */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
  type Scalar,
} from 'yaml';
import { dotted, type FieldPath, type Finding } from './finding.ts';
import { isObject, withoutNulls, type Json, type JsonObject } from './json.ts';

export type ParsedPod =
  | { readonly pod: JsonObject; readonly findings: readonly [] }
  | { readonly pod: null; readonly findings: readonly Finding[] };

/** Kubelet's own limit for a manifest is 10 MiB; a spec is 1 MiB in all. */
const MAX_BYTES = 1024 * 1024;
const MAX_DEPTH = 64;
/** YAML 1.1 timestamps, by hand: the yaml package's tag for them can be switched off by whoever else uses it. */
const TIME = /^\d{4}-\d\d?-\d\d?(?:$|[Tt \t])/;

export function parsePod(bytes: Uint8Array): ParsedPod {
  if (bytes.length > MAX_BYTES)
    return refuse([plain(`the manifest has ${bytes.length} bytes; the limit is ${MAX_BYTES}`)]);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse([plain('the manifest is not UTF-8 text')]);
  }
  const deep = tooDeep(text);
  if (deep !== null) return refuse([deep]);
  try {
    return parseText(text);
  } catch (error) {
    if (error instanceof RangeError) return refuse([plain('it is nested too deep')]);
    throw error;
  }
}

function parseText(text: string): ParsedPod {
  const lines = new LineCounter();
  const documents = read(text, '1.2', lines);
  const findings: Finding[] = [];
  const at = (offset: number | undefined) => (offset === undefined ? {} : placeOf(lines, offset));
  for (const document of documents) {
    for (const problem of [...document.errors, ...document.warnings]) {
      findings.push({ code: 'KSN-POD-001', path: [], message: withoutQuotes(problem.message), ...at(problem.pos[0]) });
    }
  }
  for (const document of documents) {
    if (document.directives?.yaml.explicit === true)
      findings.push(plain('the %YAML directive is not read the same by everyone', 'Remove it.'));
  }
  if (findings.length > 0) return refuse(findings);
  const filled = documents.filter((document) => document.contents !== null && !isEmptyScalar(document.contents));
  const [first, second] = filled;
  if (first === undefined) return refuse([plain('the manifest is empty')]);
  if (second !== undefined) {
    findings.push({
      code: 'KSN-POD-001',
      path: [],
      message: `there are ${filled.length} documents; kubelet reads only the first`,
      remedy: 'Give each pod its own entry under staticPods.',
      ...at(second.contents?.range?.[0]),
    });
  }
  findings.push(
    ...sharing(first, at),
    ...disagreements(first, read(text, '1.1', new LineCounter())[documents.indexOf(first)], at),
  );
  if (findings.length > 0) return refuse(findings);
  const value = withoutNulls(first.toJS({ maxAliasCount: 0 }) as Json);
  return isObject(value) ? { pod: value, findings: [] } : refuse([plain('the manifest is not an object')]);
}

type At = (offset: number | undefined) => { readonly line?: number; readonly column?: number };

function read(text: string, version: '1.1' | '1.2', lineCounter: LineCounter): readonly Document.Parsed[] {
  const options = {
    version,
    uniqueKeys: true,
    strict: true,
    stringKeys: true,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter,
  } as const;
  const documents = parseAllDocuments(text, options);
  return Array.isArray(documents) ? (documents as Document.Parsed[]) : [];
}

/** Cheap, and before the reader spends itself on it. */
function tooDeep(text: string): Finding | null {
  let depth = 0;
  for (const char of text) {
    if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return plain(`brackets are nested deeper than ${MAX_DEPTH}`);
  }
  return null;
}

/** Anchors, aliases, merge keys and explicit tags: kubelet would follow them, a reviewer would not. */
function sharing(document: Document.Parsed, at: At): readonly Finding[] {
  const findings: Finding[] = [];
  const refused = (node: Node, what: string, remedy: string) =>
    findings.push({ code: 'KSN-POD-001', path: [], message: what, remedy, ...at(node.range?.[0]) });
  visit(document, {
    Node(key, node) {
      if (key === 'key' && isScalar(node) && node.source === '<<' && node.type === 'PLAIN')
        refused(node, 'the merge key << is not read the same by everyone', 'Write the members out.');
      if (isAlias(node)) refused(node, 'the alias is not read the same by everyone', 'Write the value out.');
      else if (node.anchor !== undefined)
        refused(node, 'the anchor is not needed without aliases', 'Remove the anchor.');
      else if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        refused(node, 'the tag is not known', 'Remove the tag.');
    },
  });
  return findings;
}

/** Scalars, keys included, that YAML 1.1 and 1.2 give different values. Both trees have one form, so they are walked together. */
function disagreements(modern: Document.Parsed, old: Document.Parsed | undefined, at: At): readonly Finding[] {
  const findings: Finding[] = [];
  const walk = (a: unknown, b: unknown, path: FieldPath): void => {
    if (isScalar(a)) {
      const time = a.type === 'PLAIN' && typeof a.value === 'string' && TIME.test(a.value);
      if (!time && isScalar(b) && Object.is(a.value, b.value)) return;
      findings.push({
        code: 'KSN-POD-001',
        path,
        message: `${nameOf(a, path)} is ${meaning(a.value)} in YAML 1.2 and ${time ? 'a time' : otherMeaning(a, b)} in YAML 1.1, which kubelet reads`,
        remedy:
          typeof a.value === 'string' ? 'Write it in quotes.' : 'Write it in quotes, or as a plain decimal number.',
        ...at(a.range?.[0]),
      });
    } else if (isMap(a) && isMap(b)) {
      for (const [index, pair] of a.items.entries()) {
        const other = b.items[index];
        walk(pair.key, other?.key, path);
        walk(pair.value, other?.value, [...path, isScalar(pair.key) ? String(pair.key.value) : String(index)]);
      }
    } else if (isNode(a) && 'items' in a && isNode(b) && 'items' in b) {
      for (const [index, item] of (a.items as unknown[]).entries())
        walk(item, (b.items as unknown[])[index], [...path, index]);
    }
  };
  walk(modern.contents, old?.contents, []);
  return findings;
}

/** `yes` and its like by themselves; anything else by its field, since a number may be a secret. */
function nameOf(scalar: Scalar, path: FieldPath): string {
  return /^[A-Za-z]{1,5}$/.test(scalar.source ?? '') ? (scalar.source ?? '') : dotted(path);
}

function meaning(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? 'a number' : typeof value === 'string' ? 'text' : 'something else';
}

function otherMeaning(a: Scalar, b: unknown): string {
  const [modern, old] = [meaning(a.value), meaning(isScalar(b) ? b.value : undefined)];
  return modern === old ? 'another one' : old;
}

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && node.value === null;
}

function placeOf(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The parser's words without the text that some of them quote after a colon: it may be a secret. */
function withoutQuotes(message: string): string {
  return message.split(/[:\n]/, 1)[0] ?? message;
}

function plain(message: string, remedy?: string): Finding {
  return { code: 'KSN-POD-001', path: [], message, ...(remedy !== undefined && { remedy }) };
}

function refuse(findings: readonly Finding[]): ParsedPod {
  return { pod: null, findings };
}
