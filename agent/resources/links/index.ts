import { pathKind } from '../path-kind.ts';
import { expandLinks, linkSchema } from './spec.ts';

/** Symbolic links, replaced in one step. */
export const links = pathKind({
  name: 'links',
  prefix: 'link',
  schema: linkSchema,
  expand: expandLinks,
});
