/**
 * Opens everything that lies in the state folder and puts the engine on top: the daemon, the sandbox and the
 * tests all begin here, on a real root or on the twin in memory.
 */
import type { Clock, Instant } from '../base/clock.ts';
import type { Entropy } from '../base/entropy.ts';
import { asKeelsonError, type KeelsonError, type Reason } from '../base/errors.ts';
import { Pulse } from '../base/pulse.ts';
import { SerialRunner } from '../base/serial-runner.ts';
import { Ballast } from '../apply/space.ts';
import { Book } from '../apply/book.ts';
import { openEnvelopes } from '../apply/envelopes.ts';
import { applyError } from '../apply/errors.ts';
import type { EventSink } from '../apply/event-sink.ts';
import type { Execution } from '../apply/execution.ts';
import type { GuardTimers } from '../apply/guard-timers.ts';
import { hostsOf } from '../apply/hosts.ts';
import { openJournal } from '../apply/journal.ts';
import { journalLost } from '../apply/lost-journal.ts';
import { lockState, type StateLock, type TakeLock } from '../apply/lock.ts';
import { openNodeKey } from '../apply/node-key.ts';
import { openPreimages } from '../apply/preimages.ts';
import type { Accepted } from '../apply/records.ts';
import { references } from '../apply/references.ts';
import { Reservations } from '../apply/reservations.ts';
import { forgetExits, recordStart, recordStop } from '../apply/starts.ts';
import { sweepStore, sweepTemporaries, type Swept } from '../apply/temporaries.ts';
import type { GateSpec } from '../desired/shared-fields.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { Ages } from '../report/standing.ts';
import type { NodeStatus } from '../report/status.ts';
import type {
  Accounts,
  AnyKind,
  Claim,
  EffectSupport,
  Fingerprint,
  Health,
  HostAbilities,
  KindSettings,
  ReadHost,
  RunCommand,
  Sysctls,
} from '../resources/kind.ts';
import { Board } from './board.ts';
import { Wake, type EngineSettings, type Reconciliation } from './context.ts';
import { Debts } from './debts.ts';
import { DesiredView } from './desired.ts';
import { Engine } from './engine.ts';
import { enterSafeMode } from './enter-safe-mode.ts';
import { engineError } from './errors.ts';
import { Trials } from './trials.ts';
import { Watchers } from './watchers.ts';

/** What differs between a host, a sandbox and the twin. */
export interface EngineParts {
  readonly fs: FileSystem;
  /** Absolute in the root. */
  readonly stateDir: string;
  readonly takeLock?: TakeLock;
  /** Held already, by the caller; else it is taken. */
  readonly lock?: StateLock;
  /** Hears why nothing may be changed any more, where that comes while it runs. */
  readonly refused?: (why: KeelsonError) => void;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly bootId: string;
  readonly pid: number;
  readonly kinds: readonly AnyKind[];
  readonly accounts: Accounts;
  readonly abilities: HostAbilities;
  readonly sysctls: Sysctls;
  readonly kindSettings: KindSettings;
  readonly run: RunCommand;
  readonly effects: readonly EffectSupport[];
  readonly guards: GuardTimers;
  readonly checkGate: (gate: GateSpec, host: ReadHost, signal: AbortSignal) => Promise<Health>;
  readonly settings: () => EngineSettings;
  readonly events: EventSink;
  readonly publish: (status: NodeStatus) => void;
  /** What the agent before this one left to be found again; absent: nothing. */
  readonly ages?: Ages;
  /** Parses and validates an accepted envelope; its signatures were judged when it was accepted. */
  readonly parseEnvelope: (
    envelope: Uint8Array,
    accepted: Accepted,
    fingerprint: ReadHost['fingerprint'],
  ) => Promise<NodeSpec>;
  /** Bytes of journal filled in advance. */
  readonly journalBytes?: number;
}

/** Disposal closes what was opened, in reverse; `engine.run` must have ended. */
export interface OpenedEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly reconciliation: Reconciliation;
  readonly fingerprint: ReadHost['fingerprint'];
  /** Of the writer. */
  readonly pulse: Pulse;
  /** Why this start is in safe mode, or anything else worth a line. */
  readonly remarks: readonly KeelsonError[];
}

const STATE_DIR = { mode: 0o700, uid: 0, gid: 0 } as const;
const JOURNAL_BYTES = 1024 * 1024;
const OVER_MS = 24 * 60 * 60_000;

/** @throws KSN-APPLY-… when the lock is held by another process. */
export async function openEngine(parts: EngineParts): Promise<OpenedEngine> {
  const { fs, stateDir, clock, bootId, kinds } = parts;
  await using opened = new AsyncDisposableStack();
  await fs.ensureDirectory(stateDir, STATE_DIR);
  const lock = parts.lock ?? opened.use(await lockState(fs, stateDir, parts.takeLock));
  const start = await recordStart(fs, stateDir, { pid: parts.pid, bootId, now: clock.now() });
  opened.defer(async () => {
    // Else it would say of another agent that it has stopped.
    if (await lock.stands()) await recordStop(fs, stateDir);
  });
  await sweepStore(fs, stateDir);
  let engine: Engine | null = null;
  const key = await openNodeKey(fs, stateDir, parts.entropy);
  const fingerprint = key.fingerprint.bind(key);
  const journalBytes = parts.journalBytes ?? JOURNAL_BYTES;
  const journal = opened.use(
    await openJournal(fs, stateDir, {
      header: {
        agent: parts.settings().agentVersion,
        kinds: Object.fromEntries(kinds.map((kind) => [kind.name, kind.stateVersion])),
        bootId,
        at: clock.now(),
        key: key.mark,
      },
      size: journalBytes,
      lost: await journalLost(fs, stateDir),
    }),
  );
  const book = new Book(journal, {
    doubt: async () => ((await lock.stands()) ? null : movedAway(stateDir)),
    refused: (why) => {
      parts.events.emit({ type: 'JournalReadOnly', message: why.message, reason: why.toReason() });
      parts.refused?.(why);
      engine?.reconsider();
    },
  });
  const preimages = await openPreimages(fs, stateDir, fingerprint);
  const envelopes = await openEnvelopes(fs, stateDir);
  const view = new DesiredView(
    {
      load: async (accepted) => parts.parseEnvelope(await envelopes.get(accepted.digest), accepted, fingerprint),
      patch: async (recorded) => JSON.parse(Buffer.from(await preimages.get(recorded as Fingerprint)).toString('utf8')),
    },
    kinds,
    { settings: parts.kindSettings, fingerprint },
  );
  const hosts = hostsOf({
    fs,
    accounts: parts.accounts,
    abilities: parts.abilities,
    settings: parts.kindSettings,
    clock,
    sysctls: parts.sysctls,
    run: parts.run,
    fingerprint,
    digester: () => key.digester(),
    secrets: () => view.secrets(),
    content: async (wanted) => view.content(wanted) ?? preimages.get(wanted),
    savePreimage: (bytes) => preimages.put(bytes),
  });
  const pulse = new Pulse(clock);
  const writer = opened.use(new SerialRunner(pulse));
  const wake = new Wake();
  const ages = parts.ages ?? new Ages(null, { node: parts.settings().nodeName, bootId, now: clock.now() });
  const board = new Board(ages);
  const execution: Execution = {
    kinds,
    book,
    hosts,
    writer,
    clock,
    events: parts.events,
    effects: parts.effects,
    guards: parts.guards,
    reach: (target, signal) => reach(target, (gate) => parts.checkGate(gate, hosts.read, signal)),
    ballast: new Ballast(fs, stateDir, journalBytes),
    bootId,
    busy: new Map(),
    touched: new Set(),
    progressed: () => void engine?.publish(),
  };
  const watchers = opened.use(
    new Watchers({
      kinds,
      host: hosts.read,
      hint: (hint) => engine?.hint(hint),
      failed: (kind, error) =>
        board.remark(
          `watch ${kind}`,
          engineError('KSN-ENGINE-008', `watching ${kind} ended: ${asKeelsonError(error).message}`).toReason(),
        ),
    }),
  );
  const sweep = async (): Promise<void> => {
    const { touched } = execution;
    // Ballast lies in the state folder.
    const own: Claim = `path:${stateDir}/ballast`;
    const { failed } = await sweepTemporaries(fs, [...claimsOf(book), ...touched, own], book.state.open);
    if (failed.length === 0 && book.state.open.size === 0) touched.clear();
    const [first] = failed;
    if (first === undefined) board.unremark('temporaries');
    else board.remark('temporaries', leftBehind(first, failed.length));
  };
  const reconciliation: Reconciliation = {
    execution,
    view,
    board,
    ages,
    reservations: new Reservations(),
    debts: new Debts(),
    trials: new Trials(),
    due: { at: null },
    left: new Set(),
    entropy: parts.entropy,
    checkGate: (gate, signal) => parts.checkGate(gate, hosts.read, signal),
    settings: parts.settings,
    wake,
    watch: (targets) => watchers.follow(targets.values()),
    tidy: async () => {
      if (book.readOnly) return;
      if (book.state.open.size === 0) await sweep();
      await forgetOverrides(book, clock.now());
      if (!(await book.checkpoint())) return;
      const state = book.state;
      await preimages.sweep(references(state.toCheckpoint(), state.open.values()));
      await envelopes.sweep(
        [state.wanted, state.lastKnownGood, state.previousGood, state.running, ...state.accepted.values()].flatMap(
          (accepted) => (accepted === null ? [] : [accepted.digest]),
        ),
      );
    },
  };
  engine = new Engine({
    reconciliation,
    specs: {
      has: (digest) => envelopes.has(digest),
      save: (spec) => envelopes.put(spec.digest, spec.envelope),
    },
    sweep: async () => {
      for (const tx of book.state.open.values())
        await execution.ballast.find(
          tx.tx,
          // Taken before the first intent: the drafts say where it may lie.
          pathsOf([...tx.drafts, ...tx.intents.flatMap(({ changes }) => changes)].flatMap(({ claims }) => claims)),
        );
      await sweep();
    },
    forgetExits: async () => void (await forgetExits(fs, stateDir)),
    publish: parts.publish,
  });
  const { refusal } = book;
  if (refusal !== null)
    parts.events.emit({ type: 'JournalReadOnly', message: refusal.message, reason: refusal.toReason() });
  if (start.crashLoop && book.refusal === null && book.state.safeMode === null)
    await enterSafeMode(book, clock, parts.events);
  const stack = opened.move();
  return {
    engine,
    reconciliation,
    fingerprint,
    pulse,
    remarks: [start.failure, key.lost, journal.refused].filter((error) => error !== null),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function movedAway(stateDir: string): KeelsonError {
  const message = `The state folder ${stateDir} is not the one that this agent has locked: it was moved or replaced.`;
  return applyError('KSN-APPLY-025', message, { element: stateDir });
}

const REACH_TIMEOUT_MS = 2_000;

/** `tcp:HOST:PORT`; `coordinator` counts as reached while this release has none. */
async function reach(target: string, check: (gate: GateSpec) => Promise<Health>): Promise<boolean> {
  const match = /^tcp:\[?(.+?)\]?:(\d+)$/.exec(target);
  if (match === null) return true;
  const [, host = '', port = '0'] = match;
  const health = await check({ type: 'tcp', host, port: Number(port), boot: false, timeoutMs: REACH_TIMEOUT_MS });
  return health.is === 'healthy';
}

/** Long over: it will not come back if the clock does, and its patch may go. */
async function forgetOverrides(book: Book, at: Instant): Promise<void> {
  const over = [...book.state.overrides.values()].filter(({ expires }) => expires < at - OVER_MS);
  if (over.length > 0) await book.commit(...over.map(({ id }) => ({ t: 'release', id, by: 'its end', at }) as const));
}

function claimsOf(book: Book): readonly Claim[] {
  const { ledger, open } = book.state;
  const drafts = [...open.values()].flatMap((tx) => [...tx.drafts, ...tx.intents.flatMap((intent) => intent.changes)]);
  return [...ledger.values(), ...drafts].flatMap(({ claims }) => claims);
}

function pathsOf(claims: readonly Claim[]): readonly string[] {
  return claims.filter((claim) => claim.startsWith('path:')).map((claim) => claim.slice('path:'.length));
}

/** Where nothing could be looked for, or not removed, something half made may lie until somebody looks. */
function leftBehind({ path, error }: Swept['failed'][number], places: number): Reason {
  const others = places === 1 ? '' : ` and ${places - 1} more places`;
  const message = `temporaries (.keelson-*~) may be left at ${path}${others}: ${error.message}`;
  return { ...error.toReason(), message, element: path };
}
