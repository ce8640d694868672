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
  'KSN-DEBUG-002': {
    fault: 'environment',
    meaning: 'The agent has not yet looked at everything that it manages since it was started.',
    evidence: '`lookedAt` is missing in `keelson status -o json`.',
    next: 'Wait for it: seconds, or the end of what it recovers from. `keelson events --follow` shows it at work.',
    retryable: true,
  },
  'KSN-DEBUG-003': {
    fault: 'environment',
    meaning: 'The node is not well, or nobody knows, without a reason that could be told.',
    evidence: '`keelson status`: the verdict and what is listed under it.',
    next: 'keelson status, then keelson doctor.',
  },
  'KSN-DEBUG-004': {
    fault: 'environment',
    meaning: 'The node wants a generation and none has been good on it yet.',
    evidence: '`keelson status`: what is wanted, and what runs.',
    next: 'Wait for the verdict; `keelson events --follow` shows how far it is.',
    retryable: true,
  },
  'KSN-DEBUG-005': {
    fault: 'caller',
    meaning: 'Profiles of the process are not given out: the configuration does not say so.',
    evidence: '`keelson config show` lists debug.profiling.',
    next: 'Set `debug: { profiling: true }`, then: systemctl reload keelson. Take it back afterwards.',
  },
  'KSN-DEBUG-006': {
    fault: 'environment',
    meaning: 'Another profile is being taken, and there is one at a time.',
    evidence: 'Somebody else asks for /debug/cpu or /debug/heap.',
    next: 'Ask again in half a minute.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const debugError = errorsOf(DEBUG_ERRORS);
