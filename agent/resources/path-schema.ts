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
      ),
      Type.Integer({ minimum: 0, maximum: largestId }),
    ],
    { description: `The ${what} that it belongs to, by name or number. Default 0 (root).` },
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
    ),
  ),
} as const satisfies TProperties;

export interface RawOwner {
  readonly owner?: string | number;
  readonly group?: string | number;
  readonly label?: string;
}

/** The same as the states of paths have it. */
export function ownerFields({ owner = 0, group = 0, label }: RawOwner): {
  readonly owner: string;
  readonly group: string;
  readonly label?: string;
} {
  return { owner: plain(owner), group: plain(group), ...(label !== undefined && { label: contextOf(label) }) };
}

/** '007' and 7 are one user. */
function plain(id: string | number): string {
  return typeof id === 'string' && /^\d+$/.test(id) ? String(Number(id)) : String(id);
}

function contextOf(label: string): string {
  return label.includes(':') ? label : `system_u:object_r:${label}:s0`;
}
