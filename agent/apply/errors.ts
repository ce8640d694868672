/** What the journal, its stores and the executor can fail with. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const APPLY_ERRORS = {
  'KSN-APPLY-001': {
    fault: 'environment',
    meaning: 'The journal is damaged: a frame that was durable no longer reads, and later ones do.',
    evidence: 'The file `journal` in the state folder, at the offset in the message; look for disk errors in `dmesg`.',
    next: 'Nothing is changed until a person decides: copy the state folder away, then run `keelson doctor`.',
  },
  'KSN-APPLY-002': {
    fault: 'environment',
    meaning: 'The journal was written by a newer agent whose format this one does not know.',
    evidence: 'The header of the journal, quoted in the message.',
    next: 'Install an agent at least as new as the one named; until then this one observes and reports only.',
  },
  'KSN-APPLY-003': {
    fault: 'environment',
    meaning: 'A transaction is open that a newer agent began, with states that this one does not know.',
    evidence: 'The kinds and versions in the message, against `keelson version`.',
    next: 'Install an agent at least as new as the one named; it finishes or undoes the transaction.',
  },
  'KSN-APPLY-004': {
    fault: 'environment',
    meaning: 'There is no room for the journal to grow, so nothing was begun.',
    evidence: '`df` of the state folder.',
    next: 'Free space on that file system. The agent tries again by itself; a command that failed so is to be repeated.',
    retryable: true,
  },
  'KSN-APPLY-005': {
    fault: 'environment',
    meaning: 'Writing the journal failed; whether the last records are durable is unknown, so nothing more is changed.',
    evidence: 'The error in the message and `dmesg`; I/O errors point to the disk.',
    next: 'The agent opens the journal anew and recovers; if that fails again, replace the disk.',
    retryable: true,
  },
  'KSN-APPLY-006': {
    fault: 'environment',
    meaning: 'The journal is too old: no release between that agent and this one has read it.',
    evidence: 'The header of the journal, quoted in the message.',
    next: 'Start one release between the two first; it brings the journal to its own format.',
  },
  'KSN-APPLY-007': {
    fault: 'bug',
    meaning: 'A frame of the journal is whole, but its content makes no sense.',
    evidence: 'The offset in the message; its checksum holds, so the disk is not to blame.',
    next: 'Report it with a copy of the journal; the agent observes and reports only.',
  },
  'KSN-APPLY-008': {
    fault: 'environment',
    meaning:
      'The journal is gone while the rest of the state is there: what is managed, and the way back, are unknown.',
    evidence: 'The state folder: `specs` or `preimages` hold something, and there is no file `journal`.',
    next: 'Put `journal` back from a backup of this node. Without one, move the whole state folder away and start again: what is there is then taken over as it is, and nothing goes back to before Keelson.',
  },
  'KSN-APPLY-009': {
    fault: 'environment',
    meaning: 'The journal is longer than one can become: somebody else wrote to it, or stretched it.',
    evidence: 'The file `journal` in the state folder: `stat` tells its length, and whether it takes any space.',
    next: 'Nothing is changed until a person decides. Stop the agent, find out who wrote there, then `truncate -s 256M journal`: what Keelson wrote lies before that, and zeros behind it do no harm. Or put the file back from a backup of this node.',
  },
  'KSN-APPLY-010': {
    fault: 'caller',
    meaning: 'What is there is too large to be saved for a rollback.',
    evidence: 'The size and the limit in the message.',
    next: 'Say `backup: none` on that item if losing the old content is fine, or move it away by hand.',
  },
  'KSN-APPLY-011': {
    fault: 'environment',
    meaning: 'The store of contents saved for rollbacks is full.',
    evidence: 'The total and the limit in the message; the folder `preimages` in the state folder.',
    next: 'Let the open generation come to its verdict (that frees it), or say `backup: none` on large items.',
    retryable: true,
  },
  'KSN-APPLY-012': {
    fault: 'environment',
    meaning: 'Content saved for a rollback is missing.',
    evidence: 'The folder `preimages` in the state folder.',
    next: 'That address cannot go back by itself: bring it to the state you want by hand, or sign a newer generation.',
  },
  'KSN-APPLY-013': {
    fault: 'environment',
    meaning: "Content in the agent's store is not what was saved: damaged, or changed by somebody.",
    evidence: 'Its name is a keyed fingerprint of its bytes and no longer fits; look for disk errors in `dmesg`.',
    next: 'It will not be used. Bring the address to the state you want by hand, or sign a newer generation.',
  },
  'KSN-APPLY-014': {
    fault: 'environment',
    meaning: "An accepted spec is missing from the agent's store.",
    evidence: 'The folder `specs` in the state folder.',
    next: 'Deliver the spec again; the agent accepts the same digest once more.',
  },
  'KSN-APPLY-020': {
    fault: 'environment',
    meaning: 'Another agent holds the lock on this state folder.',
    evidence: 'The process named in the message, if it said its name.',
    next: 'Stop the other agent, or give this one its own state folder.',
    retryable: true,
  },
  'KSN-APPLY-021': {
    fault: 'environment',
    meaning: 'The lock on the state folder cannot be taken.',
    evidence: 'The error in the message: rights, a file system without locks, no space.',
    next: 'The state folder must be on a local, writable file system that the agent owns.',
  },
  'KSN-APPLY-022': {
    fault: 'environment',
    meaning: 'The node key is missing or damaged, while the journal still has fingerprints made with it.',
    evidence: 'The file `node-key` in the state folder.',
    next: 'Restore the file from a backup of this node. Without it the agent cannot tell what it wrote: it observes only.',
  },
  'KSN-APPLY-023': {
    fault: 'environment',
    meaning:
      'The state folder, something in it or a folder on the way to it could have been changed by others than root. A forged journal or guard would be acted on as root, so the agent does not start.',
    evidence: '`namei -l` and `ls -lR` of the state folder.',
    next: 'Find out who wrote there. If it is sound: `chown -R root: DIR; chmod -R go-rwx DIR`, but for `certs`. If not: restore a backup, or move it away and start anew.',
  },
  'KSN-APPLY-024': {
    fault: 'environment',
    meaning: 'Something in the state folder could be read by others than root. The agent has closed it.',
    evidence: 'The path and its mode before, in the message.',
    next: 'Find out who opened it. It holds secrets of specs and of what was there before: change those that matter.',
  },
  'KSN-APPLY-025': {
    fault: 'environment',
    meaning:
      'The state folder that this agent has locked is no longer at its path: it was moved away, or replaced. Another agent may run on what is there now, so this one changes nothing any more.',
    evidence: '`ls -di` of the state folder; `keelson doctor` names the agent that has it.',
    next: 'Put the folder back where it was, if it was moved by mistake, and see that one agent runs; then restart it.',
  },
  'KSN-APPLY-030': {
    fault: 'environment',
    meaning: 'The file system is full.',
    evidence: '`df` of the path in the message.',
    next: 'Free space there. The agent tries again by itself; a command that failed so is to be repeated.',
    retryable: true,
  },
  'KSN-APPLY-031': {
    fault: 'environment',
    meaning: 'The file system is read-only.',
    evidence: '`findmnt -T` of the path in the message; a disk error may have made it so.',
    next: 'Mount it writable, or take the item out of the spec. The agent tries again by itself; a command that failed so is to be repeated.',
    retryable: true,
  },
  'KSN-APPLY-032': {
    fault: 'environment',
    meaning: 'The disk gave an error.',
    evidence: '`dmesg`, around the time of the message.',
    next: 'Check the disk. The agent tries again by itself; a command that failed so is to be repeated.',
    retryable: true,
  },
  'KSN-APPLY-033': {
    fault: 'environment',
    meaning: 'The agent has run out of open files.',
    evidence: '`LimitNOFILE` of the unit, and `/proc/PID/fd`.',
    next: 'Raise LimitNOFILE; if the count only grows, report it.',
    retryable: true,
  },
  'KSN-APPLY-034': {
    fault: 'environment',
    meaning: 'The agent may not do that: rights, an immutable file, or SELinux.',
    evidence: '`ls -lZ`, `lsattr`, and `ausearch -m avc` around the time of the message.',
    next: 'Give the agent the right, or take the item out of the spec.',
  },
  'KSN-APPLY-035': {
    fault: 'environment',
    meaning: 'What is at the path is not what it must be: a folder where a file belongs, or the other way round.',
    evidence: '`stat` of the path in the message.',
    next: 'Move what is there away, or correct the spec.',
  },
  'KSN-APPLY-036': {
    fault: 'environment',
    meaning: 'The path leads out of the root, through a link or `..`, or turns in circles.',
    evidence: '`namei -l` of the path in the message.',
    next: 'Remove the link, or name the place it leads to in the spec.',
  },
  'KSN-APPLY-037': {
    fault: 'environment',
    meaning: 'The path is not there.',
    evidence: '`namei -l` of the path in the message.',
    next: 'Create it, or add it to the spec. The agent tries again by itself; a command that failed so is to be repeated.',
    retryable: true,
  },
  'KSN-APPLY-038': {
    fault: 'environment',
    meaning: 'A folder is not empty, so it stays.',
    evidence: '`ls -A` of the path in the message.',
    next: 'Remove what is in it if nobody needs it.',
  },
  'KSN-APPLY-039': {
    fault: 'environment',
    meaning: 'The content is larger than can be read here.',
    evidence: '`stat` of the path in the message.',
    next: 'Take the item out of the spec, or move the large file away.',
  },
  'KSN-APPLY-040': {
    fault: 'environment',
    meaning: 'This host cannot do what the item asks: a label, an owner or an attribute that the file system refuses.',
    evidence: 'The path and the words in the message.',
    next: 'Leave that field out of the spec on this host.',
  },
  'KSN-APPLY-041': {
    fault: 'environment',
    meaning: 'The thing changed while the agent was working on it.',
    evidence: 'Another writer at the same path.',
    next: 'Nothing: the agent looks again. If it comes back, find the other writer.',
    retryable: true,
  },
  'KSN-APPLY-042': {
    fault: 'caller',
    meaning: 'That is not a path this host can have.',
    evidence: 'The path in the message.',
    next: 'Correct the path in the spec.',
  },
  'KSN-APPLY-043': {
    fault: 'environment',
    meaning:
      'A link on the way to the path could have been made by a user other than root, and leads to what is not theirs: whoever follows it writes where they say, with rights that they do not have.',
    evidence: '`namei -l` of the path in the message shows every step with its owner.',
    next: 'Find out who made the link, and put back the directory. If it is meant, give the link and the folder it lies in to root.',
  },
} as const satisfies Catalogue;

export const applyError = errorsOf(APPLY_ERRORS);
