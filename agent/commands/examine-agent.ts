/** Whether an agent runs, is the one that is installed, and can be asked. */
import type { KeelsonError } from '../base/errors.ts';
import { runningPid } from '../apply/starts.ts';
import { CONTROL_SOCKET, READ_SOCKET } from '../control/protocol.ts';
import type { NodeStatus } from '../report/status.ts';
import { verdictWord } from '../report/verdict-words.ts';
import { fine, lacking, limited, type Examined, type Ground } from './examined.ts';
import { PROGRAM_VERSION } from './program-version.ts';
import { silentAgent } from './silent-agent.ts';
import { whereNoneWas } from './tend-agent.ts';

/** `unreached`: why it gave no status, where it gave none. */
export async function agentRuns(ground: Ground, unreached: KeelsonError | null): Promise<Examined> {
  const what = 'agent';
  if (ground.status !== null) return ofStatus(what, ground.status);
  const { root, folders, invocation } = ground;
  if (unreached?.code === 'KSN-CTL-015') return hanging(what, ground, unreached);
  if (unreached !== null && unreached.code !== 'KSN-CTL-001')
    return limited(what, unreached.message, unreached.remedy ?? '');
  const pid = await runningPid(root.fs, folders.state);
  if (pid === null)
    return limited(what, 'does not run', whereNoneWas(invocation.global.root) ?? 'systemctl start keelson');
  const anew = root.isWholeHost ? 'systemctl reload keelson' : `kill -HUP ${pid}`;
  return limited(
    what,
    `process ${pid} has the state folder and does not answer`,
    `Is process ${pid} an agent? If so, ${anew} makes its sockets anew.`,
  );
}

/** It takes connections and says nothing: whatever it was to do is not done. */
async function hanging(what: string, ground: Ground, { message }: KeelsonError): Promise<Examined> {
  const pid = await silentAgent(ground.invocation);
  const detail = pid === null ? message : `process ${pid} hangs: ${message}`;
  const anew = pid === null ? 'End the agent and start it anew.' : `kill -KILL ${pid}, then start the agent anew.`;
  const step = 'systemctl restart keelson; what it did last: journalctl -u keelson -n 50';
  return lacking(what, detail, ground.root.isWholeHost ? step : anew);
}

/** An agent that does not know its node does not work, whatever else is there. */
function ofStatus(what: string, { agentVersion, verdict, reason, next }: NodeStatus): Examined {
  const word = `${agentVersion} runs: ${verdictWord(verdict)}`;
  if (verdict !== 'Unknown' && verdict !== 'SafeMode' && verdict !== 'Degraded') return fine(what, word);
  const detail = reason === undefined ? word : `${word}: ${reason.message}`;
  const step = next ?? reason?.remedy ?? 'keelson status';
  return verdict === 'Unknown' && reason !== undefined ? lacking(what, detail, step) : limited(what, detail, step);
}

/** A package that was replaced leaves the agent that runs as it is. */
export function version({ status, root }: Ground): Examined {
  const what = 'version';
  if (status === null) return fine(what, `${PROGRAM_VERSION} is installed`);
  if (status.agentVersion === PROGRAM_VERSION) return fine(what, `${PROGRAM_VERSION} is installed and runs`);
  return limited(
    what,
    `${status.agentVersion} runs, ${PROGRAM_VERSION} is installed`,
    root.isWholeHost ? 'systemctl restart keelson' : 'Start the agent anew.',
  );
}

/** Only of an agent that answers: without one there are none, or what a dead one left. */
export async function sockets({ status, root: { fs, isWholeHost }, folders: { runtime } }: Ground): Promise<Examined> {
  const what = 'sockets';
  if (status === null) return fine(what, 'no agent answers');
  for (const [name, most] of [
    [READ_SOCKET, 0o660],
    [CONTROL_SOCKET, 0o600],
  ] as const) {
    const entry = await fs.lstat(`${runtime}/${name}`);
    if (entry === null)
      return limited(
        what,
        `${runtime}/${name} is not there`,
        isWholeHost ? 'systemctl reload keelson makes it anew.' : 'SIGHUP has the agent make it anew.',
      );
    if ((entry.mode & ~most) !== 0) {
      const detail = `${runtime}/${name} has mode ${entry.mode.toString(8)}, more than ${most.toString(8)}`;
      return limited(what, detail, `Find who changed it; chmod ${most.toString(8)} ${runtime}/${name}`);
    }
  }
  return fine(what, `${READ_SOCKET} answers, ${CONTROL_SOCKET} is for root`);
}

const WANTS = '/etc/systemd/system/multi-user.target.wants';

/** Whether the next boot starts it. */
export async function unit({ root: { fs } }: Ground): Promise<Examined> {
  const what = 'systemd';
  if ((await fs.lstat('/run/systemd/system')) === null) {
    const detail = 'is not the init here: units are not managed, nobody restarts the agent';
    return limited(what, detail, 'Nothing, in a sandbox; elsewhere run the agent under something that restarts it.');
  }
  for (const name of ['keelson.service', 'keelson-guards.service']) {
    const files = [`/etc/systemd/system/${name}`, `/usr/lib/systemd/system/${name}`];
    const there = await Promise.all(files.map((file) => fs.lstat(file)));
    if (there.every((entry) => entry === null))
      return limited(
        what,
        `there is no unit ${name}: nobody restarts the agent`,
        'Install it, as packaging/systemd has it.',
      );
    if ((await fs.lstat(`${WANTS}/${name}`)) === null)
      return limited(what, `${name} is not enabled: a boot does not start it`, `systemctl enable ${name}`);
  }
  return fine(what, 'is the init of this host, and starts the agent');
}
