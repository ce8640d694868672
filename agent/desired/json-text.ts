/**
 * Strict JSON with what JSON.parse lacks: duplicate keys are faults, depth and size are bounded while
 * reading, and places can be told. Places are found by reading again, only when somebody asks.
 */
import type { SpecCode } from './errors.ts';
import { LIMITS } from './limits.ts';
import { childPointer, partsOfPointer, pointerOf } from './pointer.ts';
import {
  isForbiddenKey,
  isLegible,
  joinRepeated,
  type ReadText,
  type SourceDocument,
  type TextFault,
} from './source-text.ts';
import { quoted } from '../base/words.ts';

/** `nodes`: how many values there may be; those of a document, where not told. */
export function readJson(text: string, { nodes = LIMITS.nodes }: { readonly nodes?: number } = {}): ReadText {
  const reader = new JsonReader(text, nodes);
  try {
    const value = reader.read();
    let positions: ReadonlyMap<string, number> | undefined;
    let lines: Lines | undefined;
    const document: SourceDocument = {
      value,
      locate(pointer) {
        positions ??= positionsIn(text, nodes);
        lines ??= new Lines(text);
        return lines.at(nearestPosition(positions, pointer));
      },
    };
    if (reader.faults.length === 0) return { document };
    return { faults: told(reader.faults, text), ...(isLegible(reader.faults) && { legible: document }) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { faults: told([...reader.faults, error], text) };
  }
}

function told(faults: readonly JsonFault[], text: string): readonly TextFault[] {
  const lines = new Lines(text);
  return faults.map(({ code, message, offset }) => ({ code, message, ...lines.at(offset) }));
}

class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly code: SpecCode;
  readonly offset: number;
  constructor(code: SpecCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

const space = /[ \t\n\r]*/y;
// Everything but quote, backslash and what lies below the space.
const plainText = /[ !#-[\]-\u{10FFFF}]*/uy;
const escape = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

class JsonReader {
  readonly faults: JsonFault[] = [];
  readonly #text: string;
  readonly #limit: number;
  readonly #positions: Map<string, number> | undefined;
  #at = 0;
  #depth = 0;
  #nodes = 0;

  constructor(text: string, limit: number, positions?: Map<string, number>) {
    this.#text = text;
    this.#limit = limit;
    this.#positions = positions;
  }

  read(): unknown {
    this.#match(space);
    this.#positions?.set('', this.#at);
    if (this.#at === this.#text.length) throw this.#fault('KSN-SPEC-009', 'the file is empty');
    const value = this.#value('');
    this.#match(space);
    if (this.#at < this.#text.length)
      throw this.#fault('KSN-SPEC-002', 'something stands after the end of the document');
    return value;
  }

  #value(pointer: string): unknown {
    if (++this.#nodes > this.#limit)
      throw this.#fault('KSN-SPEC-005', `the document has more than ${this.#limit} values`);
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') return this.#nested(() => this.#object(pointer));
    if (first === '[') return this.#nested(() => this.#array(pointer));
    const begin = this.#at;
    const digits = this.#match(number);
    if (digits !== undefined && digits !== '') {
      const value = Number(digits);
      if (!Number.isFinite(value)) throw this.#fault('KSN-SPEC-032', 'the number is too large', begin);
      return value;
    }
    const named = this.#match(word);
    if (named === undefined) throw this.#fault('KSN-SPEC-002', 'a value is missing here');
    return named === 'null' ? null : named === 'true';
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > LIMITS.depth)
      throw this.#fault('KSN-SPEC-004', `the document is nested deeper than ${LIMITS.depth} levels`);
    this.#at++;
    const value = read();
    this.#depth--;
    return value;
  }

  #object(pointer: string): unknown {
    const object: Record<string, unknown> = {};
    this.#each('}', () => {
      const begin = this.#at;
      const key = this.#string();
      const at = childPointer(pointer, key);
      if (isForbiddenKey(key)) throw this.#fault('KSN-SPEC-031', `${quoted(key)} cannot be a key`, begin);
      const isRepeated = Object.hasOwn(object, key);
      if (isRepeated) this.#repeated(key, begin);
      this.#note(at, begin);
      this.#expect(':');
      const value = this.#value(at);
      if (isRepeated) joinRepeated(object[key], value, at);
      else object[key] = value;
    });
    return object;
  }

  /** The first to stand at a pointer is what is meant by it. */
  #note(pointer: string, begin: number): void {
    if (this.#positions?.has(pointer) === false) this.#positions.set(pointer, begin);
  }

  #repeated(key: string, begin: number): void {
    const fault = this.#fault('KSN-SPEC-006', `the key ${quoted(key)} is already there`, begin);
    if (this.faults.length >= LIMITS.findings) throw fault;
    this.faults.push(fault);
  }

  #array(pointer: string): unknown {
    const array: unknown[] = [];
    this.#each(']', () => {
      const at = this.#positions === undefined ? pointer : childPointer(pointer, array.length);
      this.#note(at, this.#at);
      array.push(this.#value(at));
    });
    return array;
  }

  /** Members with commas between them, to the closing character. */
  #each(close: string, member: () => void): void {
    this.#match(space);
    if (this.#take(close)) return;
    do {
      this.#match(space);
      member();
      this.#match(space);
    } while (this.#take(','));
    if (!this.#take(close)) throw this.#fault('KSN-SPEC-002', `a ',' or '${close}' is missing here`);
  }

  #string(): string {
    const begin = this.#at;
    if (!this.#take('"')) throw this.#fault('KSN-SPEC-002', 'text in double quotes is missing here');
    let plain = true;
    for (this.#match(plainText); !this.#take('"'); this.#match(plainText)) {
      plain = false;
      if (this.#match(escape) !== undefined) continue;
      throw this.#fault(
        'KSN-SPEC-002',
        'the text does not end, or has an escape or character that JSON does not allow',
      );
    }
    const raw = this.#text.slice(begin, this.#at);
    const value = plain ? raw.slice(1, -1) : (JSON.parse(raw) as string);
    if (!value.isWellFormed()) throw this.#fault('KSN-SPEC-032', 'the text has half of a character pair', begin);
    return value;
  }

  #expect(character: string): void {
    this.#match(space);
    if (!this.#take(character)) throw this.#fault('KSN-SPEC-002', `a '${character}' is missing here`);
    this.#match(space);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fault(code: SpecCode, message: string, offset = this.#at): JsonFault {
    return new JsonFault(code, message, offset);
  }
}

function positionsIn(text: string, limit: number): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  new JsonReader(text, limit, positions).read();
  return positions;
}

function nearestPosition(positions: ReadonlyMap<string, number>, pointer: string): number {
  const parts = partsOfPointer(pointer);
  for (let length = parts.length; length >= 0; length--) {
    const position = positions.get(pointerOf(parts.slice(0, length)));
    if (position !== undefined) return position;
  }
  return 0;
}

/** Offsets → places, with the beginnings of lines found once. */
class Lines {
  readonly #begins: readonly number[];

  constructor(text: string) {
    const begins = [0];
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) begins.push(end + 1);
    this.#begins = begins;
  }

  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#begins.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#begins[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#begins[low] ?? 0) + 1 };
  }
}
