/**
 * A disk that fails: at every primitive of a generation, of its rollback and of a repair, once and for a while. Nothing
 * is changed without a durable intent that names it, and the end is wholly desired or wholly the base (proof 7).
 */
import t from 'tap';
import type { PrimitiveCall } from '../../hostfs/interpose.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { hostPicture } from '../support/crash-workload.ts';
import { EngineNode, recordingEffects, verified, type Sections } from '../support/engine-node.ts';
import { IntentWatch } from '../support/intent-watch.ts';

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const QUICK = { health: { stableForMs: 0, deadlineMs: 60_000 } };
const RELOAD = { onChange: { 'process:a': { signal: 'SIGHUP' } } };

const good = verified(
  1,
  { files: { '/etc/a': file('a\n', RELOAD), '/etc/gone': file('gone\n') }, links: { '/etc/l': { target: 'a' } } },
  QUICK,
);
const next = (more: object = {}): Sections => ({
  directories: { '/srv/d': { mode: '0700' } },
  files: { '/etc/a': file('a2\n', { ...RELOAD, ...more }), '/etc/taken': file('ours\n'), '/srv/d/new': file('new\n') },
  links: { '/etc/l': { target: 'taken' } },
});
const goodNext = verified(2, next(), QUICK);
const badNext = verified(2, next({ gates: [{ file: '/run/never' }] }), { health: { stableForMs: 0, deadlineMs: 100 } });

async function goodMachine(): Promise<MemoryHost> {
  const node = await EngineNode.on();
  await node.write('/etc/taken', 'theirs\n');
  await node.start();
  await node.accept(good);
  await node.stop();
  return node.machine;
}

/** `at`: monotonic time. */
type Fault = (call: PrimitiveCall, nth: number, at: number) => string | undefined;

interface Run {
  /** What is wrong; null: nothing. */
  readonly fault: unknown;
  readonly calls: number;
  readonly verdict: string | undefined;
}

/** Brings `spec` about on a disk that fails as told, heals it after a while, and looks at the end. */
async function run(
  machine: MemoryHost,
  spec: VerifiedSpec,
  fault: Fault,
  wholes: readonly (readonly string[])[],
): Promise<Run> {
  const host = machine.crash(losesNothing);
  const effects: string[] = [];
  await using node = await EngineNode.on(host, { effects: [recordingEffects(effects)] });
  await node.start();
  await node.settled();
  effects.length = 0;
  let nth = 0;
  using watch = new IntentWatch(host, (call) => fault(call, (nth += 1), node.clock.monotonic()));
  const refused = await node.clock.runUntil(node.engine.accept(spec)).then(
    () => false,
    () => true,
  );
  if (refused) {
    // As a source would: again, until it is taken.
    await node.clock.advance(5 * 60_000);
    await node.clock.runUntil(node.engine.accept(spec));
  }
  await node.clock.advance(5 * 60_000);
  const status = await node.settled();
  const calls = nth;
  watch[Symbol.dispose]();
  const before = await hostPicture(node);
  await using again = await node.crash(losesNothing);
  await again.start();
  await again.settled();
  const picture = await hostPicture(again);
  const good = status.running?.generation === 2;
  const plan = (await again.engine.preview()).waves.flat();
  const wrong: unknown[] = [];
  if (watch.unannounced.length > 0) wrong.push({ unannounced: watch.unannounced });
  if (JSON.stringify(before) !== JSON.stringify(picture)) wrong.push('a restart changes something');
  if (!wholes.some((whole) => JSON.stringify(whole) === JSON.stringify(picture)))
    wrong.push({
      more: picture.filter((line) => !wholes[0]?.includes(line)),
      less: wholes[0]?.filter((line) => !picture.includes(line)),
    });
  if (plan.length > 0) wrong.push({ left: plan.map(({ address }) => address) });
  if (again.state.open.size > 0) wrong.push('a transaction is open');
  if (again.state.anomalies.length > 0) wrong.push(again.state.anomalies);
  if (good && !effects.some((effect) => effect.startsWith('signal process:a'))) wrong.push('the reload is still owed');
  if (host.open.handles > machine.open.handles + 200) wrong.push('handles leak');
  return { fault: wrong.length === 0 ? null : wrong, calls, verdict: status.verdict };
}

const OPENS: ReadonlySet<string> = new Set(['openRoot', 'openDirectory', 'openFile', 'createFile', 'pin', 'reopen']);
const WRITES: ReadonlySet<string> = new Set([
  'createFile',
  'write',
  'createDirectory',
  'createLink',
  'rename',
  'renameNew',
  'setXattr',
]);
const CHANGES: ReadonlySet<string> = new Set([...WRITES, 'setOwner', 'setMode', 'setLinkOwner', 'unlink', 'rmdir']);
const SYNCS: ReadonlySet<string> = new Set(['sync', 'syncData']);
const IO: ReadonlySet<string> = new Set([...CHANGES, ...SYNCS, 'read', 'readdir', 'lstat', 'readlink']);

const ERRORS: readonly (readonly [string, ReadonlySet<string>])[] = [
  ['ENOSPC', WRITES],
  ['EIO', IO],
  ['EROFS', CHANGES],
  ['EMFILE', OPENS],
];

/** Each point costs a run: a share of them here, other ones for each error; `KEELSON_FAULTS=all` takes every one. */
const STRIDE = process.env['KEELSON_FAULTS'] === 'all' ? 1 : 11;

for (const [spec, name] of [
  [goodNext, 'a generation'],
  [badNext, 'a generation and its rollback'],
] as const) {
  t.test(`proof 7: ${name}, a primitive failing once`, async (t) => {
    const machine = await goodMachine();
    const base = await pictureAfter(machine, null);
    const wholes = spec === badNext ? [base] : [base, await pictureAfter(machine, spec)];
    for (const [nth, [errno, primitives]] of ERRORS.entries()) {
      const points: number[] = [];
      const listing: Fault = ({ primitive }, at) => void (primitives.has(primitive) && points.push(at));
      const dry = await run(machine, spec, listing, wholes);
      t.strictSame(dry.fault, null, 'without a fault');
      const chosen = points.filter((_, index) => index % STRIDE === nth % STRIDE);
      const verdicts = new Map<string, number>();
      const wrong: unknown[] = [];
      for (const at of chosen) {
        const { fault, verdict = '' } = await run(machine, spec, (_, now) => (now === at ? errno : undefined), wholes);
        verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
        if (fault !== null) wrong.push({ at, fault });
      }
      t.comment(
        `${errno} at ${chosen.length} of ${points.length} points in ${dry.calls} primitives: ${JSON.stringify([...verdicts])}`,
      );
      t.strictSame(wrong.slice(0, 3), [], errno);
      t.strictSame(
        [...verdicts.keys()].filter((verdict) => verdict !== 'RolledBack' && (spec === badNext || verdict !== 'OK')),
        [],
        'the disk is well again, and so is the node',
      );
    }
  });

  t.test(`proof 7: ${name}, everything of a sort failing for a minute`, async (t) => {
    const machine = await goodMachine();
    const base = await pictureAfter(machine, null);
    const wholes = spec === badNext ? [base] : [base, await pictureAfter(machine, spec)];
    const { calls } = await run(machine, spec, () => undefined, wholes);
    for (const [nth, [errno, primitives]] of ERRORS.entries()) {
      const wrong: unknown[] = [];
      for (let at = 1 + nth * 7; at < calls; at += 10 * STRIDE) {
        let healed: number | null = null;
        const failing: Fault = ({ primitive }, index, now) => {
          if (index < at || !primitives.has(primitive)) return undefined;
          healed ??= now + 60_000;
          return now < healed ? errno : undefined;
        };
        const { fault } = await run(machine, spec, failing, wholes);
        if (fault !== null) wrong.push({ at, fault });
      }
      t.strictSame(wrong.slice(0, 3), [], errno);
    }
  });
}

t.test('proof 7: a repair, a primitive failing once: it is repaired all the same, and owes its reload', async (t) => {
  const machine = await goodMachine();
  const base = await pictureAfter(machine, null);
  const repair = async (fault: Fault): Promise<unknown> => {
    const host = machine.crash(losesNothing);
    const effects: string[] = [];
    await using node = await EngineNode.on(host, { effects: [recordingEffects(effects)] });
    await node.start();
    await node.settled();
    effects.length = 0;
    let nth = 0;
    using watch = new IntentWatch(host, (call) => fault(call, (nth += 1), node.clock.monotonic()));
    await node.write('/etc/a', 'tampered\n');
    await node.clock.advance(10 * 60_000);
    watch[Symbol.dispose]();
    const picture = await hostPicture(node);
    const wrong: unknown[] = [];
    if (JSON.stringify(picture) !== JSON.stringify(base)) wrong.push('not repaired');
    if (watch.unannounced.length > 0) wrong.push(watch.unannounced);
    if (node.state.open.size > 0) wrong.push('a transaction is open');
    if (node.engine.status().verdict !== 'OK') wrong.push(node.engine.status().reason);
    if (!effects.some((effect) => effect.startsWith('signal process:a'))) wrong.push('the reload is still owed');
    return wrong.length === 0 ? null : wrong;
  };
  for (const [nth, [errno, primitives]] of ERRORS.entries()) {
    const points: number[] = [];
    await repair(({ primitive }, at) => void (primitives.has(primitive) && points.push(at)));
    const chosen = points.filter((_, index) => index % STRIDE === nth % STRIDE);
    const wrong: unknown[] = [];
    for (const at of chosen) {
      const fault = await repair((_, now) => (now === at ? errno : undefined));
      if (fault !== null) wrong.push({ at, fault });
    }
    t.strictSame(wrong.slice(0, 3), [], `${errno} at ${chosen.length} points`);
  }
});

t.test(
  'rule 24: a failed fsync under a request: the journal is read again, and the node does what that says',
  async (t) => {
    await using node = await EngineNode.on(await goodMachine());
    await node.start();
    await node.settled();
    let failing: 'write' | 'syncData' | null = null;
    using watch = new IntentWatch(node.machine, ({ primitive, path }) => {
      if (primitive !== failing || path !== '/var/lib/keelson/journal') return undefined;
      failing = null;
      return 'EIO';
    });
    const fails = async (at: typeof failing, act: () => Promise<unknown>): Promise<void> => {
      failing = at;
      await t.rejects(node.clock.runUntil(act()), { code: 'KSN-APPLY-005' }, `${at} fails, and so does the request`);
      await node.clock.advance(60_000);
      t.equal(node.opened.reconciliation.execution.book.poisoned, false, 'the journal was read again');
    };
    await fails('write', () => node.engine.accept(goodNext));
    t.equal(node.engine.status().running?.generation, 1, 'what was not written was not asked for');
    t.same(watch.mutations, []);
    await fails('syncData', () => node.engine.accept(goodNext));
    t.equal((await node.accept(goodNext)).running?.generation, 2, 'what was written may count; asked again, it does');
    const since = node.clock.now();
    const hold = {
      id: 'h',
      address: null,
      kind: 'hold',
      by: 'uid 0',
      reason: '',
      since,
      expires: since + 60 * 60_000,
    } as const;
    await fails('syncData', () => node.engine.override(hold));
    const held = node.engine.status().overrides.length > 0;
    await node.write('/etc/a', 'tampered\n');
    await node.clock.advance(60_000);
    t.equal(await node.text('/etc/a'), held ? 'tampered\n' : 'a2\n', 'the status says what counts');
    t.same(watch.unannounced, []);
  },
);

t.test(
  'rule 24: a journal that cannot be written for an hour stops every mutation; what differs is still seen',
  async (t) => {
    await using node = await EngineNode.on(await goodMachine());
    await node.start();
    await node.settled();
    let broken = true;
    using watch = new IntentWatch(node.machine, ({ primitive, path }) =>
      broken && (SYNCS.has(primitive) || primitive === 'rename') && path.startsWith('/var/lib/keelson')
        ? 'EIO'
        : undefined,
    );
    await node.write('/etc/a', 'tampered\n');
    await node.clock.advance(60 * 60_000);
    t.same(watch.mutations, []);
    t.equal(await node.text('/etc/a'), 'tampered\n');
    t.match(node.engine.status(), { verdict: 'Unknown', reason: { code: 'KSN-APPLY-005' } });
    broken = false;
    await node.clock.advance(2 * 60_000);
    t.equal((await node.settled()).verdict, 'OK');
    t.equal(await node.text('/etc/a'), 'a\n');
    t.same(watch.unannounced, []);
  },
);

t.test('a start on a failing disk changes nothing and fails, or starts; the next one is well', async (t) => {
  const machine = await goodMachine();
  const base = await pictureAfter(machine, null);
  const points: number[] = [];
  const start = async (fault: Fault): Promise<{ readonly wrong: unknown; readonly started: boolean }> => {
    const host = machine.crash(losesNothing);
    const node = await EngineNode.on(host);
    let nth = 0;
    const watch = new IntentWatch(host, (call) => fault(call, (nth += 1), node.clock.monotonic()));
    const started = await node.start().then(
      () => true,
      () => false,
    );
    watch[Symbol.dispose]();
    await using again = await node.crash(losesNothing);
    await again.start();
    const { verdict } = await again.settled();
    const picture = await hostPicture(again);
    const wrong = watch.mutations.length > 0 || JSON.stringify(picture) !== JSON.stringify(base) || verdict !== 'OK';
    return { wrong: wrong ? [watch.mutations, verdict] : null, started };
  };
  await start(({ primitive }, at) => void ((IO.has(primitive) || OPENS.has(primitive)) && points.push(at)));
  const wrong: unknown[] = [];
  let started = 0;
  for (const [index, at] of points.entries()) {
    const errno = ERRORS[index % ERRORS.length]?.[0];
    const outcome = await start((_, nth) => (nth === at ? errno : undefined));
    if (outcome.wrong !== null) wrong.push({ errno, at, ...outcome });
    if (outcome.started) started += 1;
  }
  t.comment(`${points.length} points; ${started} starts went on`);
  t.strictSame(wrong, []);
});

async function pictureAfter(machine: MemoryHost, spec: VerifiedSpec | null): Promise<readonly string[]> {
  await using node = await EngineNode.on(machine.crash(losesNothing));
  await node.start();
  if (spec === null) await node.settled();
  else await node.accept(spec);
  return hostPicture(node);
}
