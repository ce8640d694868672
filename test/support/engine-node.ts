/**
 * A node for tests of the engine: the real engine, kinds, journal and stores over the twin in memory (or a real
 * root), in virtual time. It can crash at any primitive and be started again on what was durable.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../agent/base/clock.ts';
import type { Entropy } from '../../agent/base/entropy.ts';
import type { EventDraft } from '../../agent/apply/event-sink.ts';
import type { TakeLock } from '../../agent/apply/lock.ts';
import type { GuardTimers } from '../../agent/apply/guard-timers.ts';
import type { CommandSpec, GateSpec } from '../../agent/desired/shared-fields.ts';
import type { NodeSpec } from '../../agent/desired/node-spec.ts';
import { checkGate } from '../../agent/health/gates.ts';
import { MemorySysctls } from '../../agent/host/memory-sysctls.ts';
import type { EngineSettings } from '../../agent/reconcile/context.ts';
import { openEngine, type OpenedEngine } from '../../agent/reconcile/open-engine.ts';
import { Ages, standingOf, type Standing } from '../../agent/report/standing.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import type {
  AnyKind,
  ChangeId,
  CommandResult,
  EffectSupport,
  Health,
  KindSettings,
} from '../../agent/resources/kind.ts';
import { kinds as allKinds } from '../../agent/resources/registry.ts';
import { EffectSkipped } from '../../agent/resources/process-effects.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { losesAll, type Choose } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { TEST_SETTINGS } from './test-host.ts';
import { VirtualClock } from './virtual-clock.ts';

export type Sections = NodeSpec['sections'];

export interface EngineNodeOptions {
  readonly kinds?: readonly AnyKind[];
  readonly settings?: Partial<EngineSettings>;
  readonly kindSettings?: Partial<KindSettings>;
  readonly run?: (spec: CommandSpec) => CommandResult | Promise<CommandResult>;
  readonly effects?: readonly EffectSupport[];
  readonly bootId?: string;
  /** As an agent before it left it on disk. */
  readonly standing?: Standing;
  readonly clock?: VirtualClock;
  readonly journalBytes?: number;
  readonly takeLock?: TakeLock;
  /** What the kernel has; it outlives a crash of this machine only if it is given again. */
  readonly sysctls?: MemorySysctls;
  readonly entropy?: Entropy;
  /** Instead of asking: for gates whose services no machine in memory has. */
  readonly checkGate?: (gate: GateSpec) => Promise<Health>;
}

export interface SpecOptions extends Partial<Omit<NodeSpec, 'sections'>> {
  readonly facts?: VerifiedSpec['facts'];
}

const PASSED: CommandResult = { exitCode: 0, signal: null, timedOut: false, outputTail: '' };
const STATE = '/var/lib/keelson';
/** Small, so that thousands of crash points stay quick. */
const JOURNAL_BYTES = 128 * 1024;

export function verified(generation: number, sections: Sections, options: SpecOptions = {}): VerifiedSpec {
  const { facts = {}, ...rest } = options;
  const spec: NodeSpec = {
    series: 'lb',
    generation,
    selector: {},
    health: { stableForMs: 1_000, deadlineMs: 10_000 },
    gates: [],
    sections,
    ...rest,
  };
  const envelope = Buffer.from(JSON.stringify(spec));
  const digest = `sha256:${createHash('sha256').update(envelope).digest('hex')}`;
  return {
    series: spec.series,
    generation: spec.generation,
    digest,
    spec,
    facts,
    signers: ['ops-1'],
    source: 'test',
    envelope,
  };
}

/** Effects that are only written down; those on pods have nobody to take them. */
export function recordingEffects(run: string[], fail: (target: string) => boolean = () => false): EffectSupport {
  return {
    prefixes: ['process', 'pidfile', 'command', 'unit', 'pod'],
    run: async (effect) => {
      if (effect.target.startsWith('pod:')) throw new EffectSkipped(`no kubelet for ${effect.target}`);
      run.push(`${effect.verb} ${effect.target} ${effect.id}`);
      if (fail(effect.target)) throw new Error(`${effect.target} would not`);
    },
  };
}

/** Guards in memory: fired by the test. */
export class TestGuards implements GuardTimers {
  readonly armed = new Set<ChangeId>();
  readonly fires = new Set<ChangeId>();
  arm: GuardTimers['arm'] = async (change) => void this.armed.add(change.id);
  disarm: GuardTimers['disarm'] = async (id) => void this.armed.delete(id);
  fired: GuardTimers['fired'] = async () => [...this.fires];
  acknowledge: GuardTimers['acknowledge'] = async (id) => void this.fires.delete(id);
}

/** Repeatable: no jitter, and keys that are the same in every run. */
export const plainEntropy: Entropy = { bytes: (length) => new Uint8Array(length).fill(7), fraction: () => 0 };

export class EngineNode implements AsyncDisposable {
  readonly machine: MemoryHost;
  readonly clock: VirtualClock;
  readonly fs: FileSystem & AsyncDisposable;
  readonly events: EventDraft[];
  readonly guards: TestGuards;
  readonly sysctls: MemorySysctls;
  readonly #options: EngineNodeOptions;
  readonly #stop = new AbortController();
  /** The machine is no more: nobody waits for it, and it must not go on turning the clock. */
  readonly #gone = new AbortController();
  #outside: (FileSystem & AsyncDisposable) | null = null;
  #opened: OpenedEngine | null = null;
  #running: Promise<void> | null = null;
  status: NodeStatus | null = null;
  /** What would lie on disk for the next start. */
  standing: Standing | null = null;

  private constructor(
    machine: MemoryHost,
    fs: FileSystem & AsyncDisposable,
    options: EngineNodeOptions,
    before?: EngineNode,
  ) {
    this.machine = machine;
    this.fs = fs;
    this.#options = options;
    this.clock = options.clock ?? new VirtualClock();
    this.events = before?.events ?? [];
    this.guards = before?.guards ?? new TestGuards();
    this.sysctls = options.sysctls ?? new MemorySysctls({ missing: 'empty' });
  }

  static async on(machine: MemoryHost = new MemoryHost(), options: EngineNodeOptions = {}): Promise<EngineNode> {
    return new EngineNode(machine, await openRoot(machine.primitives, { ids: 'as-is' }), options);
  }

  get opened(): OpenedEngine {
    if (this.#opened === null) throw new Error('the engine is not open');
    return this.#opened;
  }

  get engine(): OpenedEngine['engine'] {
    return this.opened.engine;
  }

  get state(): OpenedEngine['reconciliation']['execution']['book']['state'] {
    return this.opened.reconciliation.execution.book.state;
  }

  /** Opens and runs the engine; resolves when it is ready. */
  async start(): Promise<this> {
    this.#opened = await this.#until(this.#open());
    const ready = Promise.withResolvers<void>();
    this.#running = this.#opened.engine.run(this.#stop.signal, ready.resolve);
    this.#running.catch(ready.reject);
    await ready.promise;
    return this;
  }

  #open(): Promise<OpenedEngine> {
    const {
      kinds = allKinds,
      run,
      effects = [recordingEffects([])],
      bootId = 'boot-1',
      journalBytes = JOURNAL_BYTES,
    } = this.#options;
    // Read anew each time: a test that changes what it gave is a reload.
    const settings = (): EngineSettings => ({
      nodeName: 'lb-a',
      agentVersion: '0.1.0',
      mode: 'enforce',
      kindModes: {},
      adoption: 'allow',
      settleMs: 2_000,
      immediatePaths: [],
      ...this.#options.settings,
    });
    const clock: Clock = this.clock;
    const ages = new Ages(this.#options.standing ?? null, { node: 'lb-a', bootId, now: clock.now() });
    return openEngine({
      fs: this.fs,
      stateDir: STATE,
      takeLock: this.#options.takeLock ?? (async () => ({ [Symbol.dispose]() {} })),
      clock,
      entropy: this.#options.entropy ?? plainEntropy,
      bootId,
      pid: 1,
      kinds,
      accounts: { uid: () => null, gid: () => null },
      abilities: { selinux: false, kubelet: null },
      sysctls: this.sysctls,
      kindSettings: { ...TEST_SETTINGS, ...this.#options.kindSettings },
      run: async (spec) => (await run?.(spec)) ?? PASSED,
      effects,
      guards: this.guards,
      checkGate: this.#options.checkGate ?? ((gate, host, signal) => checkGate(gate, { ...host, ports: {} }, signal)),
      settings,
      events: { emit: (event) => void this.events.push(event) },
      ages,
      publish: (status) => {
        this.status = status;
        this.standing = standingOf(status, ages.left);
      },
      parseEnvelope: async (envelope) => JSON.parse(Buffer.from(envelope).toString()) as NodeSpec,
      journalBytes,
    });
  }

  /** Accepts and waits until nothing is under way any more. */
  async accept(spec: VerifiedSpec): Promise<NodeStatus> {
    await this.#until(this.engine.accept(spec));
    return this.settled();
  }

  settled(limitMs = 600_000): Promise<NodeStatus> {
    return this.#until(this.engine.settled(this.#stop.signal), limitMs);
  }

  #until<T>(promise: Promise<T>, limitMs?: number): Promise<T> {
    return this.clock.runUntil(promise, limitMs, this.#gone.signal);
  }

  async text(path: string): Promise<string | null> {
    const entry = await this.fs.lstat(path);
    if (entry === null) return null;
    return entry.type === 'file' ? Buffer.from(await this.fs.read(path)).toString() : `<${entry.type}>`;
  }

  /** Somebody else's hand: seen by watches, not counted, failed or crashed as ours. */
  async outside(): Promise<FileSystem> {
    this.#outside ??= await openRoot(this.machine.outside, { ids: 'as-is' });
    return this.#outside;
  }

  async write(path: string, content: string, mode = 0o644): Promise<void> {
    const fs = await this.outside();
    await fs.ensureDirectory(path.slice(0, path.lastIndexOf('/')) || '/', { mode: 0o755, uid: 0, gid: 0 });
    await fs.writeDurably(path, Buffer.from(content), { mode, uid: 0, gid: 0 });
  }

  /** The orderly end. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the test stops the agent'));
    if (this.#running !== null) await this.clock.runUntil(this.#running);
    if (this.#opened !== null) await this.clock.runUntil(Promise.resolve(this.#opened[Symbol.asyncDispose]()));
    this.#running = null;
    this.#opened = null;
  }

  /** Resolves when the machine has died at its crash point, whatever the engine does then; or when `otherwise` aborts. */
  async died(otherwise: AbortSignal): Promise<void> {
    while (!this.machine.dead && !otherwise.aborted) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Power cut: what was not synced is at the mercy of `choose`; a new node on the rest, not started yet. */
  async crash(choose: Choose = losesAll, more: EngineNodeOptions = {}): Promise<EngineNode> {
    this.#stop.abort(new Error('the machine crashed'));
    this.#gone.abort(new Error('the machine crashed'));
    this.#running?.then(undefined, () => {});
    // Its watches would try again for ever; the dead machine lets nothing else of this happen.
    if (this.#opened !== null) Promise.resolve(this.#opened[Symbol.asyncDispose]()).catch(() => {});
    const machine = this.machine.crash(choose);
    return new EngineNode(
      machine,
      await openRoot(machine.primitives, { ids: 'as-is' }),
      { ...this.#options, clock: this.clock, ...more },
      this,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
    await this.#outside?.[Symbol.asyncDispose]();
    await this.fs[Symbol.asyncDispose]();
  }
}
