import t from 'tap';
import { silentLog, type Log } from '../../agent/base/log.ts';
import { consoleText } from '../../agent/report/notice-files.ts';
import { Notices, type NoticesOptions } from '../../agent/report/notices.ts';
import { failedLines, noticeLines } from '../../agent/report/notice-text.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { memoryRoot } from '../support/roots.ts';
import { plant } from '../support/tree.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const paths = { motd: '/run/motd.d/10-keelson', issue: '/run/issue.d/keelson.issue' };
const at = Date.parse('2026-11-24T03:13:01Z');
const reason = { code: 'KSN-POD-007', message: 'pod:haproxy failed its gate', fault: 'environment' } as const;
const wanted = { series: 'lb', generation: 43, digest: 'sha256:43' };
const running = { series: 'lb', generation: 42, digest: 'sha256:42' };

const ok: NodeStatus = {
  node: 'lb-a',
  agentVersion: '0.1.0',
  bootId: 'boot',
  seq: 1,
  at,
  verdict: 'OK',
  since: at,
  wanted: running,
  running,
  blocked: [],
  mode: 'enforce',
  counts: { ok: 31 },
  total: 31,
  resources: [],
  overrides: [],
  remarks: [],
};
const rolledBack: NodeStatus = {
  ...ok,
  verdict: 'RolledBack',
  reason,
  next: 'fix, sign and push 44; or keelson retry 43 --reason …',
  wanted,
  blocked: [{ ...wanted, reason, at: Date.parse('2026-11-24T03:12:40Z') }],
};
const changing: NodeStatus = { ...ok, verdict: 'Changing', wanted };

async function made(over: Partial<NoticesOptions> = {}) {
  const root = await memoryRoot();
  await plant(root.fs, { '/run': { directory: true } });
  const clock = new VirtualClock();
  const notices = new Notices({
    fs: root.fs,
    paths,
    clock,
    log: silentLog,
    ours: () => true,
    start: 'systemctl start keelson',
    ...over,
  });
  const read = async (path: string): Promise<string | null> =>
    (await root.fs.lstat(path)) === null ? null : Buffer.from(await root.fs.read(path)).toString();
  return { root, clock, notices, motd: () => read(paths.motd), issue: () => read(paths.issue) };
}

t.test('a rollback, as experience.md has it', (t) => {
  t.strictSame(noticeLines(rolledBack), [
    'keelson: lb/43 ROLLED BACK to 42 at 2026-11-24 03:12:40Z.',
    '  pod:haproxy failed its gate (KSN-POD-007). 42 healthy since 2026-11-24 03:13:01Z.',
    '  43 will not be retried. keelson explain KSN-POD-007',
  ]);
  t.match(
    noticeLines({ ...rolledBack, counts: { ok: 30, failed: 1 } })[1],
    /^ {2}pod:haproxy failed its gate \(KSN-POD-007\)\.$/u,
    'what is not well is not called healthy',
  );
  const { running: _, ...asFound } = rolledBack;
  t.match(noticeLines(asFound)[0], 'lb/43 ROLLED BACK to as found at');
  t.end();
});

t.test('every other word: what, why, the next step', (t) => {
  const expires = Date.parse('2026-11-24T04:10:00Z');
  const hold = { id: 'h1', address: null, by: 'ana', reason: 'disk swap', expires } as const;
  t.strictSame(
    [
      { ...ok, verdict: 'SafeMode', reason, next: 'keelson safe-mode off, once the cause is mended' } as const,
      { ...ok, verdict: 'Degraded', reason, next: 'mend what keeps it open' } as const,
      { ...ok, verdict: 'Waiting', reason } as const,
      { ...ok, verdict: 'Held', overrides: [hold], next: 'keelson release ends it now' } as const,
      { ...ok, verdict: 'Held', overrides: [{ ...hold, address: 'file:/etc/x' }, hold] } as const,
      { ...ok, verdict: 'Unknown', reason, next: 'keelson doctor' } as const,
      changing,
    ].flatMap((status) => noticeLines(status)),
    [
      'keelson: SAFE MODE since 2026-11-24 03:13:01Z, running lb/42.',
      '  pod:haproxy failed its gate (KSN-POD-007).',
      '  keelson safe-mode off, once the cause is mended. keelson explain KSN-POD-007',
      'keelson: DEGRADED since 2026-11-24 03:13:01Z, running lb/42.',
      '  pod:haproxy failed its gate (KSN-POD-007).',
      '  mend what keeps it open. keelson explain KSN-POD-007',
      'keelson: WAITING since 2026-11-24 03:13:01Z, running lb/42.',
      '  pod:haproxy failed its gate (KSN-POD-007).',
      '  keelson explain KSN-POD-007',
      'keelson: HELD since 2026-11-24 03:13:01Z, running lb/42.',
      '  everything by ana until 2026-11-24 04:10:00Z: "disk swap"',
      '  keelson release ends it now.',
      'keelson: HELD since 2026-11-24 03:13:01Z, running lb/42.',
      '  everything by ana until 2026-11-24 04:10:00Z: "disk swap" (and 1 more)',
      'keelson: UNKNOWN since 2026-11-24 03:13:01Z, running lb/42.',
      '  pod:haproxy failed its gate (KSN-POD-007).',
      '  keelson doctor. keelson explain KSN-POD-007',
      'keelson: CHANGING since 2026-11-24 03:13:01Z, running lb/42, wanted lb/43.',
    ],
  );
  t.end();
});

t.test('an agent that does not run, and why', (t) => {
  const failure = { ...reason, message: 'others could have changed it.', remedy: 'chown it' };
  t.strictSame(failedLines(failure, at), [
    'keelson: NOT RUNNING, at 2026-11-24 03:13:01Z; nothing here is put right.',
    '  others could have changed it (KSN-POD-007).',
    '  chown it. keelson explain KSN-POD-007',
  ]);
  t.end();
});

t.test('a patch is no hold', (t) => {
  const patch = { id: 'p1', kind: 'patch', address: 'file:/etc/x', by: 'ana', reason: 'r', expires: at } as const;
  t.notMatch(noticeLines({ ...ok, verdict: 'Held', overrides: [patch] }).join('\n'), 'ana');
  t.end();
});

t.test('there while something is wrong, gone when it is not', async (t) => {
  const { root, clock, notices, motd, issue } = await made();
  notices.publish(rolledBack);
  await clock.advance(0);
  t.match(await motd(), /^keelson: lb\/43 ROLLED BACK to 42 at .*\n {2}.*\n {2}43 will not be retried\..*\n$/u);
  t.equal(await issue(), await motd());
  t.match(await root.fs.lstat(paths.motd), { mode: 0o644, uid: 0 });
  notices.publish(ok);
  await clock.advance(2_000);
  t.equal(await motd(), null);
  t.equal(await issue(), null);
  await clock.advance(10_000);
  t.equal(clock.sleeping, 0, 'nothing sleeps when all is well');
});

t.test('what passes within a minute is no news', async (t) => {
  const { clock, notices, motd } = await made();
  notices.publish(changing);
  await clock.advance(58_000);
  notices.publish({ ...changing, seq: 2 });
  t.equal(await motd(), null);
  await clock.advance(3_000);
  t.match(await motd(), /^keelson: CHANGING since 2026-11-24 03:13:01Z, running lb\/42, wanted lb\/43\.\n$/u);
  notices.publish({ ...ok, verdict: 'Waiting', reason });
  await clock.advance(3_000);
  t.equal(await motd(), null, 'what is told no longer holds');
  await clock.advance(60_000);
  t.match(await motd(), /^keelson: WAITING/u);
});

t.test('at most one write a second, the newest wins', async (t) => {
  const { root, clock, notices, motd } = await made();
  for (let second = 0; second < 40; second += 1) {
    notices.publish({ ...rolledBack, reason: { ...reason, message: `attempt ${second}` } });
    await clock.advance(100);
  }
  await clock.advance(2_000);
  t.match(await motd(), 'attempt 39');
  t.ok((root.host.counts.get('createFile') ?? 0) <= 2 * 7, String(root.host.counts.get('createFile')));
});

t.test('what an earlier run left goes with the first status', async (t) => {
  const { root, clock, notices, motd } = await made();
  await plant(root.fs, { [paths.motd]: { file: 'keelson: lb/41 ROLLED BACK' } });
  notices.publish({ ...ok, verdict: 'Unknown' });
  await clock.advance(0);
  t.equal(await motd(), null);
});

t.test('an orderly end says that nothing is kept any more', async (t) => {
  const { clock, notices, motd, issue } = await made();
  notices.publish(ok);
  await clock.advance(0);
  await notices[Symbol.asyncDispose]();
  t.match(
    await motd(),
    /^keelson: STOPPED at .*Z; until.*\n {2}It was OK, running lb\/42\.\n {2}systemctl start keelson\n$/u,
  );
  t.equal(await issue(), await motd());
});

t.test('an end after leave, of an agent that never knew, or that lost the state folder, leaves nothing', async (t) => {
  const left = await made();
  left.notices.publish({ ...ok, verdict: 'Left' });
  await left.clock.advance(0);
  await left.notices[Symbol.asyncDispose]();
  t.equal(await left.motd(), null);

  const early = await made();
  await early.notices[Symbol.asyncDispose]();
  t.equal(await early.motd(), null);

  const lost = await made({ ours: () => false });
  lost.notices.publish(rolledBack);
  await lost.clock.advance(5_000);
  await lost.notices[Symbol.asyncDispose]();
  t.equal(await lost.motd(), null);
});

t.test('nothing in it acts on a terminal, on agetty, or tells a secret; and it is short', async (t) => {
  const { clock, notices, motd, issue } = await made();
  const nasty = `\u001B[2J\u0007\\n\\4{eth0} password=Planted1 \u202E ${'x'.repeat(5_000)}\nkeelson: OK`;
  const bad = { code: 'KSN-X-001', message: nasty, fault: 'caller' } as const;
  notices.publish({
    ...rolledBack,
    verdict: 'Degraded',
    reason: bad,
    next: nasty,
    wanted: { ...wanted, series: nasty },
  });
  await clock.advance(0);
  const text = (await motd()) ?? '';
  t.equal(text.split('\n').length, 4, 'no line of its own making');
  t.ok(text.length < 700, String(text.length));
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  t.notMatch(text, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]|Planted/u);
  t.notMatch(await issue(), /\\|[^\n\u0020-\u007E]/u);
  t.equal(consoleText('a\\nb…é\n'), 'a?nb...?\n');
});

t.test('off, and where nobody reads them', async (t) => {
  const { clock, notices, motd, issue } = await made({ paths: { motd: null, issue: '/srv/issue.d/x.issue' } });
  notices.publish(rolledBack);
  await clock.advance(5_000);
  t.equal(await motd(), null);
  t.equal(await issue(), null);
  await notices[Symbol.asyncDispose]();
});

t.test('a file system that refuses is tried again', async (t) => {
  const { root, clock, notices, motd } = await made();
  const fault = root.host.fail(({ primitive }) => (primitive === 'write' ? 'EROFS' : undefined));
  notices.publish(rolledBack);
  await clock.advance(5_000);
  t.equal(await motd(), null);
  fault[Symbol.dispose]();
  await clock.advance(70_000);
  t.match(await motd(), 'ROLLED BACK');
});

t.test('what the agent did not write is neither replaced nor removed, and told once', async (t) => {
  for (const theirs of [
    { file: 'Welcome to lb-a\nkeelson: is here\n' },
    { file: '' },
    { file: `Welcome${' '.repeat(100_000)}` },
    { link: '/etc/motd' },
    { directory: true },
  ] as const) {
    const told: unknown[] = [];
    const log: Log = { ...silentLog, warn: (event, _, fields) => told.push([event, fields]) };
    const { root, clock, notices, motd, issue } = await made({ log });
    await plant(root.fs, { '/etc/motd': { file: 'keelson: theirs too' }, [paths.motd]: theirs });
    const before = await root.fs.lstat(paths.motd);
    notices.publish(ok);
    await clock.advance(2_000);
    notices.publish(rolledBack);
    await clock.advance(200_000);
    t.match(await issue(), 'ROLLED BACK', 'the other one is shown');
    t.strictSame(await root.fs.lstat(paths.motd), before, JSON.stringify(theirs).slice(0, 40));
    t.match(told, [
      ['notice-not-written', { element: paths.motd, error: { code: 'KSN-REPORT-005', remedy: /motd/u } }],
    ]);
    t.equal(told.length, 1, 'once');
    await (before?.type === 'directory' ? root.fs.removeDirectory(paths.motd) : root.fs.remove(paths.motd));
    await clock.advance(70_000);
    t.match(await motd(), 'ROLLED BACK', 'shown when the path is free');
    await notices[Symbol.asyncDispose]();
    await plant(root.fs, { '/etc/motd': { file: 'keelson: theirs too' } });
  }
});
