import { Type } from '@sinclair/typebox';
import { contentlessProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE, patternType } from '../../desired/value-types.ts';

export const linkSchema = Type.Object(
  {
    target: patternType(
      '^[^\\u0000-\\u001F\\u007F]{1,4095}$',
      "a path, relative to the link's folder or absolute",
      'What the link points at, relative to its folder or absolute. It need not exist.',
    ),
    ...contentlessProperties,
  },
  {
    additionalProperties: false,
    description: 'A symbolic link.',
    examples: [{ target: '../usr/share/zoneinfo/Etc/UTC' }],
    [KEY_EXAMPLE]: '/etc/localtime',
  },
);
