import { pathKind } from '../path-kind.ts';
import { adoptDirectory } from './adopt.ts';
import { discoverForeign } from './discover.ts';
import { implyDirectories } from './imply.ts';
import { expandDirectories } from './spec.ts';

/** Directories: owner, mode, label; those that other resources' paths need come by themselves. */
export const directories = pathKind({
  name: 'directories',
  prefix: 'directory',
  schema: async () => (await import('./schema.ts')).directorySchema,
  expand: expandDirectories,
  imply: implyDirectories,
  discover: discoverForeign,
  adopt: adoptDirectory,
});
