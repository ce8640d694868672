/** Gates as the spec writes them → as the engine asks them. */
import type { GateSpec } from './shared-types.ts';
import type { Findings } from './findings.ts';
import { DEFAULT_COMMAND_TIMEOUT_MS } from './on-change.ts';
import { childPointer } from './pointer.ts';
import { parseDuration } from '../base/units.ts';

/** Gates that a part of the agent answers; the parts arrive one by one. */
export const PORT_GATES = ['unitActive', 'pod', 'timeSync', 'ladder', 'xid', 'readiness', 'certificate'] as const;

const defaultTimeoutMs = 5000;

type RawGate = Readonly<Record<string, unknown>> & {
  readonly http?: string;
  readonly tcp?: string;
  readonly file?: string;
  readonly exec?: readonly string[];
  readonly status?: readonly number[];
  readonly contains?: string;
  readonly insecure?: boolean;
  readonly absent?: boolean;
  readonly boot?: boolean;
  readonly timeout?: string;
  readonly for?: string;
};

/** From the (schema-valid) list. */
export function gatesOf(raw: readonly unknown[], pointer: string, findings: Findings): readonly GateSpec[] {
  return raw.map((gate, index) => gateOf(gate as RawGate, childPointer(pointer, index), findings));
}

function gateOf(raw: RawGate, pointer: string, findings: Findings): GateSpec {
  const fallback = raw.exec === undefined ? defaultTimeoutMs : DEFAULT_COMMAND_TIMEOUT_MS;
  const timeoutMs = (raw.timeout === undefined ? null : parseDuration(raw.timeout)) ?? fallback;
  const boot = raw.boot ?? false;
  if (timeoutMs === 0)
    findings.add('KSN-SPEC-013', 'timeout must be longer than nothing', childPointer(pointer, 'timeout'));
  if (raw.http !== undefined) {
    checkUrl(raw.http, childPointer(pointer, 'http'), findings);
    return {
      type: 'http',
      boot,
      timeoutMs,
      url: raw.http,
      ...(raw.status !== undefined && { status: raw.status }),
      ...(raw.contains !== undefined && { contains: raw.contains }),
      ...(raw.insecure !== undefined && { insecure: raw.insecure }),
    };
  }
  if (raw.tcp !== undefined)
    return { type: 'tcp', boot, timeoutMs, ...hostAndPort(raw.tcp, childPointer(pointer, 'tcp'), findings) };
  if (raw.file !== undefined) {
    if (raw.absent === true && raw.contains !== undefined) {
      findings.add('KSN-SPEC-033', 'a file cannot be absent and contain something', pointer);
    }
    return {
      type: 'file',
      boot,
      timeoutMs,
      path: raw.file,
      ...(raw.contains !== undefined && { contains: raw.contains }),
      ...(raw.absent !== undefined && { absent: raw.absent }),
    };
  }
  if (raw.exec !== undefined) return { type: 'exec', boot, timeoutMs, command: { argv: [...raw.exec], timeoutMs } };
  const port = PORT_GATES.find((name) => Object.hasOwn(raw, name)) ?? 'unitActive';
  const forMs = raw.for === undefined ? null : parseDuration(raw.for);
  return { type: 'port', boot, timeoutMs, port, arguments: raw[port], ...(forMs !== null && { forMs }) };
}

function checkUrl(text: string, pointer: string, findings: Findings): void {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') {
    findings.add('KSN-SPEC-013', 'http takes a complete URL without a user or password in it', pointer);
  }
}

function hostAndPort(
  text: string,
  pointer: string,
  findings: Findings,
): { readonly host: string; readonly port: number } {
  const cut = text.lastIndexOf(':');
  const host = text.slice(0, cut).replace(/^\[(.*)\]$/, '$1');
  const port = Number(text.slice(cut + 1));
  if (!(port >= 1 && port <= 65_535)) findings.add('KSN-SPEC-013', 'the port must be between 1 and 65535', pointer);
  return { host, port };
}
