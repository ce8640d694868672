/** What can go wrong at the endpoint, beyond what can on every socket. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const DEBUG_ERRORS = {
  'KSN-DEBUG-001': {
    fault: 'environment',
    meaning: 'The process answers, but what it writes with hangs: a change, or the disk under the journal.',
    evidence: 'The last entries of journalctl -u keelson; the state of the disk: dmesg, df /var/lib/keelson.',
    next: 'The watchdog of systemd restarts the agent; if it comes back so, look at the disk.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const debugError = errorsOf(DEBUG_ERRORS);
