/** Valid documents with something done to them. */
import fc from 'fast-check';

interface Edit {
  /** Which child to go to, level by level. */
  readonly step: readonly number[];
  readonly value: unknown;
  readonly how: 'set' | 'remove' | 'rename';
}

const odd = fc.constantFrom<unknown>(
  null,
  0,
  -1,
  1e300,
  '',
  'x',
  '${facts.hostname}',
  '${x',
  true,
  [],
  {},
  '/etc/x',
  '../x',
  '\u0000',
  '9'.repeat(40),
);

const edit: fc.Arbitrary<Edit> = fc.record({
  step: fc.array(fc.nat(40), { minLength: 1, maxLength: 9 }),
  value: fc.oneof(odd, fc.jsonValue({ maxDepth: 2 })),
  how: fc.constantFrom<Edit['how'][]>('set', 'remove', 'rename'),
});

export const edits = fc.array(edit, { minLength: 1, maxLength: 4 });

export function applyEdits(document: unknown, list: readonly Edit[]): unknown {
  return list.reduce((current, { step, value, how }) => mutate(current, step, value, how), structuredClone(document));
}

/** Walks by numbers, so that every place of the document is reached. */
function mutate(node: unknown, [first = 0, ...rest]: readonly number[], value: unknown, how: string): unknown {
  if (typeof node !== 'object' || node === null) return value;
  const keys = Object.keys(node);
  const key = keys[first % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const copy: Record<string, unknown> = { ...node };
  if (rest.length > 0) copy[key] = mutate(copy[key], rest, value, how);
  else if (how === 'set') copy[key] = value;
  else {
    if (how === 'rename') copy[`${key}x`] = copy[key];
    delete copy[key];
  }
  return Array.isArray(node) ? Object.values(copy) : copy;
}
