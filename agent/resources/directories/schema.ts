import { Type } from '@sinclair/typebox';
import { contentlessProperties } from '../../desired/shared-schema.ts';
import { modeType } from '../../desired/value-types.ts';
import { ownerProperties } from '../path-schema.ts';

export const directorySchema = Type.Object(
  {
    mode: Type.Optional(modeType("Permission bits. Default '0755'.")),
    ...ownerProperties,
    exclusive: Type.Optional(
      Type.Boolean({
        description: 'Nothing but what the spec names should lie in it: foreign entries are reported. Default false.',
      }),
    ),
    ...contentlessProperties,
  },
  { additionalProperties: false, description: 'A directory with its owner, mode and label.' },
);
