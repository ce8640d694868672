/** Who owns a file or directory and how it is labelled: the fields that files and directories share. */
import { Type, type TProperties } from '@sinclair/typebox';
import { patternType } from '../desired/value-types.ts';

const largestId = 2 ** 32 - 2;

function idType(what: 'user' | 'group') {
  return Type.Union(
    [
      patternType(
        '^(?:[a-zA-Z_][a-zA-Z0-9_.-]{0,31}[$]?|[0-9]{1,10})$',
        `the name of a ${what}, or its number: 'haproxy', 99`,
        `Name or number of the ${what}.`,
        { examples: ['haproxy'] },
      ),
      Type.Integer({ minimum: 0, maximum: largestId }),
    ],
    { description: `The ${what} that it belongs to, by name or number.`, default: 0 },
  );
}

export const ownerProperties = {
  owner: Type.Optional(idType('user')),
  group: Type.Optional(idType('group')),
  label: Type.Optional(
    patternType(
      '^(?:[A-Za-z_][A-Za-z0-9_]*|[^:\\s]+:[^:\\s]+:[^:\\s]+:\\S+)$',
      "an SELinux type ('container_file_t') or a full context",
      'SELinux type or full context. Default: what the policy of the host says.',
      { examples: ['container_file_t'] },
    ),
  ),
} as const satisfies TProperties;
