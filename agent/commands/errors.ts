/** What can go wrong with what a person typed. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const CLI_ERRORS = {
  'KSN-CLI-001': {
    fault: 'caller',
    meaning: 'The command line is not one that `keelson` takes.',
    evidence: 'The message names the option or argument.',
    next: 'keelson help, or keelson help COMMAND.',
  },
  'KSN-CLI-002': {
    fault: 'caller',
    meaning: 'A file that was named cannot be read or written.',
    evidence: 'The path and the reason of the system in the message.',
    next: 'Check the path and its permissions.',
  },
  'KSN-CLI-003': {
    fault: 'caller',
    meaning: 'The command changes something and nobody is there to ask.',
    evidence: 'Input or output is no terminal.',
    next: 'Look at the plan, then repeat the command with --yes.',
  },
  'KSN-CLI-004': {
    fault: 'caller',
    meaning: 'There is nothing by that name to explain.',
    evidence: 'keelson explain, without a name, lists codes and kinds.',
    next: 'Check the spelling.',
  },
  'KSN-CLI-005': {
    fault: 'environment',
    meaning: 'The agent is not running, and it left no status on this disk.',
    evidence: 'Neither a socket in the runtime folder nor a status in the state folder.',
    next: 'systemctl status keelson; keelson doctor says what this host lacks.',
  },
  'KSN-CLI-006': {
    fault: 'environment',
    meaning: 'The verdict did not come while the command waited.',
    evidence: 'keelson status shows where the node is.',
    next: 'The agent goes on by itself; keelson status --watch, keelson events --follow.',
  },
  'KSN-CLI-007': {
    fault: 'caller',
    meaning: 'The node does not hold what was to be released.',
    evidence: 'keelson status lists holds with their ids.',
    next: 'Name an address that is held, or an id.',
  },
  'KSN-CLI-008': {
    fault: 'environment',
    meaning: 'The file system refused what the command had to read or write of the root.',
    evidence: 'The path and the reason of the system in the message; ls -ld shows owner and mode.',
    next: 'Run it as root, or on a root of your own with --root.',
  },
  'KSN-CLI-009': {
    fault: 'caller',
    meaning: '`keelson doctor` was asked to look at something that it does not know.',
    evidence: 'The word after doctor.',
    next: 'keelson doctor, without a word, looks at this host.',
  },
  'KSN-CLI-010': {
    fault: 'environment',
    meaning: 'An agent is there and does not answer, and it left no status on this disk.',
    evidence: 'The message has its process where it is known: ps -p PID; journalctl -u keelson -n 50.',
    next: 'keelson doctor says how to start it anew.',
    retryable: true,
  },
  'KSN-CLI-011': {
    fault: 'environment',
    meaning:
      'What the command says could not be written to where its output goes. What it was asked to do may be done.',
    evidence: 'The reason of the system in the message; df -h of the file that the output goes to.',
    next: 'Make room there, or send the output elsewhere.',
  },
} as const satisfies Catalogue;

export const cliError = errorsOf(CLI_ERRORS);
