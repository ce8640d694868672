/** What the agent needs of a host, looked at one by one. Nothing is written. */
import { join } from 'node:path';
import { KeelsonError } from '../base/errors.ts';
import { nearest, oneOf, quoted } from '../base/words.ts';
import type { Settings } from '../config/settings.ts';
import { FsError } from '../../hostfs/errors.ts';
import { readBootId } from '../host/boot-id.ts';
import type { NodeStatus } from '../report/status.ts';
import { runningPid } from '../apply/starts.ts';
import type { ControlClient } from '../control/client.ts';
import { agentFolders, connectReading } from './connect.ts';
import { cliError } from './errors.ts';
import { agentRuns, sockets, unit, version } from './examine-agent.ts';
import {
  guards,
  notices,
  rootFolder,
  specFolder,
  stateFileSystem,
  stateFolder,
  trustRoots,
} from './examine-folders.ts';
import { listenPort } from './examine-port.ts';
import { clockKept, ffi, kubelet, openFiles, selinux, watches } from './examine-machine.ts';
import { fine, lacking, thisMachine, type Examined, type Ground, type Machine } from './examined.ts';
import type { Invocation } from './invocation.ts';
import { openRootFolder, type OpenedRoot } from './open-root.ts';
import { readConfig } from './settings.ts';

/** What `keelson doctor SUBJECT` may be asked to look at. */
type Subject = (invocation: Invocation, machine: Machine, agent: ControlClient) => Promise<readonly Examined[]>;

const SUBJECTS: Readonly<Record<string, Subject>> = { host: examineHost };

/** `agent`: one that the command has asked before. @throws KSN-CLI-009 where there is no such subject. */
export async function examine(
  invocation: Invocation,
  subject = 'host',
  machine: Machine = thisMachine(invocation.clock, invocation.signal),
  agent?: ControlClient,
): Promise<readonly Examined[]> {
  const look = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined;
  if (look !== undefined) return look(invocation, machine, agent ?? (await connectReading(invocation)));
  const names = Object.keys(SUBJECTS);
  const meant = nearest(subject, names);
  throw cliError('KSN-CLI-009', `doctor does not know ${quoted(subject)}`, {
    element: subject,
    remedy: meant === undefined ? `It takes ${oneOf(names)}.` : `Did you mean ${meant}?`,
  });
}

async function examineHost(
  invocation: Invocation,
  machine: Machine,
  agent: ControlClient,
): Promise<readonly Examined[]> {
  const { global } = invocation;
  const root = await openRootFolder(global.root);
  await using fs = root.fs;
  const folders = await agentFolders(invocation);
  const { settings, found: config } = await configuration(invocation, root);
  const { status, failure } = await askedStatus(agent);
  const ground: Ground = {
    invocation,
    machine,
    root,
    folders,
    settings,
    status,
    path: (inRoot) => join(global.root, inRoot),
  };
  const running = await runningPid(fs, folders.state, readBootId()).catch(() => null);
  const pid = status === null ? null : running;
  return [
    config,
    await rootFolder(ground),
    await lookedAt('state folder', () => stateFolder(ground)),
    await lookedAt('state disk', () => stateFileSystem(ground)),
    await lookedAt('spec folder', () => specFolder(ground)),
    await lookedAt('trust roots', () => trustRoots(ground)),
    await lookedAt('agent', () => agentRuns(ground, failure)),
    version(ground),
    await lookedAt('sockets', () => sockets(ground)),
    ...(await listenPort(ground, running)),
    await lookedAt('guards', () => guards(ground)),
    await lookedAt('systemd', () => unit(ground)),
    await lookedAt('notices', () => notices(ground)),
    await clockKept(ground),
    await watches(ground),
    await openFiles(ground, pid),
    ffi(ground),
    await selinux(ground),
    await kubelet(ground),
  ];
}

/** What this user may not look at is lacking; the rest is looked at all the same. */
async function lookedAt(what: string, look: () => Promise<Examined>): Promise<Examined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return lacking(what, error.message, 'Run it as root, as the agent runs.');
  }
}

async function askedStatus(
  agent: ControlClient,
): Promise<{ readonly status: NodeStatus | null; readonly failure: KeelsonError | null }> {
  try {
    return { status: await agent.status(), failure: null };
  } catch (error) {
    if (error instanceof KeelsonError) return { status: null, failure: error };
    throw error;
  }
}

async function configuration(
  { global }: Invocation,
  { fs }: OpenedRoot,
): Promise<{ readonly settings: Settings | null; readonly found: Examined }> {
  const what = 'configuration';
  try {
    const { settings } = await readConfig(fs, global);
    return { settings, found: fine(what, `mode ${settings.mode.node}`) };
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    return { settings: null, found: lacking(what, error.message, 'keelson config show lists every fault.') };
  }
}
