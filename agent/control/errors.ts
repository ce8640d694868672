/** What can go wrong on the local sockets, on either end. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const CONTROL_ERRORS = {
  'KSN-CTL-001': {
    fault: 'environment',
    meaning: 'No agent answers on its socket.',
    evidence: 'The socket that the message names is missing, or nobody listens on it.',
    next: 'Is the agent running? systemctl status keelson. `keelson status` and `keelson events` read the disk without it.',
    retryable: true,
  },
  'KSN-CTL-002': {
    fault: 'caller',
    meaning: 'This user may not use the socket.',
    evidence:
      'Mode and group of the socket that the message names: reading is for root and the group of the socket, changing for root alone.',
    next: 'Run the command as root; for reading, joining the group keelson is enough.',
  },
  'KSN-CTL-003': {
    fault: 'caller',
    meaning: 'The request is not what this path takes.',
    evidence: 'The message names the field.',
    next: 'Use the `keelson` of the same version as the agent; `keelson version --all` prints both.',
  },
  'KSN-CTL-004': {
    fault: 'caller',
    meaning: 'The request is larger than the agent accepts on its socket.',
    evidence: 'The message has the limit.',
    next: 'A spec has at most 1 MiB of payload; split it, or move large content into a package or an image.',
  },
  'KSN-CTL-005': {
    fault: 'caller',
    meaning: 'The agent knows no such path or method on this socket.',
    evidence: 'The message has the method and the path.',
    next: 'Over HTTP, GET /openapi.json lists what can be read. `keelson` reads by agent.sock and changes by control.sock: use the one of the same version as the agent.',
  },
  'KSN-CTL-006': {
    fault: 'environment',
    meaning: 'The other end of the socket did not finish in time, or went away in the middle.',
    evidence: 'The agent log of the same time; `keelson status` shows whether it is busy or stopping.',
    next: 'Try again; if the agent is stuck, its watchdog restarts it within 30 seconds.',
    retryable: true,
  },
  'KSN-CTL-007': {
    fault: 'environment',
    meaning: 'The answer from the socket is not one of an agent of this version.',
    evidence: 'What listens there: ss -xlp | grep keelson.',
    next: 'Use the `keelson` of the same version as the agent; `keelson version --all` prints both.',
  },
  'KSN-CTL-008': {
    fault: 'environment',
    meaning: 'The agent cannot make its socket.',
    evidence:
      'The path that the message names: its folder is missing or not writable, or something that is no socket stands there.',
    next: 'Move what stands there away, and see that the folder exists and belongs to the user of the agent.',
  },
  'KSN-CTL-009': {
    fault: 'environment',
    meaning: 'The agent is stopping and takes no more requests.',
    evidence: 'systemctl status keelson shows it as stopping or just started.',
    next: 'Try again in a moment.',
    retryable: true,
  },
  'KSN-CTL-010': {
    fault: 'environment',
    meaning: 'So many of this user, or of all users but root, are connected or follow that the socket serves no more.',
    evidence: 'Who is connected: ss -xp | grep keelson. Root has places of its own.',
    next: 'End a `keelson events --follow` or `keelson status --watch` that nobody needs, then try again.',
    retryable: true,
  },
  'KSN-CTL-011': {
    fault: 'caller',
    meaning: 'The other end of the socket took nothing of its answer for so long that it was cut off.',
    evidence: 'The program at the other end: it was stopped, or does not read.',
    next: 'Ask again; `keelson events --follow --after N` goes on where it was cut.',
  },
  'KSN-CTL-012': {
    fault: 'caller',
    meaning:
      'The request is for another host, or a page of another origin has a browser ask: it is not answered, so that no foreign page reads this node.',
    evidence: 'The Host header that the message names.',
    next: 'Ask for localhost or 127.0.0.1, on the port that is configured: with ssh -L, forward the same number.',
  },
  'KSN-CTL-013': {
    fault: 'caller',
    meaning: 'Here one can only read, with GET and HEAD.',
    evidence: 'The message has the method and the path.',
    next: 'What changes something goes by control.sock: use the commands of `keelson` on the node.',
  },
  'KSN-CTL-014': {
    fault: 'environment',
    meaning: 'The agent cannot listen on the port of debug.listen; it runs on, and its socket serves the same.',
    evidence: 'What the kernel said, in the message; who has the port: ss -ltnp.',
    next: 'Free the port or set another one, then: systemctl reload keelson.',
    retryable: true,
  },
  'KSN-CTL-015': {
    fault: 'environment',
    meaning: 'The agent takes the connection and does not begin to answer: it hangs, or is stopped.',
    evidence: 'journalctl -u keelson, and the state of its process: systemctl status keelson.',
    next: 'systemctl restart keelson; journalctl -u keelson -n 50 shows what it did last.',
    retryable: true,
  },
} as const satisfies Catalogue;

export const controlError = errorsOf(CONTROL_ERRORS);
