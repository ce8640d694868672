/** The one form in which a document is written: keys sorted, nothing between them. The same value gives the same bytes. */
import { isMap } from './layer.ts';

export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** Names that look like numbers come first whatever is done, in their own order: that is the language's, and as stable. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, sorted(value[key])]),
  );
}
