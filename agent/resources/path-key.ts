/** Paths as natural keys: which are accepted, and how they become addresses and claims. */
import { Buffer } from 'node:buffer';
import type { Reason } from '../base/errors.ts';
import { pointerOf } from '../desired/pointer.ts';
import { parentPath } from '../../hostfs/path.ts';
import { resourceError } from './errors.ts';
import type { Address, Claim } from './kind.ts';

/**
 * Absolute, normalised, not "/": no empty, '.' or '..' part, none that begins like our own temporaries, and no
 * character that a terminal or a log would not show as itself.
 */
const PATH_PATTERN =
  /^(?=.{2,4095}$)(?:\/(?!\.{1,2}(?:\/|$))(?!\.keelson-)[^/\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,255})+$/u;

const PATH_MEANING =
  "an absolute path without '.', '..', empty parts, control characters or a part that begins with '.keelson-'";

export const pathKey = { pattern: PATH_PATTERN, meaning: PATH_MEANING } as const;

/** What the pattern cannot count: the kernel's limits are bytes. */
export function keyFindings(paths: readonly string[]): readonly Reason[] {
  return paths.filter(isTooLong).map((path) =>
    resourceError('KSN-FILE-020', `${path.slice(0, 80)}… is longer than 4095 bytes, or one of its parts than 255`, {
      place: { pointer: pointerOf([path]) },
    }).toReason(),
  );
}

/** What follows the prefix. */
export function pathOf(address: Address): string {
  return address.slice(address.indexOf(':') + 1);
}

/** Owning a path alone; what lies under it is not claimed. */
export function pathClaim(path: string): Claim {
  return `path:${path}`;
}

/** "/a/b/c" → "/a", "/a/b"; never "/". */
export function ancestors(path: string): readonly string[] {
  const above: string[] = [];
  for (let at = parentPath(path); at !== '/'; at = parentPath(at)) above.unshift(at);
  return above;
}

function isTooLong(path: string): boolean {
  return Buffer.byteLength(path) > 4095 || path.split('/').some((part) => Buffer.byteLength(part) > 255);
}
