/**
 * Makes both sides of a change of a path durable before anything visible changes: the bytes that will go are in the
 * pre-image store, the new ones lie complete under a dot-name beside the path, and the check has seen them there.
 */
import { FsError } from '../../hostfs/errors.ts';
import { bug } from '../base/errors.ts';
import { fileFailure, notKept, resourceError } from './errors.ts';
import { temporaryName, ThirdStateError, type Change, type Staged, type StageHost, type State } from './kind.ts';
import { checkStaged } from './path-check.ts';
import { ancestors, pathOf } from './path-key.ts';
import { attributesOf } from './path-owner.ts';
import { isInPlace, progressOf } from './path-progress.ts';
import { LARGEST_CONTENT, samePath, type PathState } from './path-state.ts';
import { besidePath, writeTemporary } from './path-temporaries.ts';

/** May run again. @throws codes of KSN-FILE, and ThirdStateError where what is there is not `from`. */
export async function stagePath(
  change: Change<PathState>,
  host: StageHost,
  signal: AbortSignal,
): Promise<Staged<PathState>> {
  signal.throwIfAborted();
  const to = resolvedTo(change);
  if (to?.type === 'file' || to?.type === 'directory') attributesOf(to, host.accounts, change.address);
  refuseToReplace(change, to);
  try {
    // An undo may find that what it undoes never came to pass, even its pre-image.
    if (change.why === 'undo' && (await progressOf(change, to, host, signal)).stands === 'at to')
      return { change, rejected: [] };
    if (losesBytes(change, to, host) && !(await savePreimage(change, to, host, signal)))
      return { change, rejected: [] };
    const whole = samePath(change.from, to) || isInPlace(change, to) || (await stageNew(change, to, host, signal));
    return { change, rejected: [], ...(!whole && { unfinished: true }) };
  } catch (error) {
    throw fileFailure(error, change.address);
  }
}

/** Path kinds know what they will write before they stage; nothing of theirs is pending. */
export function resolvedTo(change: Change<PathState>): State<PathState> {
  if (change.to !== null && 'pending' in change.to) throw bug(`${change.address} has a pending state`);
  return change.to;
}

/** What could not be put back is not taken over; what somebody put in the place of our own thing may go. */
function refuseToReplace(change: Change<PathState>, to: State<PathState>): void {
  const lost = to?.type === 'large' || (to?.type === 'file' && to.unsaved === true);
  if (lost && !samePath(change.from, to)) throw notKept(change.address);
  if (to?.type !== 'other' && (change.from?.type !== 'other' || change.why === 'drift')) return;
  throw resourceError('KSN-FILE-007', `${change.address}: a device, FIFO or socket cannot be taken over or made`, {
    element: change.address,
  });
}

/** An undo needs no way back: its `from` is what the change that it undoes wrote. */
function losesBytes(change: Change<PathState>, to: State<PathState>, host: StageHost): boolean {
  const { from, why, adopts, backup } = change;
  if ((from?.type !== 'file' && from?.type !== 'large') || why === 'undo' || backup === 'none') return false;
  // Drift too, put right within a generation: what a hand had put there is what its rollback brings back.
  return adopts || (host.undoable && !samePath(from, to) && !isInPlace(change, to));
}

/** False where this change was carried out already, so that nothing is left to be saved. */
async function savePreimage(
  change: Change<PathState>,
  to: State<PathState>,
  host: StageHost,
  signal: AbortSignal,
): Promise<boolean> {
  const { address, from } = change;
  if (from?.type === 'large') {
    throw resourceError(
      'KSN-FILE-005',
      `${address}: ${from.size} bytes would be overwritten; up to ${LARGEST_CONTENT} are kept for an undo`,
      { element: address },
    );
  }
  if (from?.type !== 'file') return true;
  const bytes = await readIfThere(pathOf(address), host);
  if (bytes !== null && host.fingerprint(bytes) === from.content) {
    await host.savePreimage(bytes);
    return true;
  }
  const { stands } = await progressOf(change, to, host, signal);
  if (stands === 'at to') return false;
  if (stands === 'between') return true;
  // What another change of this transaction is still to put there, to be taken over from it, is in the store.
  const stored = await host.content(from.content).catch(() => null);
  if (stored === null) throw new ThirdStateError(address);
  await host.savePreimage(stored);
  return true;
}

/** Null where it is gone, is no file any more, or has grown too large. */
async function readIfThere(path: string, host: StageHost): Promise<Uint8Array | null> {
  try {
    return await host.fs.read(path, LARGEST_CONTENT);
  } catch (error) {
    if (!(error instanceof FsError)) throw error;
    if (['NOT_FOUND', 'NOT_A_DIRECTORY', 'NOT_A_FILE', 'IS_A_DIRECTORY', 'TOO_LARGE'].includes(error.code)) return null;
    throw error;
  }
}

/** False where the folder is not there yet (the same generation makes it): then only the check needs the bytes now. */
async function stageNew(
  change: Change<PathState>,
  to: State<PathState>,
  host: StageHost,
  signal: AbortSignal,
): Promise<boolean> {
  if (to?.type !== 'file' && to?.type !== 'link') return true;
  const path = pathOf(change.address);
  const name = temporaryName(change.id);
  const beside = await stagedBeside(change, to, name, host);
  if (!wantsCheck(change) || to.type !== 'file') return beside;
  const at = beside ? path : await stagedAbove(change, to, name, host);
  let passed = false;
  try {
    await checkStaged(change, to, besidePath(at, name), host, signal);
    passed = true;
  } finally {
    if (!passed || !beside) await host.temporaries.unstage(at, name);
  }
  return beside;
}

async function stagedBeside(
  change: Change<PathState>,
  to: Parameters<typeof writeTemporary>[1],
  name: string,
  host: StageHost,
): Promise<boolean> {
  try {
    await writeTemporary(change, to, name, host);
    return true;
  } catch (error) {
    if (error instanceof FsError && (error.code === 'NOT_FOUND' || error.code === 'NOT_A_DIRECTORY')) return false;
    throw error;
  }
}

/** Stages in the nearest folder that exists; answers the path that it lies beside. */
async function stagedAbove(
  change: Change<PathState>,
  to: Parameters<typeof writeTemporary>[1],
  name: string,
  host: StageHost,
): Promise<string> {
  const above = ancestors(pathOf(change.address)).toReversed();
  for (const path of above) {
    try {
      await writeTemporary(change, to, name, host, path);
      return path;
    } catch (error) {
      if (!(error instanceof FsError && (error.code === 'NOT_FOUND' || error.code === 'NOT_A_DIRECTORY'))) throw error;
    }
  }
  throw bug(`no folder above ${change.address} exists`);
}

/** A repair or an undo brings back what a check saw before, and must not wait for, or fail by, a program. */
function wantsCheck({ check, why }: Change<PathState>): boolean {
  return check !== undefined && why !== 'undo' && why !== 'drift' && why !== 'prune';
}
