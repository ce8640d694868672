import { errorsOf, type Catalogue } from '../base/errors.ts';

export const REPORT_ERRORS = {
  'KSN-REPORT-001': {
    fault: 'environment',
    meaning: 'The event log on disk could not be continued, so a new one began; what the old one said may be lost.',
    evidence: 'The file named in the message, which is kept until rotation takes it; `logId` in the events changes.',
    next: 'Look at the disk under the state folder; whoever follows events reads them from the beginning.',
  },
  'KSN-REPORT-002': {
    fault: 'environment',
    meaning: 'Events or the status could not be written to disk. The agent goes on and tries again.',
    evidence: 'What the file system said, in the message.',
    next: 'Make room on, or repair, the file system of the state folder.',
    retryable: true,
  },
  'KSN-REPORT-003': {
    fault: 'environment',
    meaning:
      'Some events are missing here: they could not be written in time, were damaged, or are older than what is kept.',
    evidence: 'The numbers of the missing events in the message.',
    next: 'Read `keelson status` for how things stand now; the log of the agent has the time around the gap.',
  },
  'KSN-REPORT-004': {
    fault: 'environment',
    meaning: 'The last status on disk cannot be read, or was written by a newer release.',
    evidence: 'The file named in the message.',
    next: 'Start the agent: it writes the status anew. Where this user may not read the file, run the command as root.',
  },
  'KSN-REPORT-005': {
    fault: 'environment',
    meaning:
      'Something that the agent did not write lies where it shows what is wrong to a login or a console. It is left as it is, and nothing is shown there.',
    evidence: 'What lies there, in the message. A file of the agent begins with `keelson: `.',
    next: 'Move it away, or set `notices.motd` or `notices.issue` to another path, or to `off`.',
  },
} as const satisfies Catalogue;

export const reportError = errorsOf(REPORT_ERRORS);
