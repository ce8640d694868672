import { Type } from '@sinclair/typebox';
import { contentlessProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE, patternType } from '../../desired/value-types.ts';

const text = patternType(
  '^[^\\u0000-\\u0008\\u000A-\\u001F\\u007F]{1,4000}$',
  'text of one line, at most 4000 characters',
  'The value as text: several numbers, a name.',
  { examples: ['4096 87380 6291456'] },
);

const forms = [
  Type.Integer({ description: 'The value as a number.', examples: [1] }),
  Type.Boolean({ description: 'On (1) or off (0).', examples: [true] }),
  text,
] as const;

export const sysctlSchema = Type.Union(
  [
    ...forms,
    Type.Object(
      {
        value: Type.Union([...forms], { description: 'What the kernel is to have.', examples: [2] }),
        ...contentlessProperties,
      },
      { additionalProperties: false, description: 'The value with what every resource may have beside it.' },
    ),
  ],
  {
    description: 'A parameter of the kernel, now and after a boot: its value, or a map with more.',
    examples: [1],
    [KEY_EXAMPLE]: 'net.ipv4.ip_nonlocal_bind',
  },
);
