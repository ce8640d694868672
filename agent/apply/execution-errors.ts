import { errorsOf, type Catalogue } from '../base/errors.ts';

export const EXECUTION_ERRORS = {
  'KSN-EXEC-001': {
    fault: 'environment',
    meaning: 'Carrying out one change took longer than its deadline.',
    evidence: 'The address in the message; `keelson events` shows when it began.',
    next: 'Look for a hanging file system or service at that address; the generation rolled back by itself.',
  },
  'KSN-EXEC-002': {
    fault: 'environment',
    meaning: 'A changed resource did not become well before the deadline.',
    evidence: 'The message quotes the last answer of its probe.',
    next: 'Mend what the probe names, then push a newer generation or `keelson retry`.',
  },
  'KSN-EXEC-003': {
    fault: 'environment',
    meaning: 'A reload, restart or command that a change owed has failed.',
    evidence: 'The message names target and outcome; the program’s last lines are in the event.',
    next: 'Run the named reload by hand to see why; a newer generation or `keelson retry` tries again.',
  },
  'KSN-EXEC-004': {
    fault: 'caller',
    meaning: 'Nothing here can carry out this effect, so it was left out.',
    evidence: 'The target of onChange in the message.',
    next: 'Correct the target, or install what it names; the file itself is in place.',
  },
  'KSN-EXEC-005': {
    fault: 'environment',
    meaning: 'A resource keeps changing while it is being changed.',
    evidence: 'Three plans in a row met another state than the one planned for.',
    next: 'Find what else writes there: `keelson events` shows the states, `lsof` or audit the writer.',
    retryable: true,
  },
  'KSN-EXEC-006': {
    fault: 'environment',
    meaning: 'The agent died several times while applying this generation.',
    evidence: 'The last journal step in the message; `journalctl -u keelson` around the starts.',
    next: 'The generation is blocked and the last known good runs. Report the crash; push a newer generation.',
  },
  'KSN-EXEC-007': {
    fault: 'environment',
    meaning: 'A guard fired: the undo that works without the agent was carried out.',
    evidence: 'The named change cut off what its guard had to reach.',
    next: 'Correct the change so that the guard’s addresses stay reachable, then push a newer generation.',
  },
  'KSN-EXEC-008': {
    fault: 'environment',
    meaning: 'What was changed from outside since was left as it is by the rollback.',
    evidence: 'The address differs from what this agent last wrote there.',
    next: 'Decide by hand: remove the edit, or put it into a newer generation.',
  },
  'KSN-EXEC-009': {
    fault: 'caller',
    meaning: 'A resource waited longer than its waitLimit allows.',
    evidence: 'The message says what it waited for.',
    next: 'Provide what it waits for, or raise waitLimit, and push a newer generation.',
  },
  'KSN-EXEC-010': {
    fault: 'environment',
    meaning:
      'Something else keeps changing what Keelson manages; repairs are slowed down, one a minute to one an hour.',
    evidence:
      '`keelson events` shows each repair; `keelson status` since when. A writer in the message is a guess, by the mark at the head of what was found or by whose path it usually is.',
    next: 'Find the other writer (a cron job, Ansible, a person) and stop it, or take the resource out of the spec.',
  },
  'KSN-EXEC-011': {
    fault: 'caller',
    meaning: 'A rollback has to change what is held, or what is only observed here, so it is not complete.',
    evidence: '`keelson status` shows holds with their end, and `keelson config show` the modes of kinds.',
    next: 'It goes on when the hold ends; `keelson release` ends it now.',
  },
  'KSN-EXEC-012': {
    fault: 'environment',
    meaning:
      'A rollback gave up an effect that failed again and again and that only the failed generation has; everything else is back.',
    evidence: 'The message names it, with its command and how it failed; `keelson events` shows each try.',
    next: 'Run it by hand where what it tells still has to know; then push a newer generation.',
  },
} as const satisfies Catalogue;

export const executionError = errorsOf(EXECUTION_ERRORS);
