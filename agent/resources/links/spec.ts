/** `links: { /etc/localtime: { target: ../usr/share/zoneinfo/UTC } }` */
import { Type } from '@sinclair/typebox';
import { commonOf, commonProperties } from '../../desired/common-fields.ts';
import { patternType } from '../../desired/value-types.ts';
import type { Item } from '../kind.ts';
import { pathClaim } from '../path-key.ts';
import type { LinkState, PathSpec } from '../path-state.ts';

export const linkSchema = Type.Object(
  {
    target: patternType(
      '^[^\\u0000-\\u001F\\u007F]{1,4095}$',
      "a path, relative to the link's folder or absolute",
      'What the link points at, relative to its folder or absolute. It need not exist.',
    ),
    ...commonProperties,
  },
  { additionalProperties: false, description: 'A symbolic link.' },
);

export interface LinkSpec extends PathSpec {
  readonly state: LinkState;
}

export function expandLinks(section: Readonly<Record<string, unknown>>): readonly Item<LinkSpec>[] {
  return Object.entries(section).map(([path, raw]) => {
    const common = commonOf(raw);
    const { target } = raw as { readonly target: string };
    return {
      address: `link:${path}` as const,
      spec: { path, state: { type: 'link', target } },
      drift: common.drift,
      claims: [pathClaim(path)],
      needs: common.dependsOn,
      common,
    };
  });
}
