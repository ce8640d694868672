/** From what is wanted, owned and seen to drafts, waits and notes. Pure, and local: a parameter is judged by itself. */
import type { Address, Draft, Guard, Item, Note, Observation, Owned, Planned, State, Target, Wait } from '../kind.ts';
import { difference, type PathState } from '../path-state.ts';
import { kernelError, type KernelCode } from './errors.ts';
import { renderSysctlD } from './parse-sysctl-d.ts';
import { sameNow, sameSysctl, type SysctlSpec, type SysctlState } from './sysctl-state.ts';

export const KIND = 'kernel.sysctls';

export interface SysctlPlanInput {
  readonly targets: readonly Target<SysctlSpec, SysctlState>[];
  readonly seen: ReadonlyMap<Address, Observation<SysctlState>>;
}

interface Plan {
  readonly changes: Draft<SysctlState>[];
  readonly waits: Wait[];
  readonly notes: Note[];
}

export function planSysctls({ targets, seen }: SysctlPlanInput): Planned<SysctlState> {
  const plan: Plan = { changes: [], waits: [], notes: [] };
  for (const { address, item, owned } of targets) {
    const observation = seen.get(address);
    if (observation === undefined) wait(plan, address, reason('KSN-KERNEL-007', address, 'was not looked at'));
    else if ('unknown' in observation) wait(plan, address, observation.unknown);
    else if (item === null) planRemoval(plan, address, owned, observation.state);
    else planItem(plan, item, owned, observation.state);
  }
  return plan;
}

function planItem(
  plan: Plan,
  item: Item<SysctlSpec>,
  owned: Owned<SysctlState> | null,
  found: State<SysctlState>,
): void {
  const { address, spec } = item;
  const { now, file, others = [] } = found ?? { now: null, file: null };
  if (now === null) {
    const words = `waits: the kernel has no ${spec.path} now`;
    return wait(plan, address, reason('KSN-KERNEL-001', address, words));
  }
  for (const { path, value, wins } of others) {
    if (!wins) continue;
    const words = `will be ${value} after a boot: ${path} is read after ${spec.file}`;
    plan.notes.push({ address, reason: reason('KSN-KERNEL-006', address, words) });
  }
  const seen: SysctlState = { now, file };
  const wanted: SysctlState = { now: spec.value, file: keepingLabel(spec.fileState, file) };
  const add = (rest: Pick<Draft<SysctlState>, 'summary'> & Partial<Draft<SysctlState>>): void =>
    void plan.changes.push({ ...draftOf(item, seen, wanted), ...rest });
  if (sameSysctl(seen, wanted)) {
    if (owned === null) add({ to: seen, adopts: true, summary: 'adopt as it is' });
    else if (!sameSysctl(owned.last, wanted)) add({ to: seen, summary: 'record' });
    return;
  }
  const drifted = owned !== null && sameSysctl(owned.last, wanted);
  if (drifted && item.drift === 'ignore') return;
  const differs = changeWords(seen, wanted);
  if (drifted && item.drift === 'report') {
    const reported = reason('KSN-KERNEL-008', address, `was changed from outside: ${changeWords(wanted, seen)}`);
    plan.notes.push({ address, reason: reported });
    return;
  }
  const over = others.filter(({ wins }) => !wins).map(({ path, value }) => `${path} says ${value}`);
  add({
    why: drifted ? 'drift' : 'generation',
    adopts: owned === null && file !== null,
    summary: [differs, ...over].join('; '),
    ...guardOf(item, seen),
  });
}

function planRemoval(plan: Plan, address: Address, owned: Owned<SysctlState> | null, seen: State<SysctlState>): void {
  if (owned === null || seen === null) return;
  const { original, last, onRemove } = owned;
  const disown = (code: KernelCode, said: string): void =>
    void plan.notes.push({ address, reason: reason(code, address, said), disown: true });
  if (onRemove === 'keep') return disown('KSN-KERNEL-009', 'stays, as onRemove: keep says');
  // Whose module or interface is gone has no value to be put back, and comes back with the kernel's own.
  const now = seen.now;
  const wrote: SysctlState = { now: now === null ? null : (last?.now ?? null), file: last?.file ?? null };
  const from: SysctlState = { now, file: seen.file };
  if (!sameSysctl(from, wrote))
    return disown('KSN-KERNEL-008', `stays, since it was changed: ${changeWords(wrote, from)}`);
  const before = onRemove === 'delete' ? null : original;
  const to: SysctlState = { now: now === null ? null : (before?.now ?? now), file: before?.file ?? null };
  if (sameSysctl(from, to)) return disown('KSN-KERNEL-009', 'is as it was before Keelson');
  plan.changes.push({
    address,
    kind: KIND,
    covers: [address],
    from,
    to,
    why: 'prune',
    adopts: false,
    claims: owned.claims,
    needs: owned.needs,
    effects: owned.effects ?? [],
    undo: 'exact',
    onRemove,
    summary: changeWords(from, to),
  });
}

function draftOf(item: Item<SysctlSpec>, from: SysctlState, to: SysctlState): Omit<Draft<SysctlState>, 'summary'> {
  const { address, claims, needs, shared } = item;
  return {
    address,
    kind: KIND,
    covers: [address],
    from,
    to,
    why: 'generation',
    adopts: false,
    claims,
    needs,
    effects: shared.onChange,
    undo: 'exact',
    onRemove: shared.onRemove,
  };
}

/**
 * What undoes it without the agent: the value before, and no file that would bring the new one with a boot. Where a file
 * of ours was there, it is written as it would be for the value before.
 */
function guardOf({ shared, spec }: Item<SysctlSpec>, { now, file }: SysctlState): { readonly guard?: Guard } {
  if (shared.guard === undefined || now === null) return {};
  const kept = file === null ? '' : renderSysctlD(spec.path, now);
  const script = 'printf "%s\\n" "$2" >"$1"; if [ -n "$4" ]; then printf "%s" "$4" >"$3"; else rm -f -- "$3"; fi';
  const places = [`{root}/proc/sys/${spec.path}`, now, `{root}${spec.file}`, kept];
  return {
    guard: { seconds: Math.ceil(shared.guard.withinMs / 1000), argv: ['/bin/sh', '-c', script, 'sh', ...places] },
  };
}

/** "0 → 1, kept on disk" */
function changeWords(from: SysctlState, to: SysctlState): string {
  const value = sameNow(from.now, to.now) ? [] : [`${from.now ?? 'absent'} → ${to.now ?? 'absent'}`];
  const file = difference(from.file, to.file);
  if (file === '') return value.join('');
  const kept = to.file === null ? 'no more kept on disk' : from.file === null ? 'kept on disk' : `on disk ${file}`;
  return [...value, kept].join(', ');
}

/** A spec that leaves the label to the policy does not take away the one that is there. */
function keepingLabel(wanted: SysctlSpec['fileState'], seen: State<PathState>): PathState {
  return seen?.type === 'file' && seen.label !== undefined ? { ...wanted, label: seen.label } : wanted;
}

function wait(plan: Plan, address: Address, why: Wait['reason']): void {
  plan.waits.push({ address, reason: why, until: 'input' });
}

function reason(code: KernelCode, address: Address, said: string): Wait['reason'] {
  return kernelError(code, `${address} ${said}`, { element: address }).toReason();
}
