/** What the agent left on disk: its last status and its events, for when it is down. */
import type { EventRecord } from '../report/events.ts';
import { agentFolders } from './connect.ts';
import { cliError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { whereNoneWas } from './tend-agent.ts';
import { silentOne } from './silent-agent.ts';
import { absence, type StatusView } from './text/status-text.ts';

/**
 * `hangs`: it took the connection. @throws where none was written: KSN-CLI-005 without an agent, KSN-CLI-010 where one
 * is there and silent.
 */
export async function statusOnDisk(invocation: Invocation, hangs = false): Promise<StatusView> {
  const [{ readStoredStatus }, { status }] = await Promise.all([
    import('../report/status-store.ts'),
    agentFolders(invocation),
  ]);
  const { fs } = await openRootFolder(invocation.global.root);
  await using _ = fs;
  const stored = await readStoredStatus(fs, status);
  const silent = await silentOne(invocation, hangs);
  if (stored !== null) return { ...stored, silent };
  const message = `the agent ${absence(silent)}, and there is no status of it on disk`;
  if (silent !== null) throw cliError('KSN-CLI-010', message);
  const remedy = whereNoneWas(invocation.global.root);
  throw cliError('KSN-CLI-005', message, remedy === undefined ? {} : { remedy });
}

/** The newest `limit` of the events after number `after`, oldest first. */
export async function eventsOnDisk(
  invocation: Invocation,
  after: number | undefined,
  limit: number,
): Promise<readonly EventRecord[]> {
  const [{ newestEvents }, { events }] = await Promise.all([
    import('../report/event-reader.ts'),
    agentFolders(invocation),
  ]);
  const { fs } = await openRootFolder(invocation.global.root);
  await using _ = fs;
  return await newestEvents(fs, events, limit, after);
}
