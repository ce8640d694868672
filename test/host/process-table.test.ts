import t from 'tap';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createProcessTable } from '../../agent/host/process-table.ts';
import { temporaryFolder } from '../support/roots.ts';

function procOf(path: string, pid: number, stat: string, cmdline: string): void {
  mkdirSync(`${path}/${pid}`);
  writeFileSync(`${path}/${pid}/stat`, stat);
  writeFileSync(`${path}/${pid}/cmdline`, cmdline);
}

const rest = (startTime: number) => `5 5 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 ${startTime} 0 0`;

t.test('reads what proc says, odd names included', async (t) => {
  using proc = temporaryFolder();
  procOf(proc.path, 20, `20 (a) (b) S 5 ${rest(700)}`, '/usr/bin/a\0-x\0');
  procOf(proc.path, 21, `21 (zombie) Z 5 ${rest(1)}`, '');
  procOf(proc.path, 22, `22 (kthreadd) S 2 ${rest(1)}`, '');
  mkdirSync(`${proc.path}/23`);
  const table = createProcessTable(proc.path);
  t.strictSame(await table.all(), [{ pid: 20, parent: 5, name: 'a) (b', argv0: '/usr/bin/a', startTime: '700' }]);
  t.equal(await table.byPid(21), null);
  t.equal(await table.byPid(999), null);
});

t.test('a number that is another process now gets no signal', async (t) => {
  using proc = temporaryFolder();
  procOf(proc.path, 20, `20 (a) S 5 ${rest(700)}`, 'a\0');
  const sent: (readonly [number, number])[] = [];
  const table = createProcessTable(proc.path, (pid, signal) => void sent.push([pid, signal]));
  const [process] = await table.all();
  if (process === undefined) throw new Error('nobody');
  t.equal(await table.signal({ ...process, startTime: '699' }, 'SIGHUP'), false);
  t.equal(await table.signal(process, 'SIGHUP'), true);
  t.strictSame(sent, [[20, 1]]);
  await t.rejects(table.signal(process, 'SIGNOTHING'), { code: 'EINVAL' });
  await t.rejects(table.signal({ ...process, pid: 1 }, 'SIGHUP'), { code: 'EPERM' });
});

t.test('a real process', async (t) => {
  const child = spawn('/bin/sleep', ['60']);
  await once(child, 'spawn');
  const table = createProcessTable();
  const all = await table.all();
  const found = all.find(({ pid }) => pid === child.pid);
  t.match(found, { name: 'sleep', argv0: '/bin/sleep', parent: process.pid });
  t.notOk(
    all.some(({ pid }) => pid === process.pid),
    'never itself',
  );
  if (found === undefined) return;
  const exited = once(child, 'exit');
  t.equal(await table.signal(found, 'SIGTERM'), true);
  t.strictSame(await exited, [null, 'SIGTERM']);
  t.equal(await table.signal(found, 'SIGTERM'), false);
});
