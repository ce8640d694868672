/** Where the parts of a YAML document stand. */
import { isMap, isScalar, isSeq, type LineCounter, type ParsedNode } from 'yaml';
import { partsOfPointer } from './pointer.ts';

/** Numbers and booleans as keys count as they are written: `443: …` is the key '443'. */
export function keyOf(node: unknown): string | null {
  if (!isScalar(node)) return null;
  if (typeof node.value === 'string') return node.value;
  return typeof node.value === 'number' || typeof node.value === 'boolean' ? (node.source ?? null) : null;
}

/** Of what stands at a pointer, or of the nearest part above it. */
export function offsetOf(root: ParsedNode, pointer: string): number {
  // Several: a key may come twice, and the parts of both count.
  let nodes: readonly (ParsedNode | null)[] = [root];
  let offset = root.range[0];
  for (const part of partsOfPointer(pointer)) {
    const found = nodes.flatMap((node) => partsAt(node, part));
    const [first] = found;
    if (first === undefined) break;
    offset = first.offset ?? offset;
    nodes = found.map(({ node }) => node);
  }
  return offset;
}

function partsAt(
  node: ParsedNode | null,
  part: string,
): readonly { readonly offset: number | undefined; readonly node: ParsedNode | null }[] {
  if (isMap(node))
    return node.items
      .filter((item) => keyOf(item.key) === part)
      .map((pair) => ({ offset: pair.key.range[0], node: pair.value }));
  if (!isSeq(node)) return [];
  const item = node.items[Number(part)] ?? null;
  return [{ offset: item?.range[0], node: item }];
}

export type PlaceOf = (offset: number) => { readonly line: number; readonly column: number };

/** Offset → place. */
export function placeAt(lines: LineCounter, offset: number): { readonly line: number; readonly column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
