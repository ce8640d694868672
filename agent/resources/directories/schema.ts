import { Type } from '@sinclair/typebox';
import { contentlessProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE, modeType } from '../../desired/value-types.ts';
import { ownerProperties } from '../path-schema.ts';

export const directorySchema = Type.Object(
  {
    mode: Type.Optional(modeType('Permission bits.', '0755')),
    ...ownerProperties,
    exclusive: Type.Optional(
      Type.Boolean({
        description: 'Nothing but what the spec names should lie in it: foreign entries are reported.',
        default: false,
      }),
    ),
    ...contentlessProperties,
  },
  {
    additionalProperties: false,
    description: 'A directory with its owner, mode and label.',
    examples: [{ mode: '0750', group: 'haproxy', exclusive: true }],
    [KEY_EXAMPLE]: '/etc/haproxy',
  },
);
