import type { GateSpec } from '../desired/shared-fields.ts';
import type { Health } from '../resources/kind.ts';
import { healthError } from './errors.ts';

export type PortGate = Extract<GateSpec, { type: 'port' }>;

/** Answers gates of one name (`unitActive`, `pod`, `timeSync`, …) from their arguments in the spec. */
export type GatePort = (gate: PortGate, signal: AbortSignal) => Promise<Health>;

/** By the name of the gate; what is missing is `unjudged`: shown, outside the verdict, never called healthy. */
export type GatePorts = Readonly<Partial<Record<string, GatePort>>>;

/** A gate whose port this release lacks is `unjudged` (KSN-GATE-007): it neither holds nor fails. */
export async function checkPortGate(gate: PortGate, ports: GatePorts, signal: AbortSignal): Promise<Health> {
  const port = Object.hasOwn(ports, gate.port) ? ports[gate.port] : undefined;
  if (port !== undefined) return port(gate, signal);
  const message = `no ${gate.port} gate here yet: it is left out of the verdict`;
  return { is: 'unjudged', reason: healthError('KSN-GATE-007', message, { element: gate.port }).toReason() };
}
