/** How gates say what they found. */
import type { Health } from '../resources/kind.ts';
import { healthError, type HEALTH_ERRORS } from './errors.ts';

export const HEALTHY: Health = { is: 'healthy' };

/** Evidence against. `says`: what the subject does or is, a sentence with it: "is not there". */
export function unhealthy(code: keyof typeof HEALTH_ERRORS, subject: string, says: string): Health {
  return { is: 'unhealthy', reason: healthError(code, `${subject} ${says}`, { element: subject }).toReason() };
}

/** No evidence at all. */
export function unknown(subject: string, says: string): Health {
  return {
    is: 'unknown',
    reason: healthError('KSN-GATE-006', `${subject} ${says}`, { element: subject }).toReason(),
  };
}

/** Failures of a connection that are this host's trouble, not the service's: names, rights, descriptors. */
const OURS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL']);

const SAYS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  EHOSTUNREACH: 'is on a host that cannot be reached',
  ENETUNREACH: 'is in a network that cannot be reached',
  ETIMEDOUT: 'did not take the connection in time',
  ENOTFOUND: 'has a name that is not known',
  EAI_AGAIN: 'has a name that could not be resolved',
};

/** What a failed connection says of the service behind it. */
export function connectionFailed(code: 'KSN-GATE-003' | 'KSN-GATE-004', subject: string, error: unknown): Health {
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  const words = `${SAYS[errno] ?? 'cannot be connected to'} (${errno})`;
  return OURS.has(errno) ? unknown(subject, words) : unhealthy(code, subject, words);
}
