/** The directories above every claimed path, where the spec does not name them itself. */
import { NO_SHARED_FIELDS } from '../../desired/shared-fields.ts';
import type { Address, Claim, Item } from '../kind.ts';
import { ancestors, pathClaim } from '../path-key.ts';
import type { DirectorySpec } from './spec.ts';

export function implyDirectories(
  claims: readonly { readonly claim: Claim }[],
  declared: ReadonlySet<Address>,
): readonly Item<DirectorySpec>[] {
  const paths = claims.filter(({ claim }) => claim.startsWith('path:')).map(({ claim }) => claim.slice('path:'.length));
  const above = new Set(paths.flatMap(ancestors));
  return [...above]
    .filter((path) => !declared.has(`directory:${path}`) && !declared.has(`link:${path}`))
    .toSorted()
    .map((path) => ({
      address: `directory:${path}` as const,
      spec: { path, state: { type: 'directory', mode: '0755', owner: '0', group: '0' }, exclusive: false },
      drift: 'repair',
      claims: [pathClaim(path)],
      needs: [],
      shared: NO_SHARED_FIELDS,
      implied: true,
    }));
}
