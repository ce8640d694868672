/** Managed pods are planned as the paths that they are; foreign manifests by local policy. Pure. */
import { baseName } from '../../../hostfs/path.ts';
import type { Address, Draft, Note, Observation, Owned, Planned, State, Target, Wait } from '../kind.ts';
import { planPaths } from '../path-plan.ts';
import type { PathSpec, PathState } from '../path-state.ts';
import { podReason, type PodCode } from './errors.ts';
import { changedParts } from './changed-parts.ts';
import { isForeign, type ForeignFacts } from './foreign-facts.ts';
import { asItLies } from './found-manifest.ts';
import { isMoved, nameOf, pathFrom, type ForeignState, type PodState } from './pod-state.ts';
import type { PodItemSpec } from './spec.ts';

export const KIND = 'staticPods';
const NEW_POD = 'new pod';

/** Both kinds of targets, told apart by their address. */
export interface PodPlanInput {
  readonly targets: readonly Target<PodItemSpec, PodState>[];
  readonly seen: ReadonlyMap<Address, Observation<PodState>>;
  readonly series?: string;
}

/** Pods by their manifests. One whose file lies under another name waits; a foreign one goes by the policy of the node. */
export function planPods({ targets, seen, series }: PodPlanInput): Planned<PodState> {
  const managed = targets.filter(({ address }) => !isForeign(address));
  const moved = managed.filter(isMoved);
  const planned = planPaths(KIND, {
    targets: managed
      .filter((target) => !isMoved(target))
      .map((target) => asItLies(target, stateIn(seen.get(target.address)))) as readonly Target<PathSpec, PathState>[],
    seen,
    ...(series !== undefined && { series }),
  });
  const changes: Draft<PodState>[] = planned.changes.map(inWords);
  const notes: Note[] = [...(planned.notes ?? [])];
  const waits: Wait[] = [...planned.waits, ...moved.map(waitMoved)];
  for (const { address, owned } of targets.filter((target) => isForeign(target.address))) {
    const observation = seen.get(address) ?? { state: null };
    if ('unknown' in observation) waits.push({ address, reason: observation.unknown, until: 'input' });
    else if (observation.state === null && owned?.onRemove === 'restore' && owned.original?.type === 'file')
      changes.push(back(owned, owned.original));
    else if (observation.state !== null && 'foreign' in observation.state) planForeign(address, observation.state);
  }
  return { changes, waits, notes };

  function planForeign(address: Address, state: ForeignState): void {
    const { policy } = state.foreign;
    if (policy === 'quarantine' && state.type === 'file') changes.push(quarantine(address, state));
    else if (policy !== 'ignore') notes.push({ address, reason: found(address, state.foreign) });
  }
}

/** Kubelet stops the old pod before it starts the new one: a new UID waits for the old worker. */
function inWords(draft: Draft<PodState>): Draft<PodState> {
  const { from, to, summary } = draft;
  if (from?.type !== 'file' || to === null || 'pending' in to || to.type !== 'file' || from.content === to.content)
    return draft;
  return { ...draft, interrupts: 'stop/start, ~15 s gap', summary: summary.replace(/\bcontent\b/u, NEW_POD) };
}

/** "image, env" where only that it is another Pod was said. */
export function summarizePod(
  { address, summary }: Draft<PodState>,
  seen: Uint8Array,
  wanted: Uint8Array,
): string | null {
  const parts = changedParts(seen, wanted, nameOf(address));
  return parts.length === 0 ? null : summary.replace(NEW_POD, parts.join(', '));
}

function stateIn(observation: Observation<PodState> | undefined): State<PodState> {
  return observation !== undefined && 'state' in observation ? observation.state : null;
}

function waitMoved({ address, item, owned }: Target<PodItemSpec, PodState>): Wait {
  const names = [pathFrom(owned?.claims ?? []) ?? '', item?.spec.path ?? ''].map(baseName);
  const message = `${address} lies in ${names[0]}, and the spec says ${names[1]}`;
  return { address, reason: podReason('KSN-POD-021', message, { element: address }), until: 'input' };
}

function quarantine(address: Address, state: ForeignState & { readonly type: 'file' }): Draft<PodState> {
  const { path } = state.foreign;
  return {
    address,
    kind: KIND,
    covers: [address],
    from: state,
    to: null,
    why: 'drift',
    adopts: false,
    claims: [`path:${path}`],
    needs: [],
    effects: [],
    undo: 'exact',
    // The row stays, and with it the bytes: leaving with --restore lays `restore` over this.
    onRemove: 'keep',
    summary: `quarantine ${words(state.foreign)}; its bytes are kept as ${state.content}, \`keelson leave --restore\` puts them back`,
  };
}

/** What was quarantined, when management ends. Where something else has its name by now, apply finds a third state. */
function back({ address, claims, needs }: Owned<PodState>, original: PodState): Draft<PodState> {
  return {
    address,
    kind: KIND,
    covers: [address],
    from: null,
    to: original,
    why: 'prune',
    adopts: false,
    claims,
    needs,
    effects: [],
    undo: 'exact',
    onRemove: 'restore',
    summary: 'put back what was quarantined',
  };
}

const CODES: Readonly<Record<ForeignFacts['is'], PodCode>> = {
  manifest: 'KSN-POD-012',
  unread: 'KSN-POD-012',
  duplicate: 'KSN-POD-013',
  malformed: 'KSN-POD-014',
  other: 'KSN-POD-015',
};

function found(address: Address, facts: ForeignFacts) {
  return podReason(CODES[facts.is], `${facts.path} is ${words(facts)}`, { element: address });
}

function words({ is, pod, why }: ForeignFacts): string {
  switch (is) {
    case 'manifest':
      return `a foreign manifest, of ${pod}`;
    case 'duplicate':
      return `a second manifest of the managed pod ${pod}`;
    case 'malformed':
      return `a foreign file that kubelet cannot read: ${why}`;
    case 'unread':
      return 'a foreign manifest, which is a link or very large';
    case 'other':
      return 'neither file nor folder nor link; it is left alone';
  }
}
