import { Type } from '@sinclair/typebox';
import { contentlessProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE } from '../../desired/value-types.ts';
import { EXAMPLE_PEM } from './example.ts';

export const caAnchorSchema = Type.Object(
  {
    pem: Type.String({
      minLength: 1,
      maxLength: 64 * 1024,
      description: 'The certificate of one authority, in PEM; words around it are left out.',
      examples: [EXAMPLE_PEM],
    }),
    ...contentlessProperties,
  },
  {
    additionalProperties: false,
    description:
      'An authority that every program on the node trusts: its certificate among the anchors of the system, and the trust store made anew.',
    examples: [{ pem: EXAMPLE_PEM }],
    [KEY_EXAMPLE]: '/etc/pki/ca-trust/source/anchors/edge-ca.pem',
  },
);
