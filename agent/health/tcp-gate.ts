import { connect } from 'node:net';
import type { GateSpec } from '../desired/shared-fields.ts';
import type { Health } from '../resources/kind.ts';
import { connectionFailed, HEALTHY } from './answers.ts';

export type TcpGate = Extract<GateSpec, { type: 'tcp' }>;

/** Somebody accepts the connection; nothing is said on it. */
export function checkTcpGate(gate: TcpGate, subject: string, signal: AbortSignal): Promise<Health> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: gate.host, port: gate.port, signal });
    socket.once('connect', () => {
      socket.destroy();
      resolve(HEALTHY);
    });
    socket.on('error', (error) => {
      socket.destroy();
      if (signal.aborted) reject(signal.reason);
      else resolve(connectionFailed('KSN-GATE-003', subject, error));
    });
  });
}
