/** The journal on a real disk: a process killed at random instants loses nothing that it was told is durable. */
import t from 'tap';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { openJournal, type Journal } from '../../agent/apply/journal.ts';

const here = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
const header = { agent: '1', kinds: {}, bootId: 'b', at: 1 };

/** Appends numbered overrides, with a checkpoint every 50; tells the last durable number on its channel. */
const program = (root: string): string => `
const { nodePrimitives } = await import(${here('../../hostfs/node-primitives.ts')});
const { openRoot } = await import(${here('../../hostfs/rooted.ts')});
const { openJournal } = await import(${here('../../agent/apply/journal.ts')});
const fs = await openRoot(nodePrimitives({ root: ${JSON.stringify(root)}, libc: null }), { ids: { uid: process.getuid(), gid: process.getgid() } });
const journal = await openJournal(fs, '/state', { header: ${JSON.stringify(header)}, size: 65536, reserve: 4096 });
const state = journal.state;
let n = Math.max(0, ...[...state.repairs.values()].map((row) => row.step));
for (;;) {
  n += 1;
  const record = { t: 'repair', count: { address: 'file:/n', times: [n], step: n, notBefore: 0, padding: 'x'.repeat(n % 700) } };
  await journal.append([record], { sync: true });
  state.reduce(record);
  process.send(n);
  if (n % 50 === 0) await journal.rewrite(state.toCheckpoint());
}`;

async function open(root: string): Promise<Journal> {
  const { uid, gid } = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  return openJournal(await openRoot(nodePrimitives({ root, libc: null }), { ids: { uid, gid } }), '/state', {
    header,
    size: 65_536,
    reserve: 4096,
  });
}

const last = (journal: Journal): number => journal.state.repairs.get('file:/n')?.step ?? 0;

t.test('kill -9 at random instants', async (t) => {
  const root = t.testdir({ state: {} });
  let durable = 0;
  for (let round = 0; round < 12; round += 1) {
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program(root)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: {} },
    );
    child.on('message', (n: number) => {
      durable = n;
    });
    await once(child, 'message');
    await sleep(Math.random() * 60);
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    const journal = await open(root);
    if (journal.refused !== null) t.fail(journal.refused.message);
    const found = last(journal);
    if (found < durable || found > durable + 1) t.fail(`round ${round}: ${durable} was durable, ${found} found`);
    await journal[Symbol.asyncDispose]();
  }
  t.ok(durable > 12);
  t.comment(`${durable} records`);
});

t.test('damage before whole frames: read-only, with what came before it', async (t) => {
  const root = t.testdir({ state: {} });
  const journal = await open(root);
  for (const step of [1, 2, 3])
    await journal.append([{ t: 'repair', count: { address: 'file:/n', times: [1], step, notBefore: 0 } }], {
      sync: true,
    });
  await journal[Symbol.asyncDispose]();
  const path = `${root}/state/journal`;
  const bytes = readFileSync(path);
  const at = bytes.indexOf('"step":2');
  bytes[at] = 0;
  writeFileSync(path, bytes);
  const damaged = await open(root);
  t.match(damaged.refused, { code: 'KSN-APPLY-001' });
  t.equal(last(damaged), 1);
  await t.rejects(damaged.append([], { sync: true }), { code: 'KSN-APPLY-001' });
  await t.rejects(damaged.rewrite(damaged.state.toCheckpoint()), { code: 'KSN-APPLY-001' });
  await t.rejects(damaged.reserve(1), { code: 'KSN-APPLY-001' });
  await damaged[Symbol.asyncDispose]();
  t.same(readFileSync(path), bytes, 'not a byte written');
});

t.test('stretched to 100 GiB: read-only, unread; cut as the remedy says, it goes on where it was', async (t) => {
  const root = t.testdir({ state: {} });
  const journal = await open(root);
  await journal.append([{ t: 'repair', count: { address: 'file:/n', times: [1], step: 7, notBefore: 0 } }], {
    sync: true,
  });
  await journal[Symbol.asyncDispose]();
  const path = `${root}/state/journal`;
  truncateSync(path, 100 * 2 ** 30);
  const stretched = await open(root);
  t.match(stretched.refused, { code: 'KSN-APPLY-009', message: /100 GiB/, remedy: /truncate -s 256M/ });
  await t.rejects(stretched.append([], { sync: true }), { code: 'KSN-APPLY-009' });
  await t.rejects(stretched.rewrite(stretched.state.toCheckpoint()), { code: 'KSN-APPLY-009' });
  await stretched.reopen();
  t.match(stretched.refused, { code: 'KSN-APPLY-009' }, 'and so it is when read again');
  await stretched[Symbol.asyncDispose]();
  t.equal(statSync(path).size, 100 * 2 ** 30);
  truncateSync(path, 256 * 2 ** 20);
  const cut = await open(root);
  t.equal(cut.refused, null);
  t.equal(last(cut), 7);
  await cut.append([], { sync: true });
  await cut.rewrite(cut.state.toCheckpoint());
  await cut[Symbol.asyncDispose]();
  t.equal(statSync(path).size, 65_536, 'the next checkpoint frees the room');
});

t.test('a torn last frame is cut, and the journal goes on', async (t) => {
  const root = t.testdir({ state: {} });
  const journal = await open(root);
  for (const step of [1, 2])
    await journal.append([{ t: 'repair', count: { address: 'file:/n', times: [1], step, notBefore: 0 } }], {
      sync: true,
    });
  await journal[Symbol.asyncDispose]();
  const path = `${root}/state/journal`;
  const bytes = readFileSync(path);
  bytes[bytes.indexOf('"step":2')] = 0;
  writeFileSync(path, bytes);
  const torn = await open(root);
  t.equal(torn.refused, null);
  t.ok(torn.torn > 0);
  t.equal(last(torn), 1);
  await torn.append([{ t: 'repair', count: { address: 'file:/n', times: [1], step: 7, notBefore: 0 } }], {
    sync: true,
  });
  await torn[Symbol.asyncDispose]();
  const again = await open(root);
  t.equal(again.torn, 0);
  t.equal(last(again), 7);
});
