/**
 * How many a socket serves at once. A place that one user holds is never missing to another for long, and the places
 * of root are its own: whoever must put the node right is let in however many others are there.
 */
import type { KeelsonError } from '../base/errors.ts';
import { controlError } from './errors.ts';
import type { Peer } from './route.ts';

interface Quota {
  /** Of one user; root shares with nobody. */
  readonly each: number;
  readonly root: number;
  /** Of all users but root. */
  readonly others: number;
}

/** Fewer followers than connections, of each and of all: what is asked once finds a place beside those that stay. */
const CONNECTIONS: Quota = { each: 16, root: 64, others: 48 };
const FOLLOWERS: Quota = { each: 8, root: 32, others: 24 };
/** Connections above the quota of a user that are still told why; more are closed without a word. */
const TOLD = 4;

type Uid = number | 'unknown';

export class Places {
  readonly #connections = new Map<Uid, number>();
  readonly #followers = new Map<Uid, number>();

  /**
   * Every connection is counted, refused ones as well. `refused`: it is told why, and closed; null: it is closed at
   * once.
   */
  connect(peer: Peer | null): { readonly leave: () => void; readonly refused: KeelsonError | null } | null {
    const uid = uidOf(peer);
    if (isFull(this.#connections, uid, CONNECTIONS, TOLD)) return null;
    const refused = isFull(this.#connections, uid, CONNECTIONS)
      ? controlError('KSN-CTL-010', `${who(uid)} has as many connections as this socket serves`)
      : null;
    return { leave: take(this.#connections, uid), refused };
  }

  /** The way to give the place back. @throws KSN-CTL-010 */
  follow(peer: Peer | null): () => void {
    const uid = uidOf(peer);
    if (!isFull(this.#followers, uid, FOLLOWERS)) return take(this.#followers, uid);
    throw controlError('KSN-CTL-010', `${who(uid)} follows as often as this socket serves`);
  }
}

function uidOf(peer: Peer | null): Uid {
  return peer?.uid ?? 'unknown';
}

function who(uid: Uid): string {
  return uid === 'unknown' ? 'a user whom the kernel does not name' : `uid ${uid}`;
}

function isFull(held: ReadonlyMap<Uid, number>, uid: Uid, { each, root, others }: Quota, above = 0): boolean {
  const own = held.get(uid) ?? 0;
  if (uid === 0) return own >= root + above;
  const all = [...held].reduce((sum, [of, count]) => (of === 0 ? sum : sum + count), 0);
  return own >= each + above || all >= others + above;
}

function take(held: Map<Uid, number>, uid: Uid): () => void {
  held.set(uid, (held.get(uid) ?? 0) + 1);
  let given = false;
  return () => {
    if (given) return;
    given = true;
    const left = (held.get(uid) ?? 0) - 1;
    if (left > 0) held.set(uid, left);
    else held.delete(uid);
  };
}
