/** What D-Bus, systemd and the kernel call a failure → our codes. Decided by names alone, here and nowhere else. */
import type { KeelsonError } from '../../base/errors.ts';
import { unitError, type UNIT_ERRORS } from './errors.ts';

type UnitCode = keyof typeof UNIT_ERRORS;

/** The answer to a call was an error. `name` is closed; the text beside it is for people, and not shown: it may quote a file. */
export class BusError extends Error {
  override readonly name = 'BusError';
  /** `org.freedesktop.systemd1.NoSuchUnit` */
  readonly dbusName: string;
  constructor(dbusName: string) {
    super(dbusName);
    this.dbusName = dbusName;
  }
}

/** The connection ended before the answer came. */
export class BusClosed extends Error {
  override readonly name = 'BusClosed';
}

const CODES: Readonly<Record<string, UnitCode>> = {
  'org.freedesktop.DBus.Error.ServiceUnknown': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.NameHasNoOwner': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.NoReply': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.Disconnected': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.Timeout': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.TimedOut': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.LimitsExceeded': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.NoMemory': 'KSN-UNIT-002',
  'org.freedesktop.DBus.Error.AccessDenied': 'KSN-UNIT-003',
  'org.freedesktop.DBus.Error.AuthFailed': 'KSN-UNIT-003',
  'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired': 'KSN-UNIT-003',
  'org.freedesktop.systemd1.NoSuchUnit': 'KSN-UNIT-004',
  'org.freedesktop.DBus.Error.FileNotFound': 'KSN-UNIT-004',
  'org.freedesktop.systemd1.UnitMasked': 'KSN-UNIT-005',
  'org.freedesktop.systemd1.LoadFailed': 'KSN-UNIT-006',
  'org.freedesktop.systemd1.BadUnitSetting': 'KSN-UNIT-006',
  'org.freedesktop.DBus.Error.InvalidArgs': 'KSN-UNIT-006',
  'org.freedesktop.systemd1.JobTypeNotApplicable': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.OnlyByDependency': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.NoIsolation': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.TransactionIsDestructive': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.TransactionJobsConflicting': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.TransactionOrderIsCyclic': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.ShuttingDown': 'KSN-UNIT-007',
  'org.freedesktop.systemd1.UnitExists': 'KSN-UNIT-008',
  'org.freedesktop.systemd1.UnitGenerated': 'KSN-UNIT-008',
  'org.freedesktop.systemd1.UnitLinked': 'KSN-UNIT-008',
  'org.freedesktop.DBus.Error.FileExists': 'KSN-UNIT-008',
  'System.Error.EEXIST': 'KSN-UNIT-008',
};

/** Results of jobs, as JobRemoved tells them; `done` is none of these. */
const RESULTS: Readonly<Record<string, readonly [UnitCode, string]>> = {
  failed: ['KSN-UNIT-011', 'failed'],
  timeout: ['KSN-UNIT-012', 'took longer than the unit allows'],
  dependency: ['KSN-UNIT-013', 'was not done: a unit that it needs failed'],
  canceled: ['KSN-UNIT-014', 'was taken back'],
  skipped: ['KSN-UNIT-015', 'was left out'],
};

/** systemd is not there now, but may be in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof BusClosed || (error instanceof BusError && CODES[error.dbusName] === 'KSN-UNIT-002');
}

/** `what`: the call, for people: 'restart of x.service'. */
export function callFailed(error: unknown, what: string, element?: string): unknown {
  const details = { cause: error, ...(element !== undefined && { element }) };
  if (error instanceof BusClosed) return unitError('KSN-UNIT-002', `${what}: the bus went away`, details);
  if (!(error instanceof BusError)) return error;
  return unitError(CODES[error.dbusName] ?? 'KSN-UNIT-009', `${what}: ${error.dbusName}`, details);
}

/** The job came to something else than `done`. */
export function jobFailed(result: string, what: string, element: string): KeelsonError {
  const [code, words] = RESULTS[result] ?? ['KSN-UNIT-017', `came to '${result}'`];
  return unitError(code, `${what} ${words}`, { element });
}
