/**
 * Policy on paths as they stand is not enough where the host has links: /srv/x may be /etc/keelson. Looked
 * at on accept; a link made afterwards by somebody else is that somebody's deed, and hostfs still keeps
 * everything beneath the root.
 */
import type { Reason } from '../base/errors.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { baseName, joinPath, parentPath } from '../../hostfs/path.ts';
import { isPath, pathOf } from '../desired/items.ts';
import type { GateSpec } from '../desired/shared-types.ts';
import type { Item } from '../resources/kind.ts';
import { verifyError } from './errors.ts';
import { gateRefusal, pathRefusal, type LocalPolicy } from './local-policy.ts';

const mostLinks = 40;

/**
 * Items, and files that gates ask for, whose parent folders lead through links of this host to where policy lets no spec
 * go. Not what {@link checkPolicy} refuses by its words already: it is told once.
 */
export async function checkResolvedPaths(
  items: readonly Item<unknown>[],
  gates: readonly GateSpec[],
  fs: Pick<ReadFileSystem, 'lstat'>,
  policy: LocalPolicy,
): Promise<readonly Reason[]> {
  const links = linksOf(items);
  const real = new Map<string, string>();
  const reasons: Reason[] = [];
  /** Null: where it is said to be. */
  const elsewhere = async (path: string): Promise<string | null> => {
    const folder = parentPath(path);
    const resolved = real.get(folder) ?? (await resolveFolder(folder, links, fs));
    real.set(folder, resolved);
    return resolved === folder ? null : joinPath(resolved, baseName(path));
  };
  const checkGates = async (asked: readonly GateSpec[], element: string): Promise<void> => {
    for (const path of new Set(asked.flatMap((gate) => (gate.type === 'file' ? [gate.path] : [])))) {
      const place = await elsewhere(path);
      const why = place === null || gateRefusal(path, policy) !== null ? null : gateRefusal(place, policy);
      if (why === null) continue;
      const message = `${element}: a gate asks for ${path}, which is in truth ${place} and ${why}`;
      reasons.push(verifyError('KSN-VERIFY-025', message, { element }).toReason());
    }
  };
  await checkGates(gates, 'spec');
  for (const { address, claims, implied, shared } of items) {
    if (implied === true) continue;
    await checkGates(shared.gates, address);
    for (const path of new Set(claims.filter(isPath).map(pathOf))) {
      const place = await elsewhere(path);
      const why = place === null || pathRefusal(path, policy) !== null ? null : pathRefusal(place, policy);
      if (why !== null)
        reasons.push(
          verifyError('KSN-VERIFY-024', `${address} is in truth ${place}, which ${why}`, {
            element: address,
          }).toReason(),
        );
    }
  }
  return reasons;
}

/** The links that the spec itself makes: by the time a path is written they are there. */
function linksOf(items: readonly Item<unknown>[]): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const { claims, spec } of items) {
    const target = targetOf(spec);
    const path = claims.find(isPath);
    if (target !== null && path !== undefined) links.set(pathOf(path), target);
  }
  return links;
}

/** Kinds whose items are paths say what is to be there as `state`. */
function targetOf(spec: unknown): string | null {
  if (typeof spec !== 'object' || spec === null || !('state' in spec)) return null;
  const { state } = spec;
  if (typeof state !== 'object' || state === null || !('target' in state)) return null;
  return typeof state.target === 'string' ? state.target : null;
}

/** The folder without links, as the kernel would find it inside the root; what is not there stays as written. */
async function resolveFolder(
  folder: string,
  made: ReadonlyMap<string, string>,
  fs: Pick<ReadFileSystem, 'lstat'>,
): Promise<string> {
  const todo = folder.split('/').filter((part) => part !== '');
  let done = '/';
  let links = 0;
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '..') {
      done = parentPath(done);
      continue;
    }
    const at = joinPath(done, part);
    const target = made.get(at) ?? (await fs.lstat(at))?.target;
    if (target === undefined || ++links > mostLinks) done = at;
    else {
      if (target.startsWith('/')) done = '/';
      todo.unshift(...target.split('/').filter((step) => step !== '' && step !== '.'));
    }
  }
  return done;
}
