/** What systemd says of its units, as names; the connection is made anew when it ends. */
import { backoff, type BackoffPolicy } from '../../base/backoff.ts';
import type { BusSignal } from './bus.ts';
import { MANAGER, type Session, type SessionParts } from './session.ts';

const AGAIN: BackoffPolicy = { baseMs: 500, factor: 2, capMs: 30_000, jitter: 0.3 };
const UNIT_PATH = '/org/freedesktop/systemd1/unit/';

/** Names are told once each however often they changed since the last was taken. Ends with `signal`. */
export async function* unitChanges(
  session: Session,
  { clock, entropy }: Pick<SessionParts, 'clock' | 'entropy'>,
  signal: AbortSignal,
): AsyncGenerator<string | null> {
  const changed = new Set<string | null>();
  let wake = Promise.withResolvers<void>();
  const tell = (name: string | null): void => {
    changed.add(name);
    wake.resolve();
  };
  const stop = (): void => wake.resolve();
  signal.addEventListener('abort', stop, { once: true });
  let pauses = backoff(AGAIN, entropy);
  let first = true;
  try {
    while (!signal.aborted) {
      const hearing = { lost: false };
      const listening = await session
        .listen(
          (heard) => {
            const name = nameIn(heard);
            if (name !== undefined) tell(name);
          },
          () => {
            hearing.lost = true;
            wake.resolve();
          },
          signal,
        )
        .catch(() => null);
      if (listening === null) {
        await clock.sleep(pauses.next().value, signal).catch(() => {});
        continue;
      }
      pauses = backoff(AGAIN, entropy);
      // What happened while nobody listened.
      if (!first) tell(null);
      first = false;
      try {
        while (!signal.aborted && (!hearing.lost || changed.size > 0)) {
          await wake.promise;
          wake = Promise.withResolvers<void>();
          const names = [...changed];
          changed.clear();
          for (const name of names) if (!signal.aborted) yield name;
        }
      } finally {
        listening.close();
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Undefined: it says nothing of a unit. null: of all. */
function nameIn({ path, interface: from, member, body }: BusSignal): string | null | undefined {
  if (from === MANAGER.interface) {
    if (member === 'JobRemoved') return String(body[2]);
    if (member === 'UnitFilesChanged') return null;
    return member === 'Reloading' && body[0] === false ? null : undefined;
  }
  if (member !== 'PropertiesChanged' || !path.startsWith(UNIT_PATH)) return undefined;
  // As sd_bus_path_encode writes it: _2e is a dot.
  return path
    .slice(UNIT_PATH.length)
    .replaceAll(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
