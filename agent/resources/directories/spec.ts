/** `directories: { /etc/haproxy: { mode: '0750', group: haproxy } }` */
import { Type } from '@sinclair/typebox';
import { commonOf, commonProperties, parseMode } from '../../desired/common-fields.ts';
import { modeType } from '../../desired/value-types.ts';
import type { Claim, Item } from '../kind.ts';
import { pathClaim } from '../path-key.ts';
import { ownerFields, ownerProperties, type RawOwner } from '../path-schema.ts';
import { formatMode, type DirectoryState, type PathSpec } from '../path-state.ts';

export const directorySchema = Type.Object(
  {
    mode: Type.Optional(modeType("Permission bits. Default '0755'.")),
    ...ownerProperties,
    exclusive: Type.Optional(
      Type.Boolean({
        description: 'Nothing but what the spec names should lie in it: foreign entries are reported. Default false.',
      }),
    ),
    ...commonProperties,
  },
  { additionalProperties: false, description: 'A directory with its owner, mode and label.' },
);

interface RawDirectory extends RawOwner {
  readonly mode?: string;
  readonly exclusive?: boolean;
}

export interface DirectorySpec extends PathSpec {
  readonly state: DirectoryState;
  readonly exclusive: boolean;
}

export function expandDirectories(section: Readonly<Record<string, unknown>>): readonly Item<DirectorySpec>[] {
  return Object.entries(section).map(([path, value]) => {
    const raw = value as RawDirectory;
    const common = commonOf(value);
    const exclusive = raw.exclusive ?? false;
    const tree: readonly Claim[] = exclusive ? [`tree:${path}`] : [];
    return {
      address: `directory:${path}` as const,
      spec: {
        path,
        state: { type: 'directory', mode: formatMode(parseMode(raw.mode ?? '0755') ?? 0o755), ...ownerFields(raw) },
        exclusive,
      },
      drift: common.drift,
      claims: [pathClaim(path), ...tree],
      needs: common.dependsOn,
      common,
    };
  });
}
