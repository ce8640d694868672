/** `directories: { /etc/haproxy: { mode: '0750', group: haproxy } }` */
import { sharedOf, parseMode } from '../../desired/shared-fields.ts';
import type { Claim, Item } from '../kind.ts';
import { pathClaim } from '../path-key.ts';
import { ownerFields, type RawOwner } from '../path-owner.ts';
import { formatMode, type DirectoryState, type PathSpec } from '../path-state.ts';

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
    const shared = sharedOf(value);
    const exclusive = raw.exclusive ?? false;
    const tree: readonly Claim[] = exclusive ? [`tree:${path}`] : [];
    return {
      address: `directory:${path}` as const,
      spec: {
        path,
        state: { type: 'directory', mode: formatMode(parseMode(raw.mode ?? '0755') ?? 0o755), ...ownerFields(raw) },
        exclusive,
      },
      drift: shared.drift,
      claims: [pathClaim(path), ...tree],
      needs: shared.dependsOn,
      shared,
    };
  });
}
