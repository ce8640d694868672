import { Type } from '@sinclair/typebox';
import { sharedProperties } from '../../desired/shared-schema.ts';
import { modeType } from '../../desired/value-types.ts';
import { ownerProperties } from '../path-schema.ts';

export const fileSchema = Type.Object(
  {
    content: Type.Union(
      [
        Type.Object(
          {
            inline: Type.String({ description: 'The content as text, written as UTF-8.' }),
            facts: Type.Optional(
              Type.Literal(true, {
                description: 'Replace `${facts.NAME}` in the text by what the node is. Default: it stands as written.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        Type.Object(
          { base64: Type.String({ description: 'The content as bytes, in base64.' }) },
          { additionalProperties: false },
        ),
      ],
      { description: 'What is in the file: inline or base64.' },
    ),
    mode: Type.Optional(
      modeType("Permission bits. Default '0644'. Content that not everybody may read counts as secret."),
    ),
    ...ownerProperties,
    backup: Type.Optional(
      Type.Literal('none', { description: 'Overwrite without keeping what was there: for what is too large to keep.' }),
    ),
    ...sharedProperties,
  },
  { additionalProperties: false, description: 'A file with its content, owner, mode and label.' },
);
