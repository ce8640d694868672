/** Which ports of the host a pod takes, and where two pods of one spec want the same. */
import type { Claim } from '../kind.ts';
import { dotted, type FieldPath } from './finding.ts';
import { numberAt, objectAt, textAt, type JsonObject } from './json.ts';
import { containersOf, partsOf } from './pod-parts.ts';

export interface HostPort {
  /** Lower case: tcp, udp, sctp. */
  readonly protocol: string;
  readonly port: number;
  /** Empty: every address of the host. */
  readonly ip: string;
  readonly path: FieldPath;
}

const EVERY = new Set(['', '0.0.0.0', '::']);

/** hostPort, and with hostNetwork every declared container port. Init containers end before the others start. */
export function hostPortsOf(pod: JsonObject): readonly HostPort[] {
  const hostNetwork = objectAt(pod, 'spec')['hostNetwork'] === true;
  const found: HostPort[] = [];
  for (const container of containersOf(pod)) {
    if (container.path[1] === 'initContainers' && textAt(container.value, 'restartPolicy') !== 'Always') continue;
    for (const { path, value } of partsOf(container.value, 'ports', [...container.path, 'ports'])) {
      const port = numberAt(value, 'hostPort') ?? (hostNetwork ? numberAt(value, 'containerPort') : undefined);
      if (port === undefined || port === 0) continue;
      const ip = textAt(value, 'hostIP') ?? '';
      found.push({
        protocol: (textAt(value, 'protocol') ?? 'TCP').toLowerCase(),
        port,
        ip: EVERY.has(ip) ? '' : ip,
        path,
      });
    }
  }
  return found;
}

/** `port:tcp/443`; with an address of its own `port:tcp/10.0.0.1:443`. */
export function portClaim(port: HostPort): Claim {
  const ip = port.ip.includes(':') ? `[${port.ip}]:` : port.ip === '' ? '' : `${port.ip}:`;
  return `port:${port.protocol}/${ip}${port.port}`;
}

/** An empty address is every address. */
export function collide(a: HostPort, b: HostPort): boolean {
  return a.protocol === b.protocol && a.port === b.port && (a.ip === b.ip || a.ip === '' || b.ip === '');
}

/** For people: the port, and the field that asks for it. */
export function describePort(port: HostPort): string {
  return `${portClaim(port).slice('port:'.length)} (${dotted(port.path)})`;
}
