/** The real agent in this process, on a folder as its root: everything of agent/compose.ts but sockets and sources. */
import { MemorySysctls } from '../../agent/host/memory-sysctls.ts';
import { randomUUID } from 'node:crypto';
import { silentLog } from '../../agent/base/log.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { systemEntropy } from '../../agent/base/entropy.ts';
import { checkGate } from '../../agent/health/gates.ts';
import { RootAccounts } from '../../agent/host/accounts.ts';
import { readFacts } from '../../agent/host/facts.ts';
import { createProcessTable } from '../../agent/host/process-table.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';
import type { EnginePort } from '../../agent/reconcile/engine-port.ts';
import { openEngine } from '../../agent/reconcile/open-engine.ts';
import { EventLog } from '../../agent/report/event-log.ts';
import type { EventType } from '../../agent/report/events.ts';
import { StatusStore } from '../../agent/report/status-store.ts';
import { processEffects } from '../../agent/resources/process-effects.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { LazyChecker, reloadAccepted, SpecVerifier } from '../../agent/sources/spec-verifier.ts';
import { DEFAULT_POLICY } from '../../agent/verify/local-policy.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';

const STATE = '/var/lib/keelson';
const KIND_SETTINGS = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' } as const;
const VERSION = '0.1.0';

/** Milliseconds since the document was handed in. */
export interface Milestones {
  /** Signature, schema and policy hold. */
  readonly judged: number;
  /** Durably accepted. */
  readonly accepted: number;
  /** The last change is applied and durable, with the folders that it lies in. */
  readonly applied: number;
  /** Looked at again, gates held, and the verdict durable. */
  readonly verdict: number;
}

export interface BenchAgent extends AsyncDisposable {
  bringAbout(document: string): Promise<Milestones>;
  /** Looks at everything that is managed, as once an hour. Milliseconds. */
  lookAtAll(): Promise<number>;
}

export async function openBenchAgent(root: string, settleMs: number): Promise<BenchAgent> {
  await using building = new AsyncDisposableStack();
  const fs = building.use(await openRoot(nodePrimitives({ root, libc: loadLibc() }), { ids: 'as-is' }));
  const common = { fs, clock: systemClock, log: silentLog };
  await fs.ensureDirectory(STATE, { mode: 0o700, uid: 0, gid: 0 });
  const bootId = randomUUID();
  const log = building.use(await EventLog.open({ ...common, folder: `${STATE}/events`, bootId, newLogId: randomUUID }));
  const statuses = building.use(new StatusStore({ ...common, path: `${STATE}/status.json` }));
  const seenAt = new Map<EventType, number>();
  const accounts = new RootAccounts(fs);
  await accounts.refresh();
  const checker = new LazyChecker(kinds);
  const opened = building.use(
    await openEngine({
      fs,
      stateDir: STATE,
      clock: systemClock,
      entropy: systemEntropy,
      bootId,
      pid: process.pid,
      kinds,
      accounts,
      abilities: { selinux: false, kubelet: null },
      sysctls: new MemorySysctls(),
      kindSettings: KIND_SETTINGS,
      run: createRunCommand({ clock: systemClock }),
      effects: [processEffects(createProcessTable())],
      guards: { arm: async () => {}, disarm: async () => {}, fired: async () => [], acknowledge: async () => {} },
      checkGate: (gate, host, signal) => checkGate(gate, { ...host, ports: {} }, signal),
      settings: () => ({
        nodeName: 'bench',
        agentVersion: VERSION,
        mode: 'enforce',
        kindModes: {},
        adoption: 'allow',
        settleMs,
        immediatePaths: [],
      }),
      events: {
        emit(draft) {
          seenAt.set(draft.type, performance.now());
          log.emit(draft);
        },
      },
      publish: (status) => statuses.publish(status),
      parseEnvelope: (envelope, accepted, fingerprint) =>
        reloadAccepted(envelope, accepted, checker, {
          settings: KIND_SETTINGS,
          fingerprint,
          agentVersion: VERSION,
        }),
    }),
  );
  const { engine } = opened;
  const verifier = new SpecVerifier({
    fs,
    checker,
    settings: () => ({
      thresholds: { threshold: 1, bySeries: {} },
      allowUnsigned: [],
      labels: {},
      policy: DEFAULT_POLICY,
      kindSettings: KIND_SETTINGS,
    }),
    known: async () => null,
    guard: (series) => opened.reconciliation.execution.book.state.accepted.get(series) ?? null,
    fingerprint: opened.fingerprint,
    facts: () => readFacts(fs),
    clock: systemClock,
    agentVersion: VERSION,
  });
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const running = engine.run(stop.signal, ready.resolve);
  await Promise.race([ready.promise, running]);
  const following = followStatus(engine, stop.signal);
  building.defer(async () => {
    stop.abort(new Error('the benchmark is over'));
    await Promise.all([running, following]);
  });
  const stack = building.move();
  return {
    async bringAbout(document) {
      seenAt.clear();
      const begun = performance.now();
      const { spec } = await verifier.judge(Buffer.from(document), 'bench');
      const judged = performance.now();
      await engine.accept(spec);
      const accepted = performance.now();
      await settled(engine);
      const at = (type: EventType): number => (seenAt.get(type) ?? Number.NaN) - begun;
      return {
        judged: judged - begun,
        accepted: accepted - begun,
        applied: at('ResourceChanged'),
        verdict: at('VerdictGood'),
      };
    },
    async lookAtAll() {
      const begun = performance.now();
      await engine.reconcile('bench');
      await settled(engine);
      return performance.now() - begun;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function settled(engine: EnginePort): Promise<void> {
  const asking = new AbortController();
  const { verdict, reason } = await engine.settled(asking.signal);
  asking.abort();
  if (verdict !== 'OK') throw new Error(`the node is ${verdict}: ${reason?.message ?? 'no reason'}`);
}

/** As the daemon does, which tells systemd. */
async function followStatus(engine: EnginePort, signal: AbortSignal): Promise<void> {
  for await (const _ of engine.watchStatus(signal));
}
