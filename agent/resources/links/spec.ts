/** `links: { /etc/localtime: { target: ../usr/share/zoneinfo/UTC } }` */
import { sharedOf } from '../../desired/shared-fields.ts';
import type { Item } from '../kind.ts';
import { pathClaim } from '../path-key.ts';
import type { LinkState, PathSpec } from '../path-state.ts';

export interface LinkSpec extends PathSpec {
  readonly state: LinkState;
}

export function expandLinks(section: Readonly<Record<string, unknown>>): readonly Item<LinkSpec>[] {
  return Object.entries(section).map(([path, raw]) => {
    const shared = sharedOf(raw);
    const { target } = raw as { readonly target: string };
    return {
      address: `link:${path}` as const,
      spec: { path, state: { type: 'link', target } },
      drift: shared.drift,
      claims: [pathClaim(path)],
      needs: shared.dependsOn,
      shared,
    };
  });
}
