/**
 * Whose requests are answered. A page of somebody else's, open in the browser of who forwards a port, can make that
 * browser ask here under a name of its own (DNS rebinding) and read the answers: such a name is refused.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { controlError } from './errors.ts';

/** Whether a Host header, absent in HTTP/1.0, is one of ours. */
export type ServedHost = (host: string | undefined) => boolean;

const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** A port of loopback: by its own names and number alone. */
export function loopbackHost(port: number): ServedHost {
  const served = new Set(LOOPBACK.flatMap((name) => [`${name}:${port}`, ...(port === 80 ? [name] : [])]));
  return (host) => host !== undefined && served.has(host.toLowerCase());
}

/**
 * A unix socket has no name: clients write what they like, and whoever forwards a port to it has any port. What a
 * foreign page could have is a name with a dot.
 */
export const socketHost: ServedHost = (host = '') => {
  const name = host.toLowerCase().replace(/:\d*$/u, '');
  return LOOPBACK.includes(name) || !name.includes('.');
};

/** @throws KSN-CTL-012 */
export function refuseForeign(headers: IncomingHttpHeaders, served: ServedHost): void {
  const { host } = headers;
  if (!served(host)) throw controlError('KSN-CTL-012', `this is not ${shown(host)}`, { element: 'Host' });
  // Browsers say so of what another page makes them fetch; a link that a person follows may lead here.
  const site = headers['sec-fetch-site'];
  if ((site === 'cross-site' || site === 'same-site') && headers['sec-fetch-mode'] !== 'navigate')
    throw controlError('KSN-CTL-012', 'a page of another origin asks', { element: 'Sec-Fetch-Site' });
}

function shown(host: string | undefined): string {
  return host === undefined ? 'a host without a name' : JSON.stringify(host.slice(0, 100));
}
