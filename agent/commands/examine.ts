/** What the agent needs of a host, looked at one by one. Nothing is written. */
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeelsonError } from '../base/errors.ts';
import type { AgentFolders } from '../composition.ts';
import type { Settings } from '../config/settings.ts';
import { judgeState } from '../apply/state-folder.ts';
import { runningPid } from '../apply/starts.ts';
import { readTrust, TRUST_FOLDERS } from '../verify/trust-store.ts';
import { FsError } from '../../hostfs/errors.ts';
import type { NodeStatus } from '../report/status.ts';
import { verdictWord } from '../report/verdict-words.ts';
import { agentFolders, connectAgent } from './connect.ts';
import type { Invocation } from './invocation.ts';
import { openRootFolder, type OpenedRoot } from './open-root.ts';
import { readConfig } from './settings.ts';
import { whereNoneWas } from './tend-agent.ts';

/** One thing that was looked at; `next` is there where something can be done. */
export interface Examined {
  readonly what: string;
  /** limited: it works, and something is worse than it could be. */
  readonly is: 'ok' | 'limited' | 'lacking';
  readonly detail: string;
  readonly next?: string;
}

/** Room for the journal with its reserve, the store of a few generations, and the events. */
const wantedBytes = 128 * 1024 * 1024;
/** One a directory on the way to every managed path. */
const wantedWatches = 8_192;

export async function examine(invocation: Invocation): Promise<readonly Examined[]> {
  const root = await openRootFolder(invocation.global.root);
  await using fs = root.fs;
  const folders = await agentFolders(invocation);
  const { settings, found: config } = await configuration(invocation, root);
  const path = (inRoot: string): string => join(invocation.global.root, inRoot);
  return [
    config,
    await writable('root folder', invocation.global.root, 'Run it as root, or give a folder of your own with --root.'),
    await lookedAt('state folder', () => room(root, folders)),
    await lookedAt('agent', () => agentRuns(invocation, root, folders)),
    await lookedAt('trust roots', () => trust(fs, settings)),
    ffi(root),
    await watches(),
    await selinux(path('/sys/fs/selinux/enforce')),
    await kubelet(path, settings),
    await systemd(path('/run/systemd/system')),
  ];
}

/** What this user may not look at is lacking; the rest is looked at all the same. */
async function lookedAt(what: string, look: () => Promise<Examined>): Promise<Examined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    return { what, is: 'lacking', detail: error.message, next: 'Run it as root, as the agent runs.' };
  }
}

async function configuration(
  { global }: Invocation,
  { fs }: OpenedRoot,
): Promise<{ readonly settings: Settings | null; readonly found: Examined }> {
  const what = 'configuration';
  try {
    const { settings } = await readConfig(fs, global);
    return { settings, found: { what, is: 'ok', detail: `mode ${settings.mode.node}` } };
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    return {
      settings: null,
      found: { what, is: 'lacking', detail: error.message, next: 'keelson config show lists every fault.' },
    };
  }
}

async function writable(what: string, path: string, next: string): Promise<Examined> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
    return { what, is: 'ok', detail: path };
  } catch (error) {
    return { what, is: 'lacking', detail: `${path}: ${(error as NodeJS.ErrnoException).code}`, next };
  }
}

async function room(root: OpenedRoot, { state }: AgentFolders): Promise<Examined> {
  const { fs } = root;
  const what = 'state folder';
  const entry = await fs.lstat(state);
  if (entry !== null && entry.type !== 'directory') {
    return {
      what,
      is: 'lacking',
      detail: `${state} is a ${entry.type}`,
      next: 'Move it away; the agent makes the folder.',
    };
  }
  const doubt = await doubtOf(root, state);
  if (doubt !== null) return { what, is: 'lacking', detail: doubt.message, next: doubt.remedy ?? '' };
  const { free } = await fs.space(state);
  const megabytes = Math.floor(free / 1024 / 1024);
  if (free < wantedBytes) {
    return {
      what,
      is: 'limited',
      detail: `${state}: ${megabytes} MiB free`,
      next: 'Make room: with a full disk nothing new is begun.',
    };
  }
  return { what, is: 'ok', detail: `${state}${entry === null ? ' (not there yet)' : ''}: ${megabytes} MiB free` };
}

/** Why the agent would not start on it. An ordinary user, to whom root is somebody else, cannot tell of the whole host. */
async function doubtOf({ fs, rootless, isWholeHost }: OpenedRoot, state: string): Promise<KeelsonError | null> {
  if (rootless && isWholeHost) return null;
  try {
    await judgeState(fs, state);
    return null;
  } catch (error) {
    if (error instanceof KeelsonError) return error;
    throw error;
  }
}

async function agentRuns(
  invocation: Invocation,
  { fs, isWholeHost }: OpenedRoot,
  { state }: AgentFolders,
): Promise<Examined> {
  const what = 'agent';
  try {
    return ofStatus(what, await (await connectAgent(invocation)).status());
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    const pid = await runningPid(fs, state);
    if (error.code !== 'KSN-CTL-001') return { what, is: 'limited', detail: error.message, next: error.remedy ?? '' };
    if (pid === null)
      return {
        what,
        is: 'limited',
        detail: 'does not run',
        next: whereNoneWas(invocation.global.root) ?? 'systemctl start keelson',
      };
    return {
      what,
      is: 'limited',
      detail: `process ${pid} has the state folder and does not answer`,
      next: `Is process ${pid} an agent? If so, ${isWholeHost ? 'systemctl reload keelson' : `kill -HUP ${pid}`} makes its sockets anew.`,
    };
  }
}

/** An agent that does not know its node does not work, whatever else is there. */
function ofStatus(what: string, { agentVersion, verdict, reason, next }: NodeStatus): Examined {
  const detail = `${agentVersion} runs: ${verdictWord(verdict)}`;
  if (verdict !== 'Unknown' && verdict !== 'SafeMode' && verdict !== 'Degraded') return { what, is: 'ok', detail };
  return {
    what,
    is: verdict === 'Unknown' && reason !== undefined ? 'lacking' : 'limited',
    detail: reason === undefined ? detail : `${detail}: ${reason.message}`,
    next: next ?? reason?.remedy ?? 'keelson status',
  };
}

async function trust(fs: OpenedRoot['fs'], settings: Settings | null): Promise<Examined> {
  const what = 'trust roots';
  const { threshold = 1, seriesThreshold = {}, allowUnsigned = [] } = settings?.trust ?? {};
  const { trust: found, findings } = await readTrust(fs, TRUST_FOLDERS, { threshold, bySeries: seriesThreshold });
  const unsigned = allowUnsigned.length === 0 ? '' : `; unsigned allowed: ${allowUnsigned.join(', ')}`;
  const detail = `${found.keys.length} usable, ${threshold} needed${unsigned}`;
  const [first] = findings;
  if (first !== undefined)
    return { what, is: 'limited', detail: `${detail}; ${first.message}`, next: first.remedy ?? '' };
  if (found.keys.length >= threshold || allowUnsigned.length > 0) return { what, is: 'ok', detail };
  return { what, is: 'lacking', detail, next: 'keelson keygen NAME, then NAME.yaml into /etc/keelson/trust.d.' };
}

function ffi({ libc }: OpenedRoot): Examined {
  const what = 'libc calls';
  if (libc !== null) return { what, is: 'ok', detail: 'node:ffi works: labels, attributes and callers are known' };
  return {
    what,
    is: 'limited',
    detail: 'no node:ffi: labels are set only at creation, callers of the sockets are not known',
    next: 'Start it with --experimental-ffi, as the unit file does.',
  };
}

async function watches(): Promise<Examined> {
  const what = 'watches';
  const path = '/proc/sys/fs/inotify/max_user_watches';
  const limit = Number(await readFile(path, 'utf8').catch(() => '0'));
  if (limit >= wantedWatches) return { what, is: 'ok', detail: `${limit} for a user` };
  return {
    what,
    is: 'limited',
    detail: `${limit} for a user`,
    next: `sysctl fs.inotify.max_user_watches=${wantedWatches}`,
  };
}

async function selinux(enforce: string): Promise<Examined> {
  const what = 'SELinux';
  const state = await readFile(enforce, 'utf8').catch(() => null);
  if (state === null) return { what, is: 'ok', detail: 'not on this host; labels are ignored' };
  return { what, is: 'ok', detail: state.trim() === '1' ? 'enforcing' : 'permissive' };
}

async function kubelet(path: (inRoot: string) => string, settings: Settings | null): Promise<Examined> {
  const what = 'kubelet';
  const manifests = settings?.paths.manifests ?? '/etc/kubernetes/manifests';
  for (const program of ['/usr/bin/kubelet', '/usr/local/bin/kubelet']) {
    const there = await access(path(program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return { what, is: 'ok', detail: `${program}; manifests go to ${manifests}` };
  }
  return {
    what,
    is: 'limited',
    detail: 'not here: pods are placed, and nothing judges them',
    next: 'Nothing, on a host without pods.',
  };
}

async function systemd(path: string): Promise<Examined> {
  const what = 'systemd';
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return { what, is: 'ok', detail: 'is the init of this host' };
  return { what, is: 'limited', detail: 'is not the init here: units are not managed, nobody restarts the agent' };
}
