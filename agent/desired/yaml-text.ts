/**
 * YAML 1.2, core schema, as plain as JSON: no anchors, aliases, tags, directives or second document. The
 * yaml package parses; this file makes the value itself, so that limits hold while it is made.
 */
import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type ParsedNode,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { SpecCode } from './errors.ts';
import { LIMITS } from './limits.ts';
import { childPointer, partsOfPointer } from './pointer.ts';
import { isForbiddenKey, type ReadText, type TextFault } from './source-text.ts';
import { quoted } from '../base/words.ts';

export function readYaml(text: string): ReadText {
  const lines = new LineCounter();
  try {
    const parsed = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter: lines,
    });
    const faults = [...parsed.errors, ...parsed.warnings]
      .slice(0, LIMITS.findings)
      .map((error) => syntaxFault(error, lines));
    if (hasDirectives(parsed.directives))
      faults.push({ code: 'KSN-SPEC-008', message: 'directives are not read', line: 1, column: 1 });
    if (faults.length > 0) return { faults };
    const root = parsed.contents;
    if (root === null || (isScalar(root) && root.value === null))
      return { faults: [{ code: 'KSN-SPEC-009', message: 'the file is empty', line: 1, column: 1 }] };
    const maker = new ValueMaker(lines);
    const value = maker.value(root, '', 0);
    if (maker.faults.length > 0) return { faults: maker.faults };
    return { document: { value, locate: (pointer) => placeAt(lines, offsetOf(root, pointer)) } };
  } catch (error) {
    // The parser recurses; what is nested beyond the stack is nested too deep.
    if (error instanceof RangeError)
      return { faults: [{ code: 'KSN-SPEC-004', message: 'the document is nested far too deep', line: 1, column: 1 }] };
    if (error instanceof LimitFault) return { faults: [error.fault] };
    return {
      faults: [{ code: 'KSN-SPEC-002', message: 'the YAML reader gave up on this document', line: 1, column: 1 }],
    };
  }
}

/** `%YAML 1.1` changes what words mean, `%TAG` what tags mean. */
function hasDirectives({
  yaml,
  tags,
}: {
  readonly yaml: { readonly explicit?: boolean };
  readonly tags: object;
}): boolean {
  return yaml.explicit === true || Object.keys(tags).some((handle) => handle !== '!!');
}

const words: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: 'the text has an escape that YAML does not know',
  BAD_INDENT: 'the indentation does not fit what stands above',
  BAD_SCALAR_START: 'text cannot begin with this character; quote it',
  BLOCK_AS_IMPLICIT_KEY: 'a map begins in the middle of a line; quote the text if it holds a colon',
  BLOCK_IN_FLOW: 'a block cannot stand inside [ ] or { }',
  KEY_OVER_1024_CHARS: 'the key is longer than 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket, comma or colon is missing here',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a colon missing?',
  TAB_AS_INDENT: 'a tab cannot indent; use spaces',
  UNEXPECTED_TOKEN: 'this cannot stand here',
  MULTIPLE_DOCS: 'a second document begins here',
};

const remedies: Readonly<Record<string, string>> = {
  KEY_OVER_1024_CHARS:
    'Write it as an explicit key (`? "KEY"`, and `: VALUE` on the next line), or the document as JSON.',
};

const codes: Readonly<Record<string, SpecCode>> = {
  ALIAS_PROPS: 'KSN-SPEC-007',
  BAD_ALIAS: 'KSN-SPEC-007',
  MULTIPLE_ANCHORS: 'KSN-SPEC-007',
  BAD_DIRECTIVE: 'KSN-SPEC-008',
  MULTIPLE_TAGS: 'KSN-SPEC-008',
  TAG_RESOLVE_FAILED: 'KSN-SPEC-008',
  MULTIPLE_DOCS: 'KSN-SPEC-009',
  RESOURCE_EXHAUSTION: 'KSN-SPEC-004',
};

const plain: Partial<Record<SpecCode, string>> = {
  'KSN-SPEC-004': 'the document is nested far too deep',
  'KSN-SPEC-007': 'anchors and aliases are not read',
  'KSN-SPEC-008': 'tags and directives are not read',
};

/** In our words: the parser's own may quote the text. */
function syntaxFault(error: YAMLError, lines: LineCounter): TextFault {
  const code = codes[error.code] ?? 'KSN-SPEC-002';
  const remedy = remedies[error.code];
  return {
    code,
    message: plain[code] ?? words[error.code] ?? 'this is not valid YAML',
    ...(remedy !== undefined && { remedy }),
    ...placeAt(lines, error.pos[0]),
  };
}

class LimitFault extends Error {
  override readonly name = 'LimitFault';
  readonly fault: TextFault;
  constructor(fault: TextFault) {
    super(fault.message);
    this.fault = fault;
  }
}

class ValueMaker {
  readonly faults: TextFault[] = [];
  readonly #lines: LineCounter;
  #nodes = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  value(node: ParsedNode | null, pointer: string, depth: number): unknown {
    if (++this.#nodes > LIMITS.nodes)
      throw this.#limit('KSN-SPEC-005', `the document has more than ${LIMITS.nodes} values`, node, pointer);
    if (node === null) return null;
    if (isAlias(node) || node.anchor !== undefined)
      return this.#fault('KSN-SPEC-007', 'anchors and aliases are not read', node, pointer);
    if (node.tag !== undefined) return this.#fault('KSN-SPEC-008', 'tags and directives are not read', node, pointer);
    if (isScalar(node)) return this.#scalar(node.value, node, pointer);
    if (depth >= LIMITS.depth)
      throw this.#limit('KSN-SPEC-004', `the document is nested deeper than ${LIMITS.depth} levels`, node, pointer);
    if (isSeq(node))
      return node.items.map((item, index) =>
        this.value(item as ParsedNode | null, childPointer(pointer, index), depth + 1),
      );
    return this.#map(node, pointer, depth);
  }

  #map(node: YAMLMap.Parsed, pointer: string, depth: number): unknown {
    const map: Record<string, unknown> = {};
    for (const pair of node.items) {
      const key = keyOf(pair.key);
      if (key === null || isForbiddenKey(key)) {
        this.#fault(
          'KSN-SPEC-031',
          key === null ? 'a key must be plain text' : `${quoted(key)} cannot be a key`,
          pair.key ?? node,
          pointer,
        );
        continue;
      }
      const at = childPointer(pointer, key);
      const { anchor, tag } = pair.key as { readonly anchor?: string; readonly tag?: string };
      if (anchor !== undefined || tag !== undefined)
        this.#fault(
          anchor === undefined ? 'KSN-SPEC-008' : 'KSN-SPEC-007',
          'a key takes no anchor or tag',
          pair.key,
          at,
        );
      if (Object.hasOwn(map, key)) this.#fault('KSN-SPEC-006', `the key ${quoted(key)} is already there`, pair.key, at);
      map[key] = this.value(pair.value, at, depth + 1);
    }
    return map;
  }

  #scalar(value: unknown, node: ParsedNode, pointer: string): unknown {
    if (typeof value === 'number' && !Number.isFinite(value))
      return this.#fault('KSN-SPEC-032', 'the number is not finite', node, pointer);
    if (typeof value === 'string' && !value.isWellFormed())
      return this.#fault('KSN-SPEC-032', 'the text has half of a character pair', node, pointer);
    return value;
  }

  #fault(code: SpecCode, message: string, node: ParsedNode, pointer: string): null {
    const fault = { code, message, pointer, ...placeAt(this.#lines, node.range[0]) };
    if (this.faults.length >= LIMITS.findings) throw new LimitFault(fault);
    this.faults.push(fault);
    return null;
  }

  #limit(code: SpecCode, message: string, node: ParsedNode | null, pointer: string): LimitFault {
    return new LimitFault({ code, message, pointer, ...placeAt(this.#lines, node?.range[0] ?? 0) });
  }
}

/** Numbers and booleans as keys count as they are written: `443: …` is the key '443'. */
function keyOf(node: unknown): string | null {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  return typeof node.value === 'number' || typeof node.value === 'boolean' ? (node.source ?? null) : null;
}

function offsetOf(root: ParsedNode, pointer: string): number {
  let node: ParsedNode | null = root;
  let offset = root.range[0];
  for (const part of partsOfPointer(pointer)) {
    if (isMap(node)) {
      const pair: YAMLMap.Parsed['items'][number] | undefined = node.items.find((item) => keyOf(item.key) === part);
      if (pair === undefined) break;
      offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)] ?? null;
      offset = node?.range[0] ?? offset;
    } else break;
  }
  return offset;
}

function placeAt(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
