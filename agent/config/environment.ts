/** The environment, read here and nowhere else. Names that are set but empty count as absent. */

/** What systemd, a terminal or CI told this process; all of it optional. */
export interface Environment {
  /** Socket for sd_notify(3). */
  readonly notifySocket: string | null;
  /** How long systemd waits for a sign of life; null also where that wait is for another process. */
  readonly watchdogMs: number | null;
  /** Names this run of the unit in the journal. */
  readonly invocationId: string | null;
  /** Folder of the unit's credentials. */
  readonly credentialsFolder: string | null;
  /** The first of the unit's folders, as systemd made it. */
  readonly stateFolder: string | null;
  readonly runtimeFolder: string | null;
  /** `device:inode` of the journal's socket where standard output or error is one; see {@link isJournal}. */
  readonly journalStream: string | null;
  /** In CI, what a test lacks is a failure and not a skip. */
  readonly ci: boolean;
  /** Whether colour is welcome (NO_COLOR, TERM=dumb); whether there is a terminal at all is another question. */
  readonly color: boolean;
  /** Who sits there, behind sudo too. */
  readonly person?: string;
}

/** `pid`: WATCHDOG_PID must be this process, or the watchdog is somebody else's (sd_watchdog_enabled(3)). */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  pid: number = process.pid,
): Environment {
  const text = (name: string): string | null => variables[name] || null;
  const person = text('SUDO_USER') ?? text('USER') ?? text('LOGNAME');
  return {
    notifySocket: text('NOTIFY_SOCKET'),
    watchdogMs: watchdogOf(text('WATCHDOG_USEC'), text('WATCHDOG_PID'), pid),
    invocationId: text('INVOCATION_ID'),
    credentialsFolder: text('CREDENTIALS_DIRECTORY'),
    stateFolder: firstOf(text('STATE_DIRECTORY')),
    runtimeFolder: firstOf(text('RUNTIME_DIRECTORY')),
    journalStream: text('JOURNAL_STREAM'),
    ci: text('CI') !== null && text('CI') !== 'false',
    color: text('NO_COLOR') === null && variables['TERM'] !== 'dumb',
    ...(person !== null && { person }),
  };
}

/** sd_watchdog_enabled(3): the interval is meant for the process that WATCHDOG_PID names, if it names one. */
function watchdogOf(usec: string | null, pid: string | null, own: number): number | null {
  if (usec === null || !/^[1-9]\d{0,15}$/.test(usec)) return null;
  return pid === null || pid === String(own) ? Number(usec) / 1000 : null;
}

/** Of several folders of one unit they come separated by colons. */
function firstOf(folders: string | null): string | null {
  return folders?.split(':')[0] || null;
}

/** systemd.exec(5): the stream is the journal only if it is the very socket that the variable names. */
export function isJournal(environment: Environment, stream: { readonly dev: number; readonly ino: number }): boolean {
  return environment.journalStream === `${stream.dev}:${stream.ino}`;
}
