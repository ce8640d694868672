import { errorsOf, type Catalogue } from '../base/errors.ts';

export const ENGINE_ERRORS = {
  'KSN-ENGINE-001': {
    fault: 'caller',
    meaning: 'This generation is older than one already accepted in its series.',
    evidence: 'The generation in the message against `keelson status`.',
    next: 'Publish the old content under a new, higher generation.',
  },
  'KSN-ENGINE-002': {
    fault: 'caller',
    meaning:
      'Another document with the same series and generation was accepted before: one of them is not what it says.',
    evidence: 'The two digests in the message.',
    next: 'Find out who signed both; publish the right one under a higher generation.',
  },
  'KSN-ENGINE-003': {
    fault: 'caller',
    meaning: 'There is no such blocked generation to try again.',
    evidence: '`keelson status` lists blocked generations.',
    next: 'Name a blocked generation that is still the newest of its series.',
  },
  'KSN-ENGINE-004': {
    fault: 'caller',
    meaning: 'There is no earlier good generation to go back to, or it lies below the signed floor.',
    evidence: '`keelson status` shows the last known good.',
    next: 'Publish the content wanted under a new generation.',
  },
  'KSN-ENGINE-005': {
    fault: 'caller',
    meaning: 'An override must end: its expiry is missing or already past.',
    evidence: 'The expiry in the message.',
    next: 'Say --for with a duration, such as 1h.',
  },
  'KSN-ENGINE-006': {
    fault: 'environment',
    meaning: 'The agent only observes now and changes nothing.',
    evidence: 'The message says why: read-only journal, safe mode or mode observe.',
    next: 'Mend the named cause; `keelson doctor` helps.',
  },
  'KSN-ENGINE-007': {
    fault: 'caller',
    meaning: 'There is no override of this name.',
    evidence: '`keelson status` lists those in force.',
    next: 'Use one of the listed ids.',
  },
  'KSN-ENGINE-008': {
    fault: 'environment',
    meaning: 'A lane of the engine failed unexpectedly and begins again.',
    evidence: 'The error in the message and the journal entry of the same time.',
    next: 'It goes on by itself; if it repeats, report it.',
    retryable: true,
  },
  'KSN-ENGINE-009': {
    fault: 'caller',
    meaning: 'The plan that was shown is no longer the plan that would run.',
    evidence: 'The journal moved on since `keelson plan`.',
    next: 'Look at `keelson plan` again and apply with its basis.',
  },
  'KSN-ENGINE-010': {
    fault: 'caller',
    meaning: 'Safe mode: the agent observes and changes nothing.',
    evidence: 'The message says who or what switched it on.',
    next: 'Mend the cause, then `keelson safe-mode off`.',
  },
  'KSN-ENGINE-011': {
    fault: 'caller',
    meaning: 'A person rolled this generation back.',
    evidence: 'The message names who and why; the event has it too.',
    next: 'Push a newer generation, or `keelson retry` this one.',
  },
  'KSN-ENGINE-012': {
    fault: 'bug',
    meaning: 'The agent kept dying, so it only observes now; the generation it was applying is blocked.',
    evidence: 'The last journal step in the message; `journalctl -u keelson` around the three ends.',
    next: 'Report the crash; push a newer generation; then `keelson safe-mode off`.',
  },
  'KSN-ENGINE-013': {
    fault: 'caller',
    meaning: 'A hold names something that nobody manages on this node.',
    evidence: '`keelson status --all` lists every address.',
    next: 'Correct the address; --all holds the whole node.',
  },
  'KSN-ENGINE-014': {
    fault: 'caller',
    meaning: 'The node has no desired state: no spec was accepted yet.',
    evidence: 'The spec folder is empty, or what it holds was refused (`keelson events`).',
    next: 'Put a signed spec into the spec folder, or `keelson apply FILE`.',
  },
} as const satisfies Catalogue;

export const engineError = errorsOf(ENGINE_ERRORS);
