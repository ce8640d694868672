/** What `keelson adopt` says beside the spec: how much it took over, what it left out and why, and the next step. */
import type { AdoptedSpec } from '../../adopt/adopted-spec.ts';
import { counted } from '../../base/words.ts';
import type { AnyKind } from '../../resources/kind.ts';
import { failureText } from './findings-text.ts';
import type { Palette } from './palette.ts';

export interface AdoptTextOptions {
  readonly kinds: readonly AnyKind[];
  readonly out: string | undefined;
  /** Extended attributes could not be looked at. */
  readonly blind: boolean;
  readonly palette: Palette;
}

export function adoptText(
  { sections, leftOut }: AdoptedSpec,
  { kinds, out, blind, palette }: AdoptTextOptions,
): string[] {
  const taken = kinds.flatMap(({ name, prefix }) => {
    const count = Object.keys(sections[name] ?? {}).length;
    return count === 0 ? [] : [counted(count, prefix, prefix === 'directory' ? 'directories' : `${prefix}s`)];
  });
  const lines = leftOut.flatMap((reason) => failureText(reason, palette));
  if (blind) lines.push('Labels, ACLs and other extended attributes were not looked at: this Node has no node:ffi.');
  const outside = leftOut.length === 0 ? '' : ` ${leftOut.length} left out.`;
  if (taken.length === 0) return [...lines, `Nothing was taken over.${outside}`];
  return [
    ...lines,
    `${taken.join(', ')} taken over${out === undefined ? '' : ` into ${out}`}.${outside}`,
    `Next: keelson plan ${out ?? 'FILE'} on this host shows nothing but "adopt as it is".`,
  ];
}
