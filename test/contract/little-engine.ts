/** Just enough of an engine to run kinds in a test: a ledger, plan order, stage → apply → flush. */
import { invert } from '../../agent/plan/invert.ts';
import { order } from '../../agent/plan/order.ts';
import { kindOf, targetsOf } from '../../agent/plan/targets.ts';
import {
  temporaryName,
  ThirdStateError,
  type Address,
  type AnyKind,
  type Change,
  type Draft,
  type Item,
  type Note,
  type Observation,
  type Owned,
  type Target,
  type Wait,
} from '../../agent/resources/kind.ts';
import type { TestHost } from '../support/test-host.ts';

export type Ledger = ReadonlyMap<Address, Owned<unknown>>;

export interface Look {
  readonly targets: readonly Target<unknown, unknown>[];
  readonly seen: ReadonlyMap<Address, Observation<unknown>>;
  readonly changes: readonly Draft<unknown>[];
  readonly waits: readonly Wait[];
  readonly notes: readonly Note[];
}

export const never = new AbortController().signal;
const now = Date.UTC(2026, 0, 1);

export class LittleEngine {
  readonly kinds: readonly AnyKind[];
  readonly host: TestHost;
  ledger: Map<Address, Owned<unknown>>;
  #transactions: number;

  constructor(kinds: readonly AnyKind[], host: TestHost, ledger: Ledger = new Map(), transactions = 0) {
    this.kinds = kinds;
    this.host = host;
    this.ledger = new Map(ledger);
    this.#transactions = transactions;
  }

  /** Observes and plans. */
  async look(items: readonly Item<unknown>[]): Promise<Look> {
    const { byKind } = targetsOf(this.kinds, items, this.ledger);
    const look = { targets: [] as Target<unknown, unknown>[], seen: new Map<Address, Observation<unknown>>() };
    const planned: { changes: Draft<unknown>[]; waits: Wait[]; notes: Note[] } = { changes: [], waits: [], notes: [] };
    for (const kind of this.kinds) {
      const targets = byKind.get(kind.name) ?? [];
      const seen = await kind.observe(targets, this.host.hosts.read, never);
      const plan = kind.plan({ targets, seen, now });
      look.targets.push(...targets);
      for (const [address, observation] of seen) look.seen.set(address, observation);
      planned.changes.push(...plan.changes);
      planned.waits.push(...plan.waits);
      planned.notes.push(...(plan.notes ?? []));
    }
    return { ...look, ...planned };
  }

  /** Waves of changes with their ids. */
  number(drafts: readonly Draft<unknown>[]): readonly (readonly Change<unknown>[])[] {
    const tx = (this.#transactions += 1).toString(36);
    let seq = 0;
    const waves = chained(handedOver(drafts)).flatMap((phase) => order(phase));
    return waves.map((wave) => wave.map((draft) => ({ ...draft, id: `${tx}-${seq++}` })));
  }

  undo(changes: readonly Change<unknown>[]): readonly (readonly Change<unknown>[])[] {
    return this.number(changes.map((change) => invert(change)));
  }

  async stage(waves: readonly (readonly Change<unknown>[])[]): Promise<readonly (readonly Change<unknown>[])[]> {
    const staged: Change<unknown>[][] = [];
    for (const wave of waves) {
      const done = await Promise.all(
        wave.map((change) => this.#kind(change).stage(change, this.host.hosts.stage, never)),
      );
      staged.push(done.map(({ change }) => change));
    }
    return staged;
  }

  async apply(waves: readonly (readonly Change<unknown>[])[]): Promise<void> {
    for (const wave of waves) {
      for (const change of wave) await this.#kind(change).apply(change, this.host.hosts.mutate, never);
      await this.host.hosts.mutate.fs.flush();
      for (const change of wave) this.#record(change);
    }
  }

  /** Brings the host to the items, and answers what it changed. What changed under it is planned anew. */
  async converge(items: readonly Item<unknown>[]): Promise<readonly Change<unknown>[]> {
    const changed: Change<unknown>[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { changes, notes } = await this.look(items);
      for (const note of notes) if (note.disown === true) this.ledger.delete(note.address);
      let third = false;
      const attempt = async (act: () => Promise<void>): Promise<boolean> => {
        try {
          await act();
          return true;
        } catch (error) {
          if (!(error instanceof ThirdStateError)) throw error;
          third = true;
          return false;
        }
      };
      const staged: Change<unknown>[] = [];
      for (const change of this.number(changes).flat()) {
        await attempt(async () => void staged.push(...(await this.stage([[change]])).flat()));
      }
      for (const change of staged) {
        if (await attempt(() => this.apply([[change]]))) changed.push(change);
        else await this.abort([change]);
      }
      if (!third) return changed;
    }
    throw new Error('it does not come to rest');
  }

  /** What was staged and will not be applied leaves no temporary. */
  async abort(changes: readonly Change<unknown>[]): Promise<void> {
    for (const { id, claims } of changes) {
      for (const path of pathsIn(claims)) await this.host.hosts.stage.temporaries.unstage(path, temporaryName(id));
    }
  }

  #kind({ address }: Change<unknown>): AnyKind {
    const kind = kindOf(this.kinds, address);
    if (kind === undefined) throw new Error(`no kind for ${address}`);
    return kind;
  }

  #record(change: Change<unknown>): void {
    const { address, kind, to, claims, needs, onRemove, effects } = change;
    const before = this.ledger.get(address);
    if (change.why === 'prune') this.ledger.delete(address);
    else if (change.why !== 'undo') {
      const original = before === undefined ? change.from : before.original;
      this.ledger.set(address, {
        address,
        kind,
        stateVersion: 1,
        original,
        last: to,
        claims,
        needs,
        onRemove,
        effects,
      });
    }
  }
}

export function pathsIn(claims: readonly string[]): readonly string[] {
  return claims.filter((claim) => claim.startsWith('path:')).map((claim) => claim.slice('path:'.length));
}

/**
 * A path that passes from one address to another: what takes it is planned as after the change that frees it, or it
 * would take over, and one day restore, what was ours.
 */
function handedOver(drafts: readonly Draft<unknown>[]): readonly Draft<unknown>[] {
  return drafts.map((draft) => {
    const before = draft.adopts ? drafts.find((other) => other.why === 'prune' && shareClaim(other, draft)) : undefined;
    return before === undefined ? draft : { ...draft, from: before.to, adopts: before.to !== null };
  });
}

/** Of two changes at one path, the one that leaves what the other begins with goes first. */
function chained(drafts: readonly Draft<unknown>[]): readonly (readonly Draft<unknown>[])[] {
  const first = drafts.filter((draft) =>
    drafts.some((other) => shareClaim(draft, other) && JSON.stringify(draft.to) === JSON.stringify(other.from)),
  );
  return [first, drafts.filter((draft) => !first.includes(draft))];
}

function shareClaim(a: Draft<unknown>, b: Draft<unknown>): boolean {
  return a.address !== b.address && a.claims.some((claim) => b.claims.includes(claim));
}
