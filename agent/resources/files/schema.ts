import { Type } from '@sinclair/typebox';
import { sharedProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE, modeType } from '../../desired/value-types.ts';
import { ownerProperties } from '../path-schema.ts';

export const fileSchema = Type.Object(
  {
    content: Type.Union(
      [
        Type.Object(
          {
            inline: Type.String({
              description: 'The content as text, written as UTF-8.',
              examples: ['listen: 8404\n'],
            }),
            facts: Type.Optional(
              Type.Literal(true, {
                description: 'Replace `${facts.NAME}` in the text by what the node is. Default: it stands as written.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        Type.Object(
          { base64: Type.String({ description: 'The content as bytes, in base64.', examples: ['AAECAw=='] }) },
          { additionalProperties: false },
        ),
      ],
      { description: 'What is in the file: inline or base64.', examples: [{ inline: 'listen: 8404\n' }] },
    ),
    mode: Type.Optional(modeType('Permission bits. Content that not everybody may read counts as secret.', '0644')),
    ...ownerProperties,
    backup: Type.Optional(
      Type.Literal('none', { description: 'Overwrite without keeping what was there: for what is too large to keep.' }),
    ),
    ...sharedProperties,
  },
  {
    additionalProperties: false,
    description: 'A file with its content, owner, mode and label.',
    examples: [
      {
        content: { inline: 'frontend api\n  bind :6443\n' },
        mode: '0640',
        group: 'haproxy',
        check: { exec: ['haproxy', '-c', '-f', '{staged}'] },
        onChange: { 'process:haproxy': { signal: 'SIGUSR2' } },
      },
    ],
    [KEY_EXAMPLE]: '/etc/haproxy/haproxy.cfg',
  },
);
