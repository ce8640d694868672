/**
 * Text as the node is to read it (desired/substitute.ts). What is literal is escaped where it has come together: a `$`
 * of one part and a `{` of the next begin a reference as well as those of one part.
 */

/** `literal` is taken as it is, whatever it looks like; `reference` is left for the node, or for its judgement. */
export type TextPart = { readonly literal: string } | { readonly reference: string };

/** `clash`: of the first reference with a `$` directly before it, its index. That would read as a literal `${`. */
export function textForNode(parts: readonly TextPart[]): { readonly text: string; readonly clash: number | null } {
  let text = '';
  let literal = '';
  let clash: number | null = null;
  for (const [index, part] of parts.entries()) {
    if ('literal' in part) {
      literal += part.literal;
      continue;
    }
    if (literal.endsWith('$')) clash ??= index;
    text += escapedText(literal) + part.reference;
    literal = '';
  }
  return { text: text + escapedText(literal), clash };
}

/** The node reads it as it is. */
export function escapedText(literal: string): string {
  return literal.replaceAll('${', () => '$${');
}
