import { errorsOf, type Catalogue } from '../base/errors.ts';

export const HOST_ERRORS = {
  'KSN-HOST-001': {
    fault: 'environment',
    meaning: 'The files that name users and groups could not be read, so owners cannot be told.',
    evidence: 'The path in the message, as it is beneath the root that the agent works on.',
    next: 'Repair the file (rights, I/O errors, more than 4 MiB); the agent reads it again with the next reconcile.',
    retryable: true,
  },
  'KSN-HOST-002': {
    fault: 'environment',
    meaning: 'The kernel does not tell the id of this boot, without which a restart cannot be told from a reboot.',
    evidence: '/proc/sys/kernel/random/boot_id on this host.',
    next: 'Mount /proc where the agent runs.',
  },
  'KSN-HOST-003': {
    fault: 'environment',
    meaning: 'systemd could not be told the state of the agent; it may think that the agent hangs and end it.',
    evidence: 'The socket in the message; `systemctl show -p NotifyAccess,WatchdogUSec keelson`.',
    next: 'See whether the unit has NotifyAccess=main (or all) and lets the agent reach its notify socket.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const hostError = errorsOf(HOST_ERRORS);
