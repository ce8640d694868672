import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { Place } from '../base/errors.ts';
import type { Fragment, KeyPath, SyntaxFault } from './fragment.ts';

/** Aliases are expanded at most this often: a small file must not become a large value. */
const MOST_ALIASES = 100;

/** YAML 1.2 with JSON's types, text keys and no merge keys. All faults at once; never throws. */
export function readYamlFragment(file: string, text: string): Fragment | { readonly faults: readonly SyntaxFault[] } {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, {
      schema: 'core',
      merge: false,
      prettyErrors: false,
      stringKeys: true,
      logLevel: 'error',
      lineCounter: lines,
    });
    const problems = [...document.errors, ...document.warnings];
    if (problems.length > 0)
      return {
        faults: problems.map((problem) => ({ message: firstLine(problem.message), place: place(problem.pos[0]) })),
      };
    const value: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return { file, value, locate: async (path) => place(offsetOf(document, path)) };
  } catch (error) {
    // Too many aliases, or nested beyond the stack.
    return {
      faults: [{ message: error instanceof Error ? firstLine(error.message) : 'cannot be read', place: { file } }],
    };
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** As far as the path leads. */
function offsetOf(document: Document.Parsed, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const name of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}
