/**
 * Single managed files under a pod's hostPath volumes. The container holds the inode it was started with; a managed
 * file is replaced by rename, so the new one is invisible to it for ever (and a link is resolved once, at start).
 */
import type { Reason } from '../../base/errors.ts';
import { specError } from '../../desired/errors.ts';
import { pointerOf } from '../../desired/pointer.ts';
import { parentPath } from '../../../hostfs/path.ts';
import type { Address, Item } from '../kind.ts';
import { listAt, objectAt, textAt, type JsonObject } from './json.ts';
import type { HostMount, PodItemSpec } from './spec.ts';

/** The hostPath volumes of a pod, with normal paths. */
export function mountsOf(pod: JsonObject): readonly HostMount[] {
  const mounts: HostMount[] = [];
  for (const [index, volume] of listAt(objectAt(pod, 'spec'), 'volumes').entries()) {
    const hostPath = objectAt(volume, 'hostPath');
    const path = textAt(hostPath, 'path');
    if (path === undefined) continue;
    mounts.push({
      volume: textAt(volume, 'name') ?? '',
      path: normal(path),
      type: textAt(hostPath, 'type') ?? '',
      index,
    });
  }
  return mounts;
}

/** Pure: own pods against every item of the spec. */
export function mountFindings(own: readonly Item<PodItemSpec>[], all: readonly Item<unknown>[]): readonly Reason[] {
  const byPath = new Map<string, Item<unknown>>();
  for (const item of all) {
    // Only what is replaced by rename: directories stay the same inode.
    if (!/^(file|link):/.test(item.address)) continue;
    for (const claim of item.claims) if (claim.startsWith('path:')) byPath.set(claim.slice('path:'.length), item);
  }
  const reasons: Reason[] = [];
  for (const pod of own) {
    for (const mount of pod.spec.mounts) {
      const item = byPath.get(mount.path) ?? linkAbove(mount.path, byPath);
      if (item !== undefined && !restarts(item, pod.address)) reasons.push(finding(pod, mount, item));
    }
  }
  return reasons;
}

/** The file's change restarts the pod: then it gets the new inode. */
function restarts(item: Item<unknown>, pod: Address): boolean {
  return item.shared.onChange.some(({ target, verb }) => target === pod && verb === 'restart');
}

/** `/srv/app/current/conf` goes through the managed link `/srv/app/current`, which is resolved once as well. */
function linkAbove(path: string, byPath: ReadonlyMap<string, Item<unknown>>): Item<unknown> | undefined {
  for (let at = parentPath(path); at !== '/'; at = parentPath(at)) {
    const item = byPath.get(at);
    if (item?.address.startsWith('link:') === true) return item;
  }
  return undefined;
}

function finding(pod: Item<PodItemSpec>, mount: HostMount, item: Item<unknown>): Reason {
  const path = item.address.slice(item.address.indexOf(':') + 1);
  const what = item.address.startsWith('link:') ? 'link' : 'file';
  const verb = mount.path === path ? `mounts the ${what} ${path}` : `mounts ${mount.path} through the link ${path}`;
  const why =
    what === 'file' ? 'Its replacement is invisible to the container.' : 'A new target is invisible to the container.';
  return specError('KSN-SPEC-014', `${pod.address} ${verb}. ${why}`, {
    element: pod.address,
    place: {
      pointer: pointerOf(
        pod.spec.text
          ? [pod.spec.name, 'content']
          : [pod.spec.name, 'pod', 'spec', 'volumes', mount.index, 'hostPath', 'path'],
      ),
    },
    remedy:
      parentPath(path) === '/'
        ? `move the ${what} into a folder of its own and mount that`
        : `mount ${parentPath(path)}`,
  }).toReason();
}

/** `/etc/haproxy//haproxy.cfg/` and `/etc/haproxy/haproxy.cfg` are one mount. */
function normal(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `/${parts.join('/')}`;
}
