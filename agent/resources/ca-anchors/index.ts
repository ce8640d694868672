import { pathKind } from '../path-kind.ts';
import { adoptAnchor } from './adopt.ts';
import { trustEffects } from './effects.ts';
import { expandAnchors, validateAnchors } from './spec.ts';

/** Authorities that every program of the node trusts: a file each, and the trust store made of them. */
export const caAnchors = {
  ...pathKind({
    name: 'caAnchors',
    prefix: 'anchor',
    schema: async () => (await import('./schema.ts')).caAnchorSchema,
    bundle: { field: 'pem', read: (bytes) => ({ value: Buffer.from(bytes).toString('utf8') }) },
    expand: expandAnchors,
    validate: validateAnchors,
    adopt: adoptAnchor,
  }),
  effects: trustEffects,
};
