import { pathKind } from '../path-kind.ts';
import { adoptLink } from './adopt.ts';
import { expandLinks } from './spec.ts';

/** Symbolic links, replaced in one step. */
export const links = pathKind({
  name: 'links',
  prefix: 'link',
  schema: async () => (await import('./schema.ts')).linkSchema,
  expand: expandLinks,
  adopt: adoptLink,
});
