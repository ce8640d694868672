/**
 * From what is wanted, owned and seen to drafts, waits and notes, for every kind whose items are paths. Pure, and
 * local: a target is judged by itself. Rules 16 (removal) and 17 (adoption) of the engine stand here.
 */
import { resourceError } from './errors.ts';
import type { Address, Draft, Item, Note, Observation, Owned, Planned, State, Target } from './kind.ts';
import { difference, samePath, servesAsDirectory, type PathSpec, type PathState } from './path-state.ts';
import { owedByPath } from './unit-folders.ts';

export interface PathPlanInput {
  readonly targets: readonly Target<PathSpec, PathState>[];
  readonly seen: ReadonlyMap<Address, Observation<PathState>>;
  readonly series?: string;
}

/** Collects the plan of one kind. */
interface Plan {
  readonly kind: string;
  readonly series: string | undefined;
  readonly changes: Draft<PathState>[];
  readonly waits: Planned<PathState>['waits'][number][];
  readonly notes: Note[];
}

export function planPaths(kind: string, { targets, seen, series }: PathPlanInput): Planned<PathState> {
  const plan: Plan = { kind, series, changes: [], waits: [], notes: [] };
  for (const target of targets) {
    const observation = seen.get(target.address);
    if (observation === undefined) wait(plan, target.address, 'KSN-FILE-008', 'was not looked at');
    else if ('unknown' in observation)
      plan.waits.push({ address: target.address, reason: observation.unknown, until: 'input' });
    else if (target.item === null) planRemoval(plan, target, observation.state);
    else if (target.item.implied === true) planImplied(plan, target.item, target.owned, observation.state);
    else planItem(plan, target.item, target.owned, observation.state);
  }
  return { changes: plan.changes, waits: plan.waits, notes: plan.notes };
}

function planItem(plan: Plan, item: Item<PathSpec>, owned: Owned<PathState> | null, seen: State<PathState>): void {
  const wanted = item.spec.state;
  if (samePath(seen, wanted)) {
    // Nothing to change, but to be written down: that it is ours from now on, or that this is what is asked for now.
    if (owned === null)
      plan.changes.push(wantedDraft(plan, item, seen, seen, { adopts: true, summary: 'adopt as it is' }));
    else if (!samePath(owned.last, wanted))
      plan.changes.push(wantedDraft(plan, item, seen, seen, { summary: 'record' }));
    return;
  }
  const drifted = owned !== null && samePath(owned.last, wanted);
  const to = keepingLabel(wanted, seen);
  const words = difference(seen, to);
  if (drifted && item.drift === 'ignore') return;
  if (drifted && item.drift === 'report') {
    note(plan, item.address, 'KSN-FILE-012', `was changed from outside: ${words}`);
    return;
  }
  const adopts = owned === null && seen !== null;
  const summary = seen === null ? 'create' : adopts ? `take over: ${words}` : words;
  plan.changes.push(wantedDraft(plan, item, seen, to, { adopts, summary, why: drifted ? 'drift' : 'generation' }));
}

/** A directory that another item's path needs: any directory is fine, and so is a link of root's, by which /var/run is one. */
function planImplied(plan: Plan, item: Item<PathSpec>, owned: Owned<PathState> | null, seen: State<PathState>): void {
  const why = owned === null ? 'generation' : 'drift';
  if (seen === null) plan.changes.push(wantedDraft(plan, item, null, item.spec.state, { summary: 'create', why }));
  else if (servesAsDirectory(seen)) return;
  else if (seen.type === 'link')
    wait(plan, item.address, 'KSN-FILE-024', `is a link of user ${seen.uid} to ${seen.target}, which no spec names`);
  else
    wait(plan, item.address, 'KSN-FILE-014', 'must be a directory, for what lies beneath, but something else is there');
}

function planRemoval(plan: Plan, { address, owned }: Target<unknown, PathState>, seen: State<PathState>): void {
  if (owned === null) {
    if (seen !== null) note(plan, address, 'KSN-FILE-013', 'is in an exclusive directory, but no resource names it');
    return;
  }
  const { original, last, onRemove } = owned;
  if (seen === null) return disown(plan, address, 'KSN-FILE-010', 'was already gone');
  if (onRemove === 'keep') return disown(plan, address, 'KSN-FILE-011', 'stays, as onRemove: keep says');
  if (!samePath(seen, last)) {
    return disown(plan, address, 'KSN-FILE-009', `was edited since Keelson wrote it: ${difference(last, seen)}`);
  }
  const to = onRemove === 'delete' ? null : original;
  if (samePath(seen, to)) return disown(plan, address, 'KSN-FILE-011', 'is as it was before Keelson');
  if (to?.type === 'other' || to?.type === 'large' || (to?.type === 'file' && to.unsaved === true)) {
    return disown(plan, address, 'KSN-FILE-023', 'stays: what was there before was not kept');
  }
  const remove = seen.type === 'directory' ? 'delete once empty' : 'delete';
  plan.changes.push({
    address,
    kind: plan.kind,
    covers: [address],
    from: seen,
    to,
    why: 'prune',
    adopts: false,
    claims: owned.claims,
    needs: owned.needs,
    effects: owned.effects ?? [],
    undo: 'exact',
    onRemove,
    summary: to === null ? remove : `restore original (taken over${takenIn(owned, plan.series)})${besides(seen, to)}`,
  });
}

/** " in 12"; " in lb/12" where another series is wanted now. */
function takenIn({ takenIn: by }: Owned<PathState>, series: string | undefined): string {
  if (by === undefined) return '';
  return by.series === series ? ` in ${by.generation}` : ` in ${by.series}/${by.generation}`;
}

/** What changes besides the content: that an original has its own goes without saying. */
function besides(seen: PathState, original: PathState): string {
  const same = seen.type === 'file' && original.type === 'file' ? { ...seen, content: original.content } : seen;
  const words = difference(same, original);
  return words === '' ? '' : `: ${words}`;
}

function wantedDraft(
  plan: Plan,
  item: Item<PathSpec>,
  seen: State<PathState>,
  to: State<PathState>,
  rest: Pick<Draft<PathState>, 'summary'> & Partial<Pick<Draft<PathState>, 'adopts' | 'why'>>,
): Draft<PathState> {
  const { address, claims, needs, shared, spec } = item;
  const changed = !samePath(seen, to);
  const unsaved = spec.backup === 'none' && (seen?.type === 'file' || seen?.type === 'large');
  const from: State<PathState> = unsaved && seen.type === 'file' ? { ...seen, unsaved: true } : seen;
  return {
    address,
    kind: plan.kind,
    covers: [address],
    from,
    to: changed ? to : from,
    why: 'generation',
    adopts: false,
    claims,
    needs,
    effects: to?.type === 'directory' ? shared.onChange : [...owedByPath(spec.path), ...shared.onChange],
    // A repair is never undone.
    undo:
      unsaved && rest.why !== 'drift' && (seen.type === 'large' || seen.content !== contentOf(to)) ? 'none' : 'exact',
    onRemove: shared.onRemove,
    ...(shared.guard !== undefined &&
      changed && { guard: { seconds: Math.ceil(shared.guard.withinMs / 1000), argv: [] } }),
    ...(shared.check !== undefined && { check: shared.check }),
    ...(spec.backup !== undefined && { backup: spec.backup }),
    ...rest,
  };
}

/** A spec that leaves the label to the policy does not take away the one that is there. */
function keepingLabel(wanted: PathState, seen: State<PathState>): PathState {
  if (wanted.type !== 'file' && wanted.type !== 'directory') return wanted;
  if (seen?.type !== wanted.type || wanted.label !== undefined || seen.label === undefined) return wanted;
  return { ...wanted, label: seen.label };
}

function contentOf(state: State<PathState>): string | undefined {
  return state?.type === 'file' ? state.content : undefined;
}

type Code = Parameters<typeof resourceError>[0];

function wait(plan: Plan, address: Address, code: Code, words: string): void {
  plan.waits.push({ address, reason: reason(address, code, words), until: 'input' });
}

function note(plan: Plan, address: Address, code: Code, words: string): void {
  plan.notes.push({ address, reason: reason(address, code, words) });
}

function disown(plan: Plan, address: Address, code: Code, words: string): void {
  plan.notes.push({ address, reason: reason(address, code, words), disown: true });
}

function reason(address: Address, code: Code, words: string) {
  return resourceError(code, `${address} ${words}`, { element: address }).toReason();
}
