/**
 * The daemon's composition root: every construction, in reading order. The daemon on a real root and the sandbox of
 * `keelson dev` differ in what they hand in here, and in nothing else.
 */
import { randomUUID } from 'node:crypto';
import { lockState } from './apply/lock.ts';
import { closeLoose, judgeState } from './apply/state-folder.ts';
import { controlRoutes } from './control/control-routes.ts';
import { FileTexts } from './control/file-texts.ts';
import { Listening, type OpenSockets } from './control/listening.ts';
import { LocalServer } from './control/local-server.ts';
import { lateEndpoint } from './control/late-endpoint.ts';
import { LoopbackListening } from './control/loopback-listening.ts';
import { CONTROL_SOCKET, READ_SOCKET } from './control/protocol.ts';
import { readRoutes } from './control/read-routes.ts';
import { SocketFolder } from './control/socket-folder.ts';
import type { Agent, AgentParts } from './composition.ts';
import type { DebugPort } from './debug/port.ts';
import { asKeelsonError, type Reason } from './base/errors.ts';
import type { Log } from './base/log.ts';
import { checkGate } from './health/gates.ts';
import type { GatePorts } from './health/port-gate.ts';
import { unitActiveGate } from './health/unit-active-gate.ts';
import { RootAccounts } from './host/accounts.ts';
import { readFacts } from './host/facts.ts';
import { lateFacts } from './host/node-facts/late-facts.ts';
import { HostGuardTimers } from './host/guard-timers.ts';
import { MemorySysctls } from './host/memory-sysctls.ts';
import { procSysctls } from './host/proc-sysctls.ts';
import { createProcessTable } from './host/process-table.ts';
import { createRunCommand } from './host/run-command.ts';
import { spawnDetached } from './host/spawn-detached.ts';
import { SystemdUnits } from './host/systemd/systemd-units.ts';
import { openEngine } from './reconcile/open-engine.ts';
import { EventJournal } from './report/event-journal.ts';
import { EventLog } from './report/event-log.ts';
import { Notices } from './report/notices.ts';
import { Ages } from './report/standing.ts';
import { readStanding, StatusStore } from './report/status-store.ts';
import type { Draft, KindSettings } from './resources/kind.ts';
import { processEffects, type ProcessTable } from './resources/process-effects.ts';
import { kinds } from './resources/registry.ts';
import { unitEffects } from './resources/unit-effects.ts';
import { FolderSource } from './sources/folder.ts';
import { LazyChecker, reloadAccepted, SpecVerifier } from './sources/spec-verifier.ts';
import { joinPath, parentPath } from '../hostfs/path.ts';

const NO_PROCESSES: ProcessTable = { all: async () => [], byPid: async () => null, signal: async () => false };
/** Where systemd answers, in the root. */
const SYSTEM_BUS = '/run/dbus/system_bus_socket';
const PRIVATE = { mode: 0o700, uid: 0, gid: 0 } as const;
const SHARED = { mode: 0o755, uid: 0, gid: 0 } as const;

/** @throws KSN-APPLY-020 when another agent runs on this state folder, KSN-APPLY-023 when others could have changed it. */
export async function composeAgent(parts: AgentParts): Promise<Agent> {
  const { fs, folders, settings, log, clock, bootId } = parts;
  await using building = new AsyncDisposableStack();

  // The lock comes before anything that writes, and before it whether what lies there may be believed.
  await fs.ensureDirectory(parentPath(folders.state), SHARED);
  await fs.ensureDirectory(folders.state, PRIVATE);
  const loose = await judgeState(fs, folders.state);
  const lock = building.use(await lockState(fs, folders.state, parts.takeLock));
  for (const closed of await closeLoose(fs, loose)) log.warn('state-folder', closed.message, { error: closed });
  const { toJournal } = parts;
  const journal =
    toJournal === null ? null : building.use(new EventJournal({ send: toJournal, clock, log: log.room('events') }));
  const events = building.use(
    await EventLog.open({
      fs,
      folder: folders.events,
      clock,
      bootId,
      log: log.room('events'),
      newLogId: randomUUID,
      ...(journal !== null && { kept: (kept) => journal.tell(kept) }),
    }),
  );
  let statusWritten: ((failure: Reason | null) => void) | null = null;
  const statuses = building.use(
    new StatusStore({
      fs,
      path: folders.status,
      clock,
      log: log.room('status'),
      written: (failure) => statusWritten?.(failure),
    }),
  );
  const ages = new Ages(await readStanding(fs, folders.status), {
    node: settings().engine.nodeName,
    bootId,
    now: clock.now(),
  });
  const notices = building.use(
    new Notices({
      fs,
      paths: settings().notices,
      clock,
      log: log.room('notices'),
      ours: () => !lock.lost,
      start: parts.hasSystemd ? 'systemctl start keelson' : `keelson --root ${fs.physical('/')} agent`,
    }),
  );

  const accounts = new RootAccounts(fs);
  await accounts.refresh();
  const run = createRunCommand({ clock });
  const units = parts.hasSystemd
    ? building.use(
        new SystemdUnits({
          socket: fs.physical(SYSTEM_BUS),
          clock,
          entropy: parts.entropy,
          fs,
          outputFolder: joinPath(folders.runtime, 'transient'),
          monotonicUs: () => process.hrtime.bigint() / 1000n,
        }),
      )
    : null;
  const gatePorts: GatePorts = units === null ? {} : { unitActive: unitActiveGate(units) };
  const checker = new LazyChecker(kinds);
  const { kindSettings } = settings().verifier;
  const { agentVersion } = settings().engine;
  const opened = building.use(
    await openEngine({
      fs,
      stateDir: folders.state,
      lock,
      refused: (why) => log.error('read-only', why.message, { error: why }),
      clock,
      entropy: parts.entropy,
      bootId,
      pid: parts.pid,
      kinds,
      accounts,
      abilities: { selinux: parts.selinux, kubelet: null },
      sysctls: parts.ownsProcesses ? procSysctls('/proc/sys') : new MemorySysctls({ missing: 'empty' }),
      kindSettings,
      run,
      effects: [processEffects(parts.ownsProcesses ? createProcessTable() : NO_PROCESSES), unitEffects(units)],
      guards: new HostGuardTimers({
        fs,
        stateDir: folders.state,
        clock,
        run,
        spawnDetached,
        hasSystemd: parts.hasSystemd,
        accounts,
        bootId,
      }),
      checkGate: (gate, host, signal) => checkGate(gate, { ...host, ports: gatePorts }, signal),
      settings: () => settings().engine,
      events,
      ages,
      publish: (status) => {
        // What lies there may be another agent's.
        if (lock.lost) return;
        statuses.publish(status, ages.left);
        notices.publish(status);
      },
      parseEnvelope: (envelope, accepted, fingerprint) =>
        reloadAccepted(envelope, accepted, checker, { settings: kindSettings, fingerprint, agentVersion }),
    }),
  );
  const { engine } = opened;
  for (const remark of opened.remarks) log.error('start', remark.message, { error: remark });

  const { execution, view, board } = opened.reconciliation;
  // A full disk is no fault of what runs, but the next change needs room there: whoever asks is to know before.
  statusWritten = (failure) => {
    if (failure === null ? board.unremark('status file') : board.remark('status file', failure)) engine.publish();
  };
  const beats = (): boolean => opened.pulse.beats();
  const verifier = new SpecVerifier({
    fs,
    checker,
    settings: () => settings().verifier,
    guard: (series) => execution.book.state.accepted.get(series) ?? null,
    known: async ({ series, digest }) => {
      const accepted = execution.book.state.accepted.get(series);
      if (accepted?.digest !== digest || accepted.checkedBy !== agentVersion) return null;
      const { spec, items } = await view.of(accepted, []);
      return spec === null ? null : { spec, items, facts: accepted.facts };
    },
    fingerprint: opened.fingerprint,
    facts: async () => {
      // A user that came since the start is a user; a document that names it must not wait for a restart.
      await accounts.refresh();
      return readFacts(fs);
    },
    clock,
    agentVersion,
  });
  const source = new FolderSource({
    fs,
    folder: folders.specs,
    verify: (document, from) => verifier.judge(document, from),
    accept: (spec) => engine.accept(spec),
    refused: (file, reason) => engine.refused(file, reason),
    followed: () => engine.status().wanted?.series ?? null,
    events,
    clock,
    pollMs: settings().pollMs,
  });

  const facts = lateFacts({ fs, clock, isWholeHost: parts.ownsProcesses });
  const port: DebugPort = {
    engine,
    events,
    sink: events,
    verify: async (document, from, signature) => (await verifier.judge(document, from, signature)).spec,
    describe: (draft) => describe(draft),
    texts: new FileTexts({ fs, content: (fingerprint) => view.content(fingerprint), kinds }),
    userName: (uid) => (uid === 0 ? 'root' : null),
    now: () => clock.now(),
    beats,
    eventCounts: () => events.counts,
    specs: async () => {
      const { wanted, running } = execution.book.state;
      return { wanted: (await view.of(wanted, [])).spec, running: (await view.of(running, [])).spec };
    },
    facts: (identity) => facts.read(identity),
    profiling: () => settings().profiling,
  };
  const endpoint = lateEndpoint(async () => (await import('./debug/app.ts')).openEndpoint(port, clock));
  const openSockets = async (): Promise<OpenSockets> => {
    await using open = new AsyncDisposableStack();
    await fs.ensureDirectory(folders.runtime, SHARED);
    const folder = open.use(new SocketFolder(fs.physical(folders.runtime)));
    const common = { folder, peerOf: parts.peerOf, clock };
    const { readers } = settings();
    const gid = readers === null ? null : accounts.gid(readers);
    const reading = open.use(
      await LocalServer.listen({ ...common, name: READ_SOCKET, mode: 0o660, gid, routes: readRoutes(port), endpoint }),
    );
    const control = open.use(
      await LocalServer.listen({
        ...common,
        name: CONTROL_SOCKET,
        mode: 0o600,
        gid: null,
        routes: controlRoutes(port),
      }),
    );
    const stack = open.move();
    return { servers: [reading, control], [Symbol.asyncDispose]: () => stack.disposeAsync() };
  };
  let listening: Listening | null = null;
  let loopback: LoopbackListening | null = null;

  const stack = building.move();
  return {
    engine,
    events,
    looked: source.looked,
    get page() {
      return loopback?.url ?? null;
    },
    async run(signal, ready) {
      await using sockets = await Listening.start(openSockets);
      listening = sockets;
      await using beside = new LoopbackListening({ endpoint, clock }, log);
      loopback = beside;
      await beside.follow(settings().listen);
      const ending = new AbortController();
      const stop = AbortSignal.any([signal, ending.signal]);
      const swept = Promise.withResolvers<void>();
      const running = engine.run(stop, swept.resolve);
      try {
        // Recovery may take long; that nothing half made is left, and the agent is there to be asked, is true before it.
        await Promise.race([swept.promise, running]);
        await ready();
        await Promise.all([running, source.run(stop)]);
      } finally {
        ending.abort();
        listening = null;
        loopback = null;
        await running;
      }
    },
    async reload() {
      // Whoever cannot be asked is told by a signal alone, and must not fail to read the rest.
      try {
        // The sockets of who has the state folder now are not for us to replace.
        if ((await lock.stands()) && (await listening?.renew()))
          log.info('listening-anew', 'the sockets were gone from their folder');
      } catch (error) {
        log.error('not-listening', asKeelsonError(error).message, { error: asKeelsonError(error) });
      }
      await loopback?.follow(settings().listen);
      const findings = await verifier.reload();
      source.reconsider();
      warnOfRestart(kindSettings, settings().verifier.kindSettings, log);
      engine.reconsider();
      return findings;
    },
    beats,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** What was handed out at the start stays. */
function warnOfRestart(inForce: KindSettings, configured: KindSettings, log: Log): void {
  const changed = [
    ...(inForce.manifestFolder === configured.manifestFolder ? [] : ['paths.manifests']),
    ...(inForce.foreignManifests === configured.foreignManifests ? [] : ['foreignManifests']),
  ];
  if (changed.length > 0) log.warn('restart-needed', `${changed.join(' and ')} changed: restart the agent for it`);
}

function describe(draft: Draft<unknown>): string | null {
  return kinds.find(({ name }) => name === draft.kind)?.describe?.(draft) ?? null;
}
