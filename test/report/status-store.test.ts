import t from 'tap';
import type { Reason } from '../../agent/base/errors.ts';
import { silentLog } from '../../agent/base/log.ts';
import { readStanding, readStoredStatus, StatusStore } from '../../agent/report/status-store.ts';
import { Ages } from '../../agent/report/standing.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { FsError } from '../../hostfs/errors.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const path = '/var/lib/keelson/status.json';
/** What is published is left to rest so long before it is written. */
const REST_MS = 100;
const status = (seq: number, more: Partial<NodeStatus> = {}): NodeStatus => ({
  node: 'lb-a',
  agentVersion: '0.1.0',
  bootId: 'b',
  seq,
  at: 0,
  verdict: 'OK',
  since: 0,
  blocked: [],
  mode: 'enforce',
  counts: { ok: 3 },
  total: 3,
  resources: [],
  overrides: [],
  remarks: [],
  ...more,
});

async function made() {
  const root = await memoryRoot();
  await plant(root.fs, { '/var/lib/keelson': { directory: true } });
  const clock = new VirtualClock();
  return { root, clock, store: new StatusStore({ fs: root.fs, path, clock, log: silentLog }) };
}

t.test('what was published last is read, agent or not', async (t) => {
  const { root, clock, store } = await made();
  t.equal(await readStoredStatus(root.fs, path), null);
  store.publish(status(1));
  await clock.advance(REST_MS);
  t.match(await readStoredStatus(root.fs, path), { writtenAt: clock.now(), status: status(1) });
  t.equal((await root.fs.lstat(path))?.mode, 0o600);
});

t.test('at most one write a second, and the newest wins', async (t) => {
  const { root, clock, store } = await made();
  const writes = () => root.host.counts.get('createFile') ?? 0;
  const before = writes();
  for (let seq = 1; seq <= 100; seq += 1) {
    store.publish(status(seq));
    await clock.advance(100);
  }
  t.ok(writes() - before <= 11, `${writes() - before}`);
  await clock.advance(1_000);
  t.equal((await readStoredStatus(root.fs, path))?.status.seq, 100);
  await clock.advance(2_000);
  t.equal(clock.sleeping, 0, 'nothing sleeps when nothing is pending');
});

t.test('what is over before the rest is never written', async (t) => {
  const { root, clock, store } = await made();
  store.publish(status(1, { verdict: 'Changing' }));
  await clock.advance(10);
  store.publish(status(2));
  await clock.advance(REST_MS);
  t.equal(root.host.counts.get('createFile'), 1);
  t.equal((await readStoredStatus(root.fs, path))?.status.seq, 2);
});

t.test('disposal writes what is pending', async (t) => {
  const { root, clock, store } = await made();
  store.publish(status(1));
  await clock.advance(10);
  store.publish(status(2));
  await store[Symbol.asyncDispose]();
  t.equal((await readStoredStatus(root.fs, path))?.status.seq, 2);
});

t.test('a disk that refuses is tried again, never told to the publisher', async (t) => {
  const { root, clock, store } = await made();
  const fault = root.host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
  store.publish(status(1));
  await clock.advance(5_000);
  t.equal(await readStoredStatus(root.fs, path), null);
  fault[Symbol.dispose]();
  await clock.advance(2_000);
  t.equal((await readStoredStatus(root.fs, path))?.status.seq, 1);
  root.host.fail(() => 'EIO');
  store.publish(status(2));
  await store[Symbol.asyncDispose]();
});

t.test('an old status stays whole when the agent dies while it writes', async (t) => {
  const { root, clock, store } = await made();
  store.publish(status(1));
  await clock.advance(2_000);
  root.host.fail(({ primitive }) => (primitive === 'rename' ? 'EIO' : undefined));
  store.publish(status(2));
  await clock.advance(100);
  t.equal((await readStoredStatus(root.fs, path))?.status.seq, 1);
});

t.test('no secret gets in', async (t) => {
  const { root, clock, store } = await made();
  const dirty = 'PASSWORD=Planted \u001B[2J';
  const reason = { code: 'KSN-X-001', fault: 'caller', message: dirty } as const;
  store.publish(
    status(1, {
      verdict: 'RolledBack',
      reason,
      next: dirty,
      resources: [{ address: 'file:/x', condition: 'failed', since: 0, reason }],
      remarks: [reason],
    }),
  );
  await clock.advance(REST_MS);
  const text = Buffer.from(await root.fs.read(path)).toString();
  t.match(text, /redacted/);
  t.notMatch(text, /Planted|\\u001b/i);
});

t.test('what cannot be read says so', async (t) => {
  const { root } = await made();
  for (const file of [
    '',
    '{"format":1',
    'null',
    '{"format":2,"writtenAt":1,"status":{"node":"x","verdict":"OK","resources":[]}}',
    '{"format":1,"writtenAt":1,"status":{}}',
  ]) {
    await plant(root.fs, { [path]: { file } });
    await t.rejects(readStoredStatus(root.fs, path), { code: 'KSN-REPORT-004' }, file);
  }
});

t.test('who may not read it is told how to, not to start what may be running', async (t) => {
  const { root } = await made();
  const denied = async (): Promise<never> => {
    throw new FsError('DENIED', path, 'permission denied');
  };
  await t.rejects(readStoredStatus({ lstat: denied, read: (...args) => root.fs.read(...args) }, path), {
    code: 'KSN-REPORT-004',
    remedy: /^Run it as root.*the group keelson/,
  });
});

t.test('what an agent had not found again when it died is there for the next', async (t) => {
  const { root, clock, store } = await made();
  t.equal(await readStanding(root.fs, path), null, 'nothing was said');
  const wait = { address: 'pod:haproxy', condition: 'waiting', since: 5 } as const;
  const said = status(1, { verdict: 'Waiting', since: 4, resources: [wait] });
  store.publish(said);
  await clock.advance(REST_MS);
  const here = { node: 'lb-a', bootId: 'b', now: 100 };
  const ages = new Ages(await readStanding(root.fs, path), here);
  store.publish(status(2, { verdict: 'Unknown', since: 100, resources: [] }), ages.left);
  await clock.advance(1_000 + REST_MS);
  t.match(await readStoredStatus(root.fs, path), { status: { verdict: 'Unknown', since: 100 } }, 'as it is now');
  const again = new Ages(await readStanding(root.fs, path), here);
  t.equal(again.ofVerdict('Waiting', undefined), 4);
  t.equal(again.ofRow('pod:haproxy', 'waiting'), 5);
  t.equal(again.left, undefined);
  t.equal(new Ages(await readStanding(root.fs, path), { ...here, now: 4 }).ofRow('pod:haproxy', 'waiting'), null);
});

t.test('a status that cannot be read, or says it wrongly, costs the ages alone', async (t) => {
  const { root } = await made();
  const stored = { format: 1, writtenAt: 0, status: status(1) };
  for (const text of ['{', '{"format":2}', JSON.stringify({ ...stored, left: { rows: 7 } })]) {
    await root.fs.writeDurably(path, Buffer.from(text), { mode: 0o600, uid: 0, gid: 0 });
    t.equal(await readStanding(root.fs, path), null, text);
  }
});

t.test('whoever wants to know hears of each write, and of what kept it from the disk', async (t) => {
  const { root, clock } = await made();
  const heard: (string | undefined)[] = [];
  const written = (failure: Reason | null): void => void heard.push(failure?.code);
  const store = new StatusStore({ fs: root.fs, path, clock, log: silentLog, written });
  const fault = root.host.fail(({ primitive }) => (primitive === 'write' ? 'ENOSPC' : undefined));
  store.publish(status(1));
  await clock.advance(1_500);
  t.strictSame(heard, ['KSN-REPORT-002', 'KSN-REPORT-002']);
  fault[Symbol.dispose]();
  await clock.advance(2_000);
  t.strictSame(heard.slice(2), [undefined]);
});
