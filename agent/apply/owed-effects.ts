/**
 * Effects are debts: computed from what the journal says, the same while running and after a crash.
 * After a wave they are coalesced per target (the strongest verb wins), dropped where the target itself was
 * changed in the same or a later wave (its own change restarts it) or given back, whenever (it is not ours to restart any
 * more), and volatile ones end with the boot in which their change was done.
 */
import type { Change, ChangeId, Effect } from '../resources/kind.ts';
import { isTakenAsItIs } from '../resources/taken-as-it-is.ts';
import type { OpenTransaction } from './records.ts';

/** One run of an effect, for all changes of a wave that owe it: `owedBy` are their addresses. */
export interface OwedEffect extends Effect {
  /** `<tx>/<wave>/<target>/<verb>`: the nonce under which it runs at most once more after a crash. */
  readonly id: string;
  readonly wave: number;
  readonly owedBy: readonly string[];
}

const STRENGTH = { signal: 1, sysctl: 2, reload: 3, restart: 4, command: 5, 'daemon-reload': 6 } as const;

/**
 * What is still owed, in the order of waves: neither run nor given up, and not overtaken by a change of the target
 * itself. `bootId`: the boot of now.
 */
export function owedEffects(tx: OpenTransaction, bootId: string): readonly OwedEffect[] {
  const owed: OwedEffect[] = [];
  const lastWave = new Map<string, number>();
  const givenBack = new Set<string>();
  /** A change that was meant again after a restart counts in its last wave. */
  const waveOf = new Map<ChangeId, number>();
  for (const { wave, changes } of tx.intents) {
    for (const change of changes) {
      waveOf.set(change.id, wave);
      if (!tx.done.has(change.id)) continue;
      lastWave.set(change.address, wave);
      if (change.why === 'prune') givenBack.add(change.address);
    }
  }
  const waves = new Map<number, Change<unknown>[]>();
  for (const { wave, changes } of tx.intents) {
    const arrived = changes.filter(
      (change) => tx.done.has(change.id) && waveOf.get(change.id) === wave && !isTakenAsItIs(change),
    );
    waves.set(wave, [...(waves.get(wave) ?? []), ...arrived]);
  }
  const owes = (change: Change<unknown>, effect: Effect): boolean =>
    !isVolatile(effect) || tx.done.get(change.id) === bootId;
  for (const [wave, changes] of waves) {
    for (const effect of coalesce(tx.tx, wave, changes, owes)) {
      if (tx.effects.has(effect.id)) continue;
      if ((lastWave.get(effect.target) ?? -1) >= wave || givenBack.has(effect.target)) continue;
      owed.push(effect);
    }
  }
  return owed;
}

/** One effect a target; commands are each their own target. daemon-reload comes first. */
function coalesce(
  tx: string,
  wave: number,
  changes: readonly Change<unknown>[],
  owes: (change: Change<unknown>, effect: Effect) => boolean,
): readonly OwedEffect[] {
  const strongest = new Map<string, { effect: Effect; owedBy: string[] }>();
  for (const change of changes) {
    for (const effect of change.effects) {
      if (!owes(change, effect)) continue;
      const known = strongest.get(effect.target);
      if (known === undefined) strongest.set(effect.target, { effect, owedBy: [change.address] });
      else {
        known.owedBy.push(change.address);
        if (STRENGTH[effect.verb] > STRENGTH[known.effect.verb]) known.effect = effect;
      }
    }
  }
  return [...strongest.values()]
    .toSorted((a, b) => Number(b.effect.verb === 'daemon-reload') - Number(a.effect.verb === 'daemon-reload'))
    .map(({ effect, owedBy }) => ({ ...effect, id: `${tx}/${wave}/${effect.target}/${effect.verb}`, wave, owedBy }));
}

/** A reboot restarts services and reads their files anew; a command may do anything, so it stays owed. */
function isVolatile(effect: Effect): boolean {
  return effect.verb !== 'command';
}
