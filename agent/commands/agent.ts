/** `keelson agent`: the daemon, on the root that is meant, told to systemd and the journal. */
import { fstatSync } from 'node:fs';
import { createLog } from '../base/pino-log.ts';
import { composeAgent } from '../compose.ts';
import { isJournal } from '../config/environment.ts';
import { NOTICES } from '../config/settings-shape.ts';
import type { Settings } from '../config/settings.ts';
import { createNotifier } from '../host/notify.ts';
import { createRunCommand } from '../host/run-command.ts';
import { keepCodeSmall } from '../host/small-code.ts';
import { JOURNAL_SOCKET } from '../report/event-journal.ts';
import type { NoticePaths } from '../report/notice-files.ts';
import { kinds } from '../resources/registry.ts';
import { liveAsAgent } from './daemon.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openRootFolder, type OpenedRoot } from './open-root.ts';
import { agentSettingsOf, foldersOf, readConfig } from './settings.ts';

export async function agent(invocation: Invocation): Promise<ExitCode> {
  await keepCodeSmall();
  const root = await openRootFolder(invocation.global.root);
  await using fs = root.fs;
  let notices: NoticePaths = NOTICES;
  try {
    await live(invocation, root, (settings) => void ({ notices } = settings));
  } catch (error) {
    const { tellNotRunning } = await import('./tell-not-running.ts');
    await tellNotRunning(invocation, fs, notices, error);
    throw error;
  }
  return 0;
}

async function live(invocation: Invocation, root: OpenedRoot, known: (settings: Settings) => void): Promise<void> {
  const { clock, environment, global } = invocation;
  const { fs } = root;
  const names = kinds.map(({ name }) => name);
  const { settings } = await readConfig(fs, global, names);
  known(settings);
  const inJournal = isJournal(environment, fstatSync(1));
  using log = createLog({ clock, level: settings.log.level, format: inJournal ? 'journal' : 'json' });
  const { libc } = root;
  const folders = foldersOf(settings);
  const notifier = createNotifier({
    socket: environment.notifySocket,
    sendDatagram: libc === null ? null : (path, bytes) => libc.sendDatagram(path, bytes),
    run: createRunCommand({ clock }),
  });
  await liveAsAgent(invocation, {
    compose: composeAgent,
    root,
    folders,
    settings: await agentSettingsOf(settings, fs, folders),
    loadSettings: async () => agentSettingsOf((await readConfig(fs, global, names)).settings, fs, folders),
    log,
    notifier,
    ...(inJournal && libc !== null && { toJournal: (entry) => libc.sendDatagram(JOURNAL_SOCKET, entry) }),
  });
}
