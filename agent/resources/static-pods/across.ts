/** What only shows when the pods meet everything else of the spec. Pure. */
import type { Reason } from '../../base/errors.ts';
import { parentPath } from '../../../hostfs/path.ts';
import type { Item } from '../kind.ts';
import { podReason } from './errors.ts';
import { mountFindings } from './mounts.ts';
import { pathFrom } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

export function findingsAcross(own: readonly Item<PodItemSpec>[], all: readonly Item<unknown>[]): readonly Reason[] {
  return [...mountFindings(own, all), ...strangersIn(own, all)];
}

/** Kubelet runs what lies in the manifest folder; a file there would go round every check of a pod. */
function strangersIn(own: readonly Item<PodItemSpec>[], all: readonly Item<unknown>[]): readonly Reason[] {
  const folders = new Set(own.map(({ spec }) => parentPath(spec.path)));
  const reasons: Reason[] = [];
  for (const { address, claims } of all) {
    const path = /^(file|link):/.test(address) ? pathFrom(claims) : undefined;
    if (path === undefined || !folders.has(parentPath(path)) || path.includes('/.')) continue;
    reasons.push(
      podReason('KSN-POD-019', `${address} lies in the folder of the pods' manifests`, { element: address }),
    );
  }
  return reasons;
}
