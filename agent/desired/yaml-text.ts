/**
 * YAML 1.2, core schema, as plain as JSON: no anchors, aliases, tags, directives or second document. The
 * yaml package parses; this file makes the value itself, so that limits hold while it is made.
 */
import { isAlias, isScalar, isSeq, type Alias, type ParsedNode, type YAMLError, type YAMLMap } from 'yaml';
import type { SpecCode } from './errors.ts';
import { LIMITS } from './limits.ts';
import { childPointer } from './pointer.ts';
import {
  isForbiddenKey,
  isLegible,
  joinRepeated,
  type ReadText,
  type SourceDocument,
  type TextFault,
} from './source-text.ts';
import { keyOf, offsetOf, type PlaceOf } from './yaml-places.ts';
import { parseTabbed } from './yaml-tabs.ts';
import { quoted } from '../base/words.ts';

export function readYaml(text: string): ReadText {
  let maker: ValueMaker | undefined;
  try {
    const { parsed, placeOf, tabs, fits } = parseTabbed(text);
    maker = new ValueMaker(placeOf);
    const tabFaults = tabs
      // As many as leave room for what else is wrong.
      .slice(0, LIMITS.findings / 2)
      .map((place) => ({ code: 'KSN-SPEC-002' as const, message: 'a tab cannot indent; use spaces', ...place }));
    const faults = [...parsed.errors, ...parsed.warnings]
      .slice(0, LIMITS.findings - tabFaults.length)
      .map((error) => syntaxFault(error, placeOf));
    if (hasDirectives(parsed.directives))
      faults.push({ code: 'KSN-SPEC-008', message: 'directives are not read', line: 1, column: 1 });
    // What a tag of somebody's means nobody knows; the value under it is there.
    const ownTags = parsed.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
    if (faults.length > ownTags.length || !fits) return { faults: [...tabFaults, ...faults] };
    const root = parsed.contents;
    if (root === null || (isScalar(root) && root.value === null))
      return {
        faults: [...tabFaults, ...faults, { code: 'KSN-SPEC-009', message: 'the file is empty', line: 1, column: 1 }],
      };
    maker.faults.push(...tabFaults, ...faults);
    const value = maker.value(root, '', 0);
    const document: SourceDocument = { value, locate: (pointer) => placeOf(offsetOf(root, pointer)) };
    if (maker.faults.length === 0) return { document };
    const legible = isLegible(maker.faults.slice(tabFaults.length));
    return { faults: maker.faults, ...(legible && { legible: document }) };
  } catch (error) {
    // The parser recurses; what is nested beyond the stack is nested too deep.
    if (error instanceof RangeError)
      return { faults: [{ code: 'KSN-SPEC-004', message: 'the document is nested far too deep', line: 1, column: 1 }] };
    if (error instanceof LimitFault && maker !== undefined)
      return { faults: maker.followsAliases ? maker.faults : [...maker.faults, error.fault] };
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
function syntaxFault(error: YAMLError, placeOf: PlaceOf): TextFault {
  const code = codes[error.code] ?? 'KSN-SPEC-002';
  const remedy = remedies[error.code];
  return {
    code,
    message: plain[code] ?? words[error.code] ?? 'this is not valid YAML',
    ...(remedy !== undefined && { remedy }),
    ...placeOf(error.pos[0]),
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

/** Of the core schema; the parser itself tells of any other. */
const coreTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

class ValueMaker {
  readonly faults: TextFault[] = [];
  readonly #placeOf: PlaceOf;
  readonly #anchored = new Map<string, ParsedNode>();
  /** By code and offset: what aliases lead to is read again, and its faults are told. */
  readonly #told = new Set<string>();
  /** What is too deep or too much now is so by aliases, and those are told. */
  followsAliases = false;
  #nodes = 0;

  constructor(placeOf: PlaceOf) {
    this.#placeOf = placeOf;
  }

  value(node: ParsedNode | null, pointer: string, depth: number): unknown {
    if (++this.#nodes > LIMITS.nodes)
      throw this.#limit('KSN-SPEC-005', `the document has more than ${LIMITS.nodes} values`, node, pointer);
    if (node === null) return null;
    if (isAlias(node)) return this.#alias(node, pointer, depth);
    if (node.anchor !== undefined) {
      this.#anchored.set(node.anchor, node);
      this.#fault('KSN-SPEC-007', 'anchors and aliases are not read', node, pointer);
    } else if (node.tag !== undefined && coreTags.has(node.tag))
      this.#fault('KSN-SPEC-008', 'tags and directives are not read', node, pointer);
    if (isScalar(node)) return this.#scalar(node.value, node, pointer);
    if (depth >= LIMITS.depth)
      throw this.#limit('KSN-SPEC-004', `the document is nested deeper than ${LIMITS.depth} levels`, node, pointer);
    if (isSeq(node))
      return node.items.map((item, index) =>
        this.value(item as ParsedNode | null, childPointer(pointer, index), depth + 1),
      );
    return this.#map(node, pointer, depth);
  }

  /** What it stands for, read where it stands, so that the limits count it each time. */
  #alias(node: Alias.Parsed, pointer: string, depth: number): unknown {
    this.#fault('KSN-SPEC-007', 'anchors and aliases are not read', node, pointer);
    const meant = this.#anchored.get(node.source);
    this.followsAliases = true;
    // Of a key, or round and round.
    if (meant === undefined || depth >= LIMITS.depth)
      throw this.#limit('KSN-SPEC-004', 'an alias leads nowhere', node, pointer);
    return this.value(meant, pointer, depth + 1);
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
      const isRepeated = Object.hasOwn(map, key);
      if (isRepeated) this.#fault('KSN-SPEC-006', `the key ${quoted(key)} is already there`, pair.key, at);
      const value = this.value(pair.value, at, depth + 1);
      if (isRepeated) joinRepeated(map[key], value, at);
      else map[key] = value;
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
    const [offset] = node.range;
    const key = `${code} ${offset}`;
    if (this.#told.has(key)) return null;
    this.#told.add(key);
    const fault = { code, message, pointer, ...this.#placeOf(offset) };
    if (this.faults.length >= LIMITS.findings) throw new LimitFault(fault);
    this.faults.push(fault);
    return null;
  }

  #limit(code: SpecCode, message: string, node: ParsedNode | null, pointer: string): LimitFault {
    return new LimitFault({ code, message, pointer, ...this.#placeOf(node?.range[0] ?? 0) });
  }
}
