/** The page while a script runs: hears of the node, and draws it anew, at most once a frame. */
import { clockTime } from '../../../base/spans.ts';
import type { Reason } from '../../../base/errors.ts';
import type { Preview } from '../../../plan/preview.ts';
import type { EventRecord } from '../../../report/events.ts';
import type { NodeStatus, ResourceStatus } from '../../../report/status.ts';
import { EVENTS_PER_PAGE, FEW_EVENTS, type PageQuery } from '../page-query.ts';
import type { Connection, PageView } from '../page-view.ts';
import { verdictSentence } from '../verdict-band.ts';
import { AgentLink, type AgentListener } from './agent-link.ts';
import { ask, Unanswered } from './ask.ts';
import { Paced } from './paced.ts';
import { RecentEvents } from './recent-events.ts';

/** Between two questions for every resource, and for the plan, which makes the agent look at the host. */
const resourcesMs = 1_000;
const planMs = 5_000;

/** An answer is asked for every ten seconds and comes within five, or counts as none; one more for timers. */
const freshMs = 16_000;

export interface LivePageOptions {
  /** Of the node, when the page was written. */
  readonly now: number;
  /** The newest event then, and the log that it is of (empty: there was none). */
  readonly lastEvent: number;
  readonly logId: string;
  readonly query: PageQuery;
  /** Somebody looks at the page. */
  readonly isWatched: boolean;
  /** Called when anything of the view is other than before. */
  readonly changed: () => void;
}

export class LivePage implements AgentListener {
  readonly #changed: () => void;
  /** The node's clock less the browser's. */
  readonly #clockOffset: number;
  readonly #link: AgentLink;
  readonly #firstLast: number;
  readonly #recent = new RecentEvents(EVENTS_PER_PAGE);
  readonly #askResources = new Paced(resourcesMs, () => this.#takeResources());
  readonly #askPlan = new Paced(planMs, () => this.#takePlan());
  #query: PageQuery;
  #connection: Connection = 'connecting';
  #asOf: number;
  #status: NodeStatus | null = null;
  #resources: readonly ResourceStatus[] | null = null;
  /** The resources that are shown are not known to be those of the status. */
  #isBehind = true;
  /** The page of events that was asked for, where that is not the newest. */
  #older: readonly EventRecord[] | null = null;
  #plan: Preview | null = null;
  #planFailure: Reason | null = null;
  #announcement = '';

  constructor({ now, lastEvent, logId, query, isWatched, changed }: LivePageOptions) {
    this.#changed = changed;
    this.#clockOffset = now - Date.now();
    this.#asOf = now;
    this.#query = query;
    this.#firstLast = lastEvent;
    // The stream begins a page of events earlier, so that what is newest is known without another question.
    const after = Math.max(0, lastEvent - EVENTS_PER_PAGE);
    this.#link = new AgentLink(this, logId === '' ? String(after) : `${after}@${logId}`, isWatched);
    this.#askWhatIsShown();
  }

  heard(status: NodeStatus): void {
    this.#take(status, 'live');
  }

  polled(status: NodeStatus): void {
    this.#take(status, 'polled');
  }

  #take(status: NodeStatus, connection: 'live' | 'polled'): void {
    const before = this.#status;
    // Another release may have another page.
    if (before !== null && before.agentVersion !== status.agentVersion) return this.reset();
    this.#status = status;
    this.#asOf = this.#now();
    if (this.#connection === 'lost') this.#announcement = 'Connected again.';
    this.#connection = connection;
    if (before !== null && before.verdict !== status.verdict) this.#announcement = verdictSentence(status);
    if (before?.seq !== status.seq || before.bootId !== status.bootId) this.#isBehind = true;
    if (this.#isBehind) {
      this.#askResources.ask();
      if (this.#query.plan) this.#askPlan.ask();
    }
    this.#changed();
  }

  event(seq: number, text: string): void {
    this.#recent.add(seq, text);
    this.#changed();
  }

  lost(): void {
    if (this.#connection !== 'lost')
      this.#announcement = `Connection lost, showing the state of ${clockTime(this.#asOf, this.#now())}.`;
    this.#connection = 'lost';
    this.#changed();
  }

  reset(): void {
    location.reload();
  }

  /** The reader wants to see something else. */
  show(query: PageQuery): void {
    if (query.events?.before !== this.#query.events?.before) this.#older = null;
    this.#query = query;
    this.#askWhatIsShown();
    this.#changed();
  }

  get query(): PageQuery {
    return this.#query;
  }

  /** Somebody looks at the page now, or nobody does any more. Whoever comes back sees old news as such until newer come. */
  watch(isWatched: boolean): void {
    if (isWatched) this.#doubt();
    this.#link.watch(isWatched);
    this.#changed();
  }

  /**
   * Called each second. A page that was frozen, with its tab or its machine, knows nothing of the time between: what it
   * shows is old as soon as it wakes, not when the next question finds no answer.
   */
  tick(): void {
    if (this.#now() - this.#asOf > freshMs && this.#doubt()) void this.#link.check();
    this.#changed();
  }

  /** What is shown counts as old until the agent is heard again; false where it does already. */
  #doubt(): boolean {
    if (this.#connection !== 'live' && this.#connection !== 'polled') return false;
    this.#connection = 'connecting';
    return true;
  }

  /** Null until all of it is known; what the agent wrote stays until then. */
  view(): PageView | null {
    const isCaughtUp = this.#recent.last >= this.#firstLast;
    if (this.#status === null || this.#resources === null || !isCaughtUp) return null;
    const { events } = this.#query;
    return {
      status: this.#status,
      resources: this.#resources,
      events: this.#older ?? this.#recent.newest(events === null ? FEW_EVENTS : EVENTS_PER_PAGE),
      lastEvent: this.#recent.last,
      ...(this.#plan !== null && { plan: this.#plan }),
      ...(this.#planFailure !== null && { planFailure: this.#planFailure }),
      now: this.#now(),
      query: this.#query,
      connection: this.#connection,
      asOf: this.#asOf,
      announcement: this.#announcement,
    };
  }

  #now(): number {
    return Date.now() + this.#clockOffset;
  }

  #askWhatIsShown(): void {
    if (this.#query.plan) this.#askPlan.ask();
    else this.#plan = this.#planFailure = null;
    const before = this.#query.events?.before ?? null;
    if (before !== null && this.#older === null) void this.#takeOlder(before);
  }

  async #takeResources(): Promise<void> {
    this.#isBehind = false;
    try {
      this.#resources = await ask<readonly ResourceStatus[]>('/v1/resources');
      this.#changed();
    } catch {
      this.#isBehind = true;
      this.#link.lose();
    }
  }

  async #takePlan(): Promise<void> {
    try {
      const plan = await ask<Preview>('/v1/plan');
      [this.#plan, this.#planFailure] = [plan, null];
    } catch (error) {
      [this.#plan, this.#planFailure] = [null, error instanceof Unanswered ? error.reason : null];
    }
    this.#changed();
  }

  async #takeOlder(before: number): Promise<void> {
    const after = Math.max(0, before - 1 - EVENTS_PER_PAGE);
    try {
      const events = await ask<readonly EventRecord[]>(`/v1/events?after=${after}&limit=${EVENTS_PER_PAGE}`);
      if (this.#query.events?.before !== before) return;
      this.#older = events.filter(({ seq }) => seq < before);
      this.#changed();
    } catch {
      this.#link.lose();
    }
  }
}
