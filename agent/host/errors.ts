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
  'KSN-HOST-004': {
    fault: 'environment',
    meaning: 'The timer of a guard could not be started, so the change that it guards was not made.',
    evidence: 'What systemd-run or the kernel said, in the message; `systemctl list-timers --all "keelson-guard-*"`.',
    next: 'See why systemd starts no transient units on this node (`systemd-run --on-active=1s true`).',
    retryable: true,
  },
  'KSN-HOST-005': {
    fault: 'caller',
    meaning: 'A change has a guard, but cannot be undone without the agent.',
    evidence: 'The address and the reason in the message.',
    next: 'Take `guard` off the item, or what stands against it: `backup: none`, an owner that the host does not know.',
  },
  'KSN-HOST-006': {
    fault: 'environment',
    meaning: 'The files of a guard could not be read or written.',
    evidence: 'The path in the message: the folder `guards` in the state folder.',
    next: 'Repair the file system or make room on it; what is not guarded is not changed.',
    retryable: true,
  },
  'KSN-HOST-007': {
    fault: 'environment',
    meaning: 'The guard of a change has fired already, so the change is not made once more.',
    evidence: 'The change in the message; `keelson events` says what was put back.',
    next: 'The generation rolls back by itself; correct what its guard could not reach, then push a newer one.',
  },
  'KSN-HOST-010': {
    fault: 'environment',
    meaning: 'A program that alone knows a fact of this node gave no answer, so the fact is unknown.',
    evidence: 'The command and how it ended, in the message.',
    next: 'Run the command by hand as root and see what it says; the facts are gathered anew when they are asked for.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const hostError = errorsOf(HOST_ERRORS);
