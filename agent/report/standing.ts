/**
 * How long the node has been as it says, across a start of the agent. A start knows nothing until it has looked; what it
 * then finds as it was told last has been so since then, and an age that began anew would hold back every alert on it.
 *
 * INVARIANTS
 * 1. An age goes on where the same is found again, with nothing between but the ignorance of a start.
 * 2. That all is well is not carried over a boot: nobody knows what was in between. What is not well is.
 * 3. What is not found again yet is kept for the next start: an agent that dies early must not have forgotten.
 */
import type { Instant } from '../base/clock.ts';
import type { Address } from '../resources/kind.ts';
import type { NodeStatus, ResourceCondition, ResourceStatus, Verdict } from './status.ts';

/** What an agent was told, and has not found again. */
export interface Left {
  /** Absent: the verdict was found, or is another now. */
  readonly verdict?: { readonly is: Verdict; readonly since: Instant } | undefined;
  readonly rows: readonly Pick<ResourceStatus, 'address' | 'condition' | 'since'>[];
}

/** What was so when it was told last, and since when. */
export interface Standing extends Left {
  readonly node: string;
  readonly bootId: string;
  /** Digest of what was wanted; absent: nothing. */
  readonly wanted?: string | undefined;
}

/** `left`: by the agent that said so; nearer than its own first ignorance. */
export function standingOf(status: NodeStatus, left?: Left): Standing {
  const own = new Set(status.resources.map(({ address }) => address));
  return {
    node: status.node,
    bootId: status.bootId,
    wanted: status.wanted?.digest,
    verdict: left?.verdict ?? { is: status.verdict, since: status.since },
    rows: [
      ...status.resources.map(({ address, condition, since }) => ({ address, condition, since })),
      ...(left?.rows ?? []).filter(({ address }) => !own.has(address)),
    ],
  };
}

/** What the agent before left to be found again. */
export class Ages {
  readonly #wanted: string | undefined;
  #verdict: Left['verdict'];
  readonly #rows: Map<Address, Left['rows'][number]>;

  /** `before`: of whatever node lay there; null: nothing did. `now`: an age that has not begun is of a wrong clock. */
  constructor(
    before: Standing | null,
    here: { readonly node: string; readonly bootId: string; readonly now: Instant },
  ) {
    const ours = before?.node === here.node ? before : null;
    const began = ({ since }: { readonly since: Instant }): boolean => since <= here.now;
    this.#wanted = ours?.wanted;
    this.#verdict = ours?.verdict !== undefined && began(ours.verdict) ? ours.verdict : undefined;
    if (this.#verdict?.is === 'OK' && ours?.bootId !== here.bootId) this.#verdict = undefined;
    this.#rows = new Map((ours?.rows ?? []).filter(began).map((row) => [row.address, row]));
  }

  /** Since when the verdict stands, where it is the one from before; null: since now. */
  ofVerdict(is: Verdict, wanted: string | undefined): Instant | null {
    const before = this.#verdict;
    if (before === undefined) return null;
    const isSame = before.is === is && this.#wanted === wanted;
    if (isSame || (is !== 'Unknown' && is !== 'Changing') || this.#wanted !== wanted) this.#verdict = undefined;
    return isSame ? before.since : null;
  }

  /** The same for the condition of an address. */
  ofRow(address: Address, condition: ResourceCondition): Instant | null {
    // What has to be changed was not well meanwhile.
    if (condition === 'changing' && this.#verdict?.is === 'OK') this.#verdict = undefined;
    const before = this.#rows.get(address);
    if (before === undefined) return null;
    const isSame = before.condition === condition;
    if (isSame || (condition !== 'unknown' && condition !== 'changing')) this.#rows.delete(address);
    return isSame ? before.since : null;
  }

  /** What a look at everything did not see is gone. */
  keepOnly(seen: { has(address: Address): boolean }): void {
    for (const address of this.#rows.keys()) if (!seen.has(address)) this.#rows.delete(address);
  }

  /** For the next start; absent: nothing. */
  get left(): Left | undefined {
    if (this.#verdict === undefined && this.#rows.size === 0) return undefined;
    return { verdict: this.#verdict, rows: [...this.#rows.values()] };
  }
}
