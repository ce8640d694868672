import { formatDuration } from '../base/units.ts';
import type { Health } from '../resources/kind.ts';
import type { ReadUnits } from '../resources/unit-manager.ts';
import { HEALTHY, unhealthy } from './answers.ts';
import { healthError } from './errors.ts';
import type { GatePort } from './port-gate.ts';

/** A unit that is still on its way, to be active or to be so for long enough, is no evidence against it yet. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['activating', 'reloading', 'refreshing', 'deactivating']);

/** Active, without a break, for at least `for`. What systemd cannot be asked of is unknown. */
export function unitActiveGate(units: ReadUnits): GatePort {
  return async (gate, signal): Promise<Health> => {
    const name = String(gate.arguments);
    const subject = `unit ${name}`;
    const { load, active, sub, result, activeForMs } = await units.unit(name, signal);
    if (load === 'not-found') return unhealthy('KSN-GATE-009', subject, 'is not there');
    if (load === 'masked') return unhealthy('KSN-GATE-009', subject, 'is masked');
    const forMs = gate.forMs ?? 0;
    if (activeForMs !== null && activeForMs >= forMs && active !== 'deactivating') return HEALTHY;
    if (activeForMs !== null)
      return progressing(subject, `has been active for ${formatDuration(activeForMs)} of ${formatDuration(forMs)}`);
    if (ON_ITS_WAY.has(active)) return progressing(subject, `is ${active} (${sub})`);
    const why = result === null || result === 'success' ? '' : `: ${result}`;
    return unhealthy('KSN-GATE-009', subject, `is ${active}${why}`);
  };
}

function progressing(subject: string, says: string): Health {
  return {
    is: 'progressing',
    reason: healthError('KSN-GATE-008', `${subject} ${says}`, { element: subject }).toReason(),
  };
}
