/**
 * Effects on units, by systemd. What runs is told of a change; what does not run is left alone, but for what failed: it may
 * have failed of what this change puts right. Unit files that were changed are read anew first, once for all of them.
 */
import { bug } from '../base/errors.ts';
import { effectError } from './effect-errors.ts';
import type { Effect, EffectSupport } from './kind.ts';
import { EffectSkipped } from './process-effects.ts';
import type { UnitFacts, Units } from './unit-manager.ts';

/** Less than the engine gives an effect, so that it is told by what it waited for. */
const JOB_DEADLINE_MS = 55_000;

/** All unit files: what `daemon-reload` is owed to. */
export const UNIT_FILES = 'systemd:unit-files';

const RUNS: ReadonlySet<string> = new Set(['active', 'reloading', 'refreshing', 'activating']);

/** `units` null: no systemd of this root runs here, and every effect is skipped, told as such. */
export function unitEffects(units: Units | null): EffectSupport {
  return {
    prefixes: ['unit', 'systemd'],
    async run(effect, _, signal) {
      const { target, verb } = effect;
      if (units === null) throw new EffectSkipped(`${verb} ${target}: no systemd of this root runs here`);
      if (verb === 'daemon-reload') return units.daemonReload(signal);
      const name = target.slice(target.indexOf(':') + 1);
      const unit = await units.unit(name, signal);
      if (unit.needsReload) await units.daemonReload(signal);
      if (unit.load === 'not-found') throw new EffectSkipped(`${verb} ${target}: there is no such unit`);
      if (unit.load === 'masked') throw new EffectSkipped(`${verb} ${target}: it is masked`);
      if (!RUNS.has(unit.active) && unit.active !== 'failed')
        throw new EffectSkipped(`${verb} ${target}: it does not run (${unit.active}), and is left alone`);
      await tell(units, unit, effect, signal);
    },
  };
}

async function tell(units: Units, unit: UnitFacts, effect: Effect, signal: AbortSignal): Promise<void> {
  const { name } = unit;
  const isUp = unit.active !== 'failed' && unit.sub !== 'auto-restart';
  switch (effect.verb) {
    case 'signal':
      if (!isUp) throw new EffectSkipped(`${effect.signal} ${effect.target}: it has failed, nothing runs`);
      if (effect.signal === undefined) throw bug(`${effect.target} has no signal`);
      return units.kill(name, effect.signal, signal);
    case 'reload':
      // Read again: what it can do is in the files that may just have been read anew.
      if (isUp && (await units.unit(name, signal)).canReload) return units.job('reload', name, JOB_DEADLINE_MS, signal);
      return restart(units, name, effect, signal);
    case 'restart':
      return restart(units, name, effect, signal);
    default:
      throw bug(`${effect.target} was to ${effect.verb}`);
  }
}

async function restart(units: Units, name: string, effect: Effect, signal: AbortSignal): Promise<void> {
  // Starts of before, which a limit on them counts, are not of this change.
  await units.resetFailed(name, signal);
  await units.job('restart', name, JOB_DEADLINE_MS, signal);
  const after = await units.unit(name, signal);
  if (RUNS.has(after.active)) return;
  throw effectError('KSN-EFFECT-005', `${name} was restarted, and is ${after.active} now (${after.sub})`, {
    element: effect.target,
  });
}
