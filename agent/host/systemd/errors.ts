import { errorsOf, type Catalogue } from '../../base/errors.ts';

export const UNIT_ERRORS = {
  'KSN-UNIT-001': {
    fault: 'environment',
    meaning: 'The system bus cannot be reached, so systemd can neither be asked nor told.',
    evidence: 'The socket and what the kernel or the bus said, in the message; `busctl list` on the node.',
    next: 'See whether the bus runs (`systemctl status dbus.socket dbus.service`).',
    retryable: true,
  },
  'KSN-UNIT-002': {
    fault: 'environment',
    meaning: 'systemd gave no answer: it is restarting, the bus went away in between, or it is too busy.',
    evidence: 'The call in the message; `systemctl is-system-running`, `journalctl -b _PID=1`.',
    next: 'Nothing, when it passes; else see what keeps systemd busy (`systemctl list-jobs`).',
    retryable: true,
  },
  'KSN-UNIT-003': {
    fault: 'environment',
    meaning: 'systemd or the bus does not let the agent do that.',
    evidence: 'The call in the message; SELinux denials (`ausearch -m USER_AVC`), policies in /etc/dbus-1/system.d.',
    next: 'Let the agent, as root, manage units; SELinux asks for the permissions of class service and system.',
  },
  'KSN-UNIT-004': {
    fault: 'caller',
    meaning: 'There is no such unit on this host.',
    evidence: '`systemctl cat UNIT`, `systemctl list-unit-files`.',
    next: 'Correct the name, or bring the unit: by the image, or as a file of the spec.',
  },
  'KSN-UNIT-005': {
    fault: 'caller',
    meaning: 'The unit is masked: systemd is not to start it.',
    evidence: '`systemctl is-enabled UNIT`; a link to /dev/null of its name.',
    next: 'Unmask the unit, or leave out what would start it.',
  },
  'KSN-UNIT-006': {
    fault: 'caller',
    meaning: 'systemd cannot read the files of the unit, or they do not make a unit.',
    evidence: '`systemctl status UNIT`, `systemd-analyze verify UNIT`.',
    next: 'Correct the unit file or the drop-in that the journal of systemd names.',
  },
  'KSN-UNIT-007': {
    fault: 'caller',
    meaning:
      'systemd refuses this of this unit: it cannot be reloaded, is started by others alone, or the jobs collide.',
    evidence: 'The name of the D-Bus error in the message; `systemctl show UNIT -p CanReload,RefuseManualStart`.',
    next: 'Ask for what the unit can do, or change what stands in its way.',
  },
  'KSN-UNIT-008': {
    fault: 'caller',
    meaning:
      'The unit cannot be enabled, disabled or masked: a file stands in the place of the link, or it is no file.',
    evidence: 'The name of the D-Bus error in the message; `ls -l /etc/systemd/system`.',
    next: 'Take away what stands there; units that a generator made are changed where the generator reads.',
  },
  'KSN-UNIT-009': {
    fault: 'environment',
    meaning: 'systemd answered a call with an error that the agent does not know.',
    evidence: 'The name of the D-Bus error in the message; `journalctl -b _PID=1`.',
    next: 'Do the same by hand (`systemctl`); it says more.',
  },
  'KSN-UNIT-011': {
    fault: 'caller',
    meaning: 'The job of a unit failed: it did not start, stop or reload as it should.',
    evidence: '`systemctl status UNIT`, `journalctl -u UNIT`.',
    next: 'Correct what the unit itself says is wrong.',
    retryable: true,
  },
  'KSN-UNIT-012': {
    fault: 'caller',
    meaning: 'The job of a unit was not done within the time that the unit gives its jobs.',
    evidence: '`systemctl show UNIT -p JobTimeoutUSec`, `systemctl list-jobs`, `journalctl -u UNIT`.',
    next: 'See what the job waits for, or give it more time (JobTimeoutSec=).',
    retryable: true,
  },
  'KSN-UNIT-013': {
    fault: 'caller',
    meaning: 'A unit was not started, since one that it needs did not come.',
    evidence: '`systemctl list-dependencies UNIT`, `systemctl --failed`.',
    next: 'Bring the unit that failed; it is named in the journal of systemd.',
    retryable: true,
  },
  'KSN-UNIT-014': {
    fault: 'environment',
    meaning: 'The job of a unit was taken back before it was done, by another job or by a person.',
    evidence: '`journalctl -b _PID=1` around that time.',
    next: 'See who starts or stops the unit beside the agent.',
    retryable: true,
  },
  'KSN-UNIT-015': {
    fault: 'caller',
    meaning: 'The job of a unit was left out: what it asks does not apply to the state that the unit is in.',
    evidence: '`systemctl status UNIT`.',
    next: 'See why the unit is not in the state that was expected.',
    retryable: true,
  },
  'KSN-UNIT-016': {
    fault: 'caller',
    meaning: 'The job of a unit has not ended in the time that the agent waits for it. systemd goes on with it.',
    evidence: '`systemctl list-jobs`, `systemctl status UNIT`.',
    next: 'See what the unit waits for; a unit that takes long to start belongs behind a gate, not into a reload.',
    retryable: true,
  },
  'KSN-UNIT-017': {
    fault: 'caller',
    meaning:
      'The job of a unit came to none of the common ends: an assertion did not hold, or systemd cannot do it here.',
    evidence: 'The result of the job in the message; `systemctl status UNIT`.',
    next: 'Read the status of the unit; assertions and conditions stand in its files.',
  },
} as const satisfies Catalogue;

export const unitError = errorsOf(UNIT_ERRORS);
