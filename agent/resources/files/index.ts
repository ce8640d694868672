import { pathKind } from '../path-kind.ts';
import { expandFiles, fileSchema, validateFiles } from './spec.ts';

/** Regular files: content, owner, mode, label. */
export const files = pathKind({
  name: 'files',
  prefix: 'file',
  schema: fileSchema,
  validate: validateFiles,
  expand: expandFiles,
});
