/**
 * The node in numbers, for Prometheus. Names and labels are for ever: alerts and dashboards of others are written with
 * them. What is not known has no sample, never a 0 that looks like an answer.
 */
import type { GenerationRef, NodeStatus, ResourceCondition, ResourceStatus, Verdict } from '../report/status.ts';
import { EVENT_KINDS } from '../report/event-kinds.ts';
import type { EventType } from '../report/events.ts';
import { Counter, Gauge, memory, mostFiles, openFiles, Registry, startTime } from './libraries.ts';
import type { DebugPort } from './port.ts';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  OK: 'ok',
  Changing: 'changing',
  Waiting: 'waiting',
  Held: 'held',
  RolledBack: 'rolled_back',
  SafeMode: 'safe_mode',
  Left: 'left',
  Observe: 'observe',
  Degraded: 'degraded',
  Unknown: 'unknown',
};

const CONDITIONS: Readonly<Record<ResourceCondition, true>> = {
  ok: true,
  placed: true,
  changing: true,
  waiting: true,
  held: true,
  differs: true,
  contended: true,
  failed: true,
  unknown: true,
  orphaned: true,
  foreign: true,
};

const NO_LABELS = {};

interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What is measured when Prometheus asks. */
interface Moment {
  readonly status: NodeStatus;
  readonly resources: readonly ResourceStatus[];
}

interface Measure {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly of: (moment: Moment) => readonly Sample[];
}

export class Metrics {
  readonly #port: DebugPort;
  readonly #registry = new Registry();
  readonly #gauges = MEASURES.map((measure) => {
    const { name, help, labels = [] } = measure;
    return { measure, gauge: new Gauge({ name, help, labelNames: [...labels], registers: [this.#registry] }) };
  });
  readonly #cpu = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time spent since the process was started.',
    registers: [this.#registry],
  });
  readonly #events = new Counter({
    name: 'keelson_events_total',
    help: 'Events since the agent was started, by type.',
    labelNames: ['type'],
    registers: [this.#registry],
  });

  constructor(port: DebugPort) {
    this.#port = port;
    for (const ofProcess of [memory, openFiles, mostFiles, startTime]) ofProcess(this.#registry);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** As of now. */
  async text(): Promise<string> {
    const { engine, eventCounts } = this.#port;
    const moment = { status: engine.status(), resources: engine.resources() };
    for (const { measure, gauge } of this.#gauges) {
      gauge.reset();
      // A gauge without labels begins with a 0.
      if (measure.labels === undefined) gauge.remove();
      for (const { value, labels = NO_LABELS } of measure.of(moment)) gauge.set(labels, value);
    }
    // prom-client's own counts from when it was loaded.
    const { user, system } = process.cpuUsage();
    this.#cpu.reset();
    this.#cpu.inc((user + system) / 1_000_000);
    const counts = eventCounts();
    this.#events.reset();
    for (const type of Object.keys(EVENT_KINDS) as readonly EventType[])
      this.#events.inc({ type }, counts.get(type) ?? 0);
    return this.#registry.metrics();
  }
}

/** Wall time in milliseconds as Prometheus has it. */
const seconds = (instant: number | undefined): readonly Sample[] =>
  instant === undefined ? [] : [{ value: instant / 1_000 }];

const least = (instants: readonly number[]): number | undefined =>
  instants.length === 0 ? undefined : Math.min(...instants);

const yes = (is: boolean): readonly Sample[] => [{ value: is ? 1 : 0 }];

const roles = ({
  wanted,
  running,
  lastKnownGood,
}: NodeStatus): readonly (readonly [string, GenerationRef | undefined])[] => [
  ['wanted', wanted],
  ['running', running],
  ['last_known_good', lastKnownGood],
];

const MEASURES: readonly Measure[] = [
  {
    name: 'keelson_build_info',
    help: 'Always 1; the version of the agent is its label.',
    labels: ['version'],
    of: ({ status }) => [{ value: 1, labels: { version: status.agentVersion } }],
  },
  {
    name: 'keelson_verdict',
    help: 'The one word for the node: 1 for the verdict that it has, 0 for the others.',
    labels: ['verdict'],
    of: ({ status }) =>
      Object.entries(VERDICTS).map(([verdict, name]) => ({
        value: verdict === status.verdict ? 1 : 0,
        labels: { verdict: name },
      })),
  },
  {
    name: 'keelson_verdict_since_timestamp_seconds',
    help: 'When the verdict, and its reason, began.',
    of: ({ status }) => seconds(status.since),
  },
  {
    name: 'keelson_generation',
    help: 'Number of the generation that is wanted, runs, or was good last.',
    labels: ['series', 'role'],
    of: ({ status }) =>
      roles(status).flatMap(([role, ref]) =>
        ref === undefined ? [] : [{ value: ref.generation, labels: { series: ref.series, role } }],
      ),
  },
  {
    name: 'keelson_blocked_generations',
    help: 'Generations that failed and are not tried again by themselves.',
    of: ({ status }) => [{ value: status.blocked.length }],
  },
  {
    name: 'keelson_resources',
    help: 'Resources by condition.',
    labels: ['condition'],
    of: ({ status }) =>
      (Object.keys(CONDITIONS) as readonly ResourceCondition[]).map((condition) => ({
        value: status.counts[condition] ?? 0,
        labels: { condition },
      })),
  },
  {
    name: 'keelson_contended_resources',
    help: 'Resources that somebody else changes as often as they are repaired.',
    of: ({ status }) => [{ value: status.counts.contended ?? 0 }],
  },
  {
    name: 'keelson_waiting_since_timestamp_seconds',
    help: 'When the oldest wait began, of a resource or else of the node; absent while nothing waits.',
    of: ({ status, resources }) => {
      const oldest = least(resources.filter(({ condition }) => condition === 'waiting').map(({ since }) => since));
      // Without a spec, or with a refused first one, the node waits and no resource does.
      return seconds(oldest ?? (status.verdict === 'Waiting' ? status.since : undefined));
    },
  },
  {
    name: 'keelson_held_since_timestamp_seconds',
    help: 'When the oldest hold in force began; absent while nothing is held.',
    of: ({ status }) =>
      seconds(
        least(status.overrides.flatMap(({ kind, since }) => (kind === 'patch' || since === undefined ? [] : [since]))),
      ),
  },
  {
    name: 'keelson_safe_mode',
    help: '1 while the agent changes nothing since it died three times in ten minutes, or was told to.',
    of: ({ status }) => yes(status.verdict === 'SafeMode'),
  },
  {
    name: 'keelson_last_look_timestamp_seconds',
    help: 'When everything was last looked at; absent before the first look of a run has ended.',
    of: ({ status }) => seconds(status.lookedAt),
  },
];
