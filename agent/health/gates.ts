/** Asks one gate once. How long and how often it must hold is {@link holdGates}' matter. */
import { DeadlineError, withDeadline } from '../base/deadline.ts';
import { redactText } from '../base/redact-text.ts';
import type { GateSpec } from '../desired/shared-fields.ts';
import { formatDuration } from '../base/units.ts';
import type { Health, ReadHost } from '../resources/kind.ts';
import { healthError } from './errors.ts';
import { checkExecGate } from './exec-gate.ts';
import { checkFileGate } from './file-gate.ts';
import { checkHttpGate } from './http-gate.ts';
import { checkPortGate, type GatePorts } from './port-gate.ts';
import { checkTcpGate } from './tcp-gate.ts';

/** What gates may look with: never a handle that writes. */
export interface GateHost extends Pick<ReadHost, 'fs' | 'run' | 'clock'> {
  readonly ports: GatePorts;
}

/** Rejects only when `signal` aborts. */
export async function checkGate(gate: GateSpec, host: GateHost, signal: AbortSignal): Promise<Health> {
  try {
    return await withDeadline(host.clock, gate.timeoutMs, signal, (inner) => ask(gate, host, inner));
  } catch (error) {
    signal.throwIfAborted();
    const element = gateSubject(gate);
    if (error instanceof DeadlineError) {
      const reason = healthError('KSN-GATE-005', `${element} gave no answer within ${formatDuration(gate.timeoutMs)}`, {
        element,
      }).toReason();
      // A service that does not answer is evidence; a file system that does not answer says nothing about the file.
      return { is: gate.type === 'file' || gate.type === 'port' ? 'unknown' : 'unhealthy', reason };
    }
    const why = redactText(error instanceof Error ? error.message : String(error));
    return {
      is: 'unknown',
      reason: healthError('KSN-GATE-006', `${element} could not be looked at: ${why}`, {
        element,
        cause: error,
      }).toReason(),
    };
  }
}

/**
 * `http http://127.0.0.1:8404/healthz`: as a person would name the gate. Everybody may read it, so of a command it is the
 * program alone, and of a URL where it leads: arguments, queries and user names may be secrets.
 */
export function gateSubject(gate: GateSpec): string {
  return redactText(wordsOf(gate));
}

function wordsOf(gate: GateSpec): string {
  switch (gate.type) {
    case 'file':
      return `file ${gate.path}`;
    case 'exec':
      return `exec ${gate.command.argv[0] ?? ''}`;
    case 'tcp':
      return `tcp ${gate.host}:${gate.port}`;
    case 'http':
      return `http ${withoutQuery(gate.url)}`;
    case 'port':
      return typeof gate.arguments === 'string' ? `${gate.port} ${gate.arguments}` : gate.port;
  }
}

function withoutQuery(text: string): string {
  const url = URL.parse(text);
  // Nothing of what is no URL: where its query begins cannot be told.
  return url === null || url.host === '' ? 'gate' : `${url.protocol}//${url.host}${url.pathname}`;
}

function ask(gate: GateSpec, host: GateHost, signal: AbortSignal): Promise<Health> {
  const subject = gateSubject(gate);
  switch (gate.type) {
    case 'file':
      return checkFileGate(gate, subject, host.fs);
    case 'exec':
      return checkExecGate(gate, subject, host.run, signal);
    case 'tcp':
      return checkTcpGate(gate, subject, signal);
    case 'http':
      return checkHttpGate(gate, subject, signal);
    case 'port':
      return checkPortGate(gate, host.ports, signal);
  }
}
