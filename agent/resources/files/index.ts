import { pathKind } from '../path-kind.ts';
import { adoptFile } from './adopt.ts';
import { expandFiles, validateFiles } from './spec.ts';

/** Regular files: content, owner, mode, label. */
export const files = pathKind({
  name: 'files',
  prefix: 'file',
  schema: async () => (await import('./schema.ts')).fileSchema,
  validate: validateFiles,
  expand: expandFiles,
  adopt: adoptFile,
  bundle: { field: 'content' },
});
