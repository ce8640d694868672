/**
 * Part of proof 1 on the real thing: `keelson agent` on a real disk, killed with SIGKILL at random instants while
 * generations alternate; each round of some kills ends with a start that is left alone, and everything must be
 * wholly as one generation says.
 *
 * INVARIANTS, at the end of each round
 * 1. Under every path of the root lies what the newest generation says, if it is good; what the last good one says,
 *    if it is bad, and then the status gives its reason.
 * 2. No temporary is left, no transaction is open, the journal reads without damage, and nothing in it is odd.
 * 3. Every service was last told what its file says now; no effect ran more often than the kills explain.
 *
 * Another good end is a good generation given up, since the agent died four times over it without getting on; the
 * last good one is there then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeStatus } from '../../../agent/report/status.ts';
import type { Seeded } from '../../support/seeded.ts';
import { AgentProcess, type Bundle } from './agent-process.ts';
import { FiredRoot } from './fired-root.ts';
import { isBad, REASONS, STABLE, type Variant } from './generations.ts';

/** In one round. */
const MOST_KILLS = 6;
const PATIENCE_MS = 60_000;
const POLL_MS = 40;
/** After a document is there, or a start, everything that comes of it has begun within this. */
const WORK_MS = 500;
/** A hand more often at one path within ten minutes would be contended. */
const EDITS_OF_ONE_PATH = 4;
const GAVE_UP = /^KSN-EXEC-006 /u;
const DEATHS_TO_GIVE_UP = 4;

export interface Tally {
  readonly kills: number;
  readonly rounds: number;
  /** Kills by what was going on: what the journal had open, or that the agent was still starting. */
  readonly struck: Readonly<Record<string, number>>;
  /** Rounds by their end. */
  readonly ends: Readonly<Record<string, number>>;
  readonly edits: number;
  readonly effects: number;
  /** Effects that ran again under the same id. */
  readonly again: number;
  readonly torn: number;
}

export interface Ammunition {
  readonly bundle: Bundle;
  readonly random: Seeded;
  /** What the good generations look like where nobody is killed. */
  readonly good: ReadonlyMap<'A' | 'B', readonly string[]>;
}

export class Campaign {
  readonly #place: FiredRoot;
  readonly #bundle: Bundle;
  readonly #random: Seeded;
  readonly #good: ReadonlyMap<'A' | 'B', readonly string[]>;
  readonly #found: readonly string[];
  readonly #told = new Map<number, Variant>();
  readonly #edits = new Map<string, number>();
  readonly #struck: Record<string, number> = {};
  readonly #ends: Record<string, number> = {};
  #generation = 0;
  #kills = 0;
  #killsOfNewest = 0;
  #rounds = 0;
  #torn = 0;
  #startMs = 300;
  #agent: AgentProcess | null = null;

  constructor(folder: string, { bundle, random, good }: Ammunition) {
    this.#place = new FiredRoot(folder);
    this.#bundle = bundle;
    this.#random = random;
    this.#good = good;
    this.#found = this.#place.picture();
  }

  /** Until so many kills are done. @throws with everything that is wrong at the end of a round. */
  async run(kills: number): Promise<Tally> {
    try {
      while (this.#kills < kills) await this.#round(Math.min(this.#random.between(3, MOST_KILLS), kills - this.#kills));
      await this.#orderlyEnd();
    } finally {
      if (this.#agent !== null) await this.#agent.kill().catch(() => {});
    }
    const runs = this.#place.effectRuns();
    return {
      kills: this.#kills,
      rounds: this.#rounds,
      struck: this.#struck,
      ends: this.#ends,
      edits: [...this.#edits.values()].reduce((sum, times) => sum + times, 0),
      effects: runs.length,
      again: runs.length - new Set(runs.map(({ id }) => id)).size,
      torn: this.#torn,
    };
  }

  async #round(kills: number): Promise<void> {
    this.#rounds += 1;
    for (let nth = 0; nth < kills; nth += 1) {
      // Often a newer one, whatever has become of the one before.
      if (nth === 0 || this.#random.fraction() < 0.4) this.#tell(this.#next());
      if (this.#random.fraction() < 0.15) this.#hand();
      await this.#fire();
    }
    await this.#settle();
    if (this.#rounds % 10 === 0) await this.#orderlyEnd();
  }

  /** Good ones take turns, so that each changes almost everything. */
  #next(): Variant {
    if (this.#random.fraction() < 0.45) return this.#random.of(['check', 'effect', 'gate'] as const);
    const last = [...this.#told.values()].findLast((variant) => !isBad(variant));
    return last === 'A' ? 'B' : 'A';
  }

  #tell(variant: Variant): void {
    this.#generation += 1;
    this.#killsOfNewest = 0;
    this.#told.set(this.#generation, variant);
    this.#place.publish(this.#generation, variant);
  }

  #hand(): void {
    const path = this.#random.of(STABLE as readonly [string, ...string[]]);
    const edits = this.#edits.get(path) ?? 0;
    if (edits >= EDITS_OF_ONE_PATH) return;
    this.#edits.set(path, edits + 1);
    this.#place.edit(path, this.#random.of(['append', 'mode', 'remove', 'replace'] as const));
  }

  /** One kill: of the agent that runs, soon after there was something to do; else of one that starts. */
  async #fire(): Promise<void> {
    const agent = this.#agent ?? this.#start();
    await sleep(agent.isReady ? this.#soon() : this.#whileStarting());
    await agent.kill();
    this.#agent = null;
    this.#kills += 1;
    this.#killsOfNewest += 1;
    this.#place.forgetEnds();
    const { state, refused, torn } = this.#place.journal();
    // Before its first journal there is nothing to refuse.
    if (refused !== null && refused.code !== 'KSN-APPLY-001') throw refused;
    if (torn) this.#torn += 1;
    const causes = [...state.open.values()].map(({ cause, verdict }) =>
      verdict === null ? cause : `${cause}, judged`,
    );
    const during = `${causes.toSorted().join(' + ') || 'nothing open'}${agent.isReady ? '' : ', starting'}`;
    this.#struck[during] = (this.#struck[during] ?? 0) + 1;
  }

  /** Rather early, when most is going on. */
  #soon(): number {
    return WORK_MS * this.#random.fraction() ** 2;
  }

  /** One in five dies before it has got anywhere, the others when recovery has begun, or later. */
  #whileStarting(): number {
    const begins = this.#startMs * 0.7;
    return this.#random.fraction() < 0.2 ? begins * this.#random.fraction() : begins + this.#soon();
  }

  #start(): AgentProcess {
    const agent = new AgentProcess(this.#bundle, this.#place.root);
    this.#agent = agent;
    const begun = performance.now();
    agent.ready().then(
      () => (this.#startMs = Math.min(3_000, 0.8 * this.#startMs + 0.2 * (performance.now() - begun))),
      () => {},
    );
    return agent;
  }

  /** Left alone, it comes to its end. */
  async #settle(): Promise<void> {
    const agent = this.#agent ?? this.#start();
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const status = await agent.status();
      const wrong = this.#wrong(status);
      if (wrong.length === 0) {
        const end = this.#endOf(status);
        this.#ends[end] = (this.#ends[end] ?? 0) + 1;
        return;
      }
      if (performance.now() > deadline) {
        const told = `generation ${this.#generation} (${this.#told.get(this.#generation)}), round ${this.#rounds}, ${this.#kills} kills, seed ${this.#random.seed}`;
        throw new Error([told, ...wrong, JSON.stringify(status, null, 1), agent.said].join('\n'));
      }
      await sleep(POLL_MS);
    }
  }

  #wrong(status: NodeStatus): readonly string[] {
    const { wanted, lastKnownGood, verdict, counts } = status;
    if (wanted?.generation !== this.#generation) return [`${this.#generation} is not wanted yet`];
    if ((verdict !== 'OK' && verdict !== 'RolledBack') || (counts.changing ?? 0) > 0)
      return [`it is ${verdict}, ${JSON.stringify(counts)}`];
    const variant = this.#told.get(this.#generation);
    const now = this.#told.get(verdict === 'OK' ? wanted.generation : (lastKnownGood?.generation ?? 0));
    const expected = now === undefined ? this.#found : this.#good.get(now === 'A' ? 'A' : 'B');
    if (variant === undefined || expected === undefined || (now !== undefined && isBad(now)))
      return [`what is there is called generation ${now}`];
    return [
      ...this.#unjust(status, variant),
      ...difference(this.#place.picture(), expected),
      ...this.#place.temporaries().map((path) => `temporary ${path}`),
      ...this.#oddities(),
      ...this.#place.servicesBehind(),
      ...this.#tooOften(),
    ];
  }

  /** A verdict that its generation does not deserve, or without the reason. */
  #unjust({ verdict, reason }: NodeStatus, variant: Variant): readonly string[] {
    const why = `${reason?.code} ${reason?.message}`;
    if (verdict === 'OK') return isBad(variant) ? [`${variant} is called good`] : [];
    if (GAVE_UP.test(why) && this.#killsOfNewest >= DEATHS_TO_GIVE_UP) return [];
    return isBad(variant) && REASONS[variant].test(why) ? [] : [`${variant} was rolled back: ${why}`];
  }

  #oddities(): readonly string[] {
    const { state, refused, torn, corrupt } = this.#place.journal();
    return [
      ...(refused === null ? [] : [`the journal is refused: ${refused.message}`]),
      ...(torn ? ['the journal is torn'] : []),
      ...(corrupt ? ['the journal is damaged'] : []),
      // The end of a repair is written with what comes next.
      ...[...state.open.values()].flatMap(({ tx, cause }) =>
        cause === 'repair' && this.#agent !== null ? [] : [`${cause} ${tx} is open`],
      ),
      ...state.anomalies.map((what) => `odd: ${what}`),
      ...(state.rollbackIncomplete === null ? [] : ['a rollback is called incomplete']),
      ...(state.safeMode === null ? [] : ['safe mode']),
    ];
  }

  /** Once, and once more for each kill that may have hidden it. */
  #tooOften(): readonly string[] {
    const counts = new Map<string, number>();
    for (const { id } of this.#place.effectRuns()) counts.set(id, (counts.get(id) ?? 0) + 1);
    return [...counts].flatMap(([id, times]) => (times > 1 + MOST_KILLS ? [`${id} ran ${times} times`] : []));
  }

  #endOf({ verdict, reason }: NodeStatus): string {
    if (verdict === 'OK') return 'applied';
    return `${reason?.code}` === 'KSN-EXEC-006' ? 'given up' : `rolled back (${this.#told.get(this.#generation)})`;
  }

  async #orderlyEnd(): Promise<void> {
    const agent = this.#agent;
    if (agent === null) return;
    this.#agent = null;
    const code = await agent.stop();
    if (code !== 0) throw new Error(`the orderly end gave ${code}: ${agent.said}`);
    const left = [...this.#place.sockets(), ...this.#oddities()];
    if (left.length > 0) throw new Error(`left: ${left.join(', ')}`);
  }
}

/** What a good generation looks like where nobody was ever killed. */
export async function goodPicture(bundle: Bundle, folder: string, variant: 'A' | 'B'): Promise<readonly string[]> {
  const place = new FiredRoot(folder);
  place.publish(1, variant);
  const agent = new AgentProcess(bundle, place.root);
  try {
    await agent.until(({ verdict, running }) => verdict === 'OK' && running?.generation === 1);
    return place.picture();
  } finally {
    await agent.stop();
  }
}

function difference(there: readonly string[], expected: readonly string[]): readonly string[] {
  return [
    ...there.filter((line) => !expected.includes(line)).map((line) => `+ ${line}`),
    ...expected.filter((line) => !there.includes(line)).map((line) => `- ${line}`),
  ];
}
