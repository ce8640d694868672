import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import { spawnDetached } from '../../agent/host/spawn-detached.ts';
import { changeOf, content, file, guarded, otherContent } from './guarded.ts';

const bytes = Buffer.from([0, 255, 10, 13, 39, 0, 10]);
const replaced = changeOf('/etc.conf', file({ mode: '0640' }), file({ content: otherContent }));
const path = '/etc.conf';

/** A root on which the change has been made. */
async function changed(options: Parameters<typeof guarded>[0] = {}) {
  const g = await guarded(options);
  g.save(content, bytes);
  g.write(path, 'bad', 0o600);
  return g;
}

async function until(holds: () => boolean, ms = 15_000): Promise<void> {
  for (let left = ms; !holds(); left -= 20) {
    if (left < 0) throw new Error('it did not come about');
    await systemClock.sleep(20);
  }
}

t.test('an armed guard has its script, its marker, its timer, for root alone', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  for (const part of ['json', 'sh']) {
    t.equal(statSync(g.at(`/var/lib/keelson/guards/t1-1.${part}`)).mode & 0o777, 0o600, part);
  }
  const { address, seconds, bootId, deadline } = JSON.parse(
    readFileSync(g.at('/var/lib/keelson/guards/t1-1.json'), 'utf8'),
  ) as Record<string, unknown>;
  t.match({ address, seconds, bootId }, { address: 'file:/etc.conf', seconds: 30, bootId: /^0{8}/ });
  t.ok(Math.abs(Number(deadline) - Date.now() - 30_000) < 5_000);
  t.match(g.started, [['/bin/sh', '-c', /sleep/, 'keelson-guard', '30', g.at('/var/lib/keelson/guards/t1-1.sh')]]);
  t.strictSame(await g.guards.fired(), []);
});

t.test('a disarmed guard does nothing, and leaves nothing', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  const script = g.at('/var/lib/keelson/guards/t1-1.sh');
  const kept = readFileSync(script);
  await g.guards.disarm('t1-1');
  t.strictSame(readdirSync(g.at('/var/lib/keelson/guards')), []);
  t.strictSame(g.stopped, [script]);
  writeFileSync(script, kept);
  t.match(g.fire(), { status: 0 });
  t.equal(readFileSync(g.at(path), 'utf8'), 'bad');
  t.strictSame(await g.guards.fired(), []);
  await g.guards.disarm('t1-1');
});

t.test('what was there comes back byte by byte; the marker stays until it is acknowledged', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  t.match(g.fire(), { status: 0, stderr: '' });
  t.ok(readFileSync(g.at(path)).equals(bytes));
  t.equal(statSync(g.at(path)).mode & 0o7777, 0o640);
  t.strictSame(readdirSync(g.at('/')), ['etc.conf', 'var'], 'no temporary stays');
  t.strictSame(await g.guards.fired(), ['t1-1']);
  await g.guards.disarm('t1-1');
  t.strictSame(await g.guards.fired(), ['t1-1'], 'a disarm that comes too late changes nothing');
  await t.rejects(g.guards.arm(replaced), { code: 'KSN-HOST-007' });
  t.strictSame(await g.open().fired(), ['t1-1'], 'a restart does not lose it');
  await g.guards.acknowledge('t1-1');
  t.strictSame(await g.guards.fired(), []);
  t.strictSame(readdirSync(g.at('/var/lib/keelson/guards')), []);
});

t.test('disarm and script at the same moment: one of them wins', async (t) => {
  let fired = 0;
  for (let round = 0; round < 12; round += 1) {
    await using g = await changed({ spawnDetached });
    await g.guards.arm(replaced);
    const script = spawn('/bin/sh', [g.at('/var/lib/keelson/guards/t1-1.sh')], { stdio: 'ignore' });
    const ended = once(script, 'exit');
    await systemClock.sleep(round % 6);
    await g.guards.disarm('t1-1');
    const lost = (await g.guards.fired()).length === 1;
    await ended;
    t.equal(readFileSync(g.at(path), 'utf8') !== 'bad', lost);
    fired += Number(lost);
  }
  t.comment(`${fired} of 12 fired`);
});

t.test('arming again replaces: a new deadline and timer, and the bytes of before', async (t) => {
  await using g = await guarded();
  const manifest = { ...file(), nonce: 'x' };
  const change = changeOf('/pod.json', manifest, { ...manifest, content: otherContent, nonce: 'y' });
  g.write('/pod.json', 'pod before');
  await g.guards.arm(change);
  g.write('/pod.json', 'pod after');
  await g.guards.arm({ ...change, guard: { seconds: 60, argv: [] } });
  t.match([g.started.length, g.stopped.length, g.started[1]?.[4]], [2, 1, '60']);
  g.fire();
  t.equal(readFileSync(g.at('/pod.json'), 'utf8'), 'pod before', 'the very manifest, not the Pod');
});

t.test('what cannot be undone is not armed', async (t) => {
  await using g = await guarded();
  const to = file({ content: otherContent });
  for (const from of [{ type: 'other' }, file({ unsaved: true }), file({ owner: 'nobody-knows' }), file()]) {
    await t.rejects(g.guards.arm(changeOf('/x', from, to)), { code: 'KSN-HOST-005' });
  }
  await t.rejects(g.guards.arm(changeOf('/x', null, to, { claims: [], address: 'unit:x' })), { code: 'KSN-HOST-005' });
  t.strictSame(readdirSync(g.at('/var/lib/keelson/guards')), []);
  t.strictSame(g.started, []);
});

t.test('without a timer nothing is armed', async (t) => {
  const refused = Object.assign(new Error('no'), { code: 'EAGAIN' });
  await using g = await changed({ spawnDetached: () => Promise.reject(refused) });
  await t.rejects(g.guards.arm(replaced), { code: 'KSN-HOST-004', message: /EAGAIN/ });
  t.strictSame(readdirSync(g.at('/var/lib/keelson/guards')), []);
});

t.test('a guard whose time is over is carried out at the next start, and reported', async (t) => {
  await using g = await changed();
  await g.guards.arm({ ...replaced, guard: { seconds: 5, argv: [] } });
  const later = { ...systemClock, now: () => Date.now() + 6_000 };
  t.strictSame(await g.open({ clock: later }).fired(), ['t1-1']);
  t.ok(readFileSync(g.at(path)).equals(bytes));
  t.strictSame(await g.open().fired(), ['t1-1']);
});

t.test('so is one of another boot; one of this boot gets a timer for the rest of its time', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  t.strictSame(await g.open({ clock: { ...systemClock, now: () => Date.now() + 20_500 } }).fired(), []);
  t.equal(g.started[1]?.[4], '10');
  t.strictSame(await g.open({ bootId: 'another' }).fired(), ['t1-1']);
  t.ok(readFileSync(g.at(path)).equals(bytes));
});

t.test('a jump of the clock fires nothing; the time that passed does', async (t) => {
  await using g = await changed();
  let [jumped, passed] = [0, 0];
  const clock = { ...systemClock, now: () => Date.now() + jumped, monotonic: () => passed };
  const guards = g.open({ clock });
  await guards.arm(replaced);
  jumped = 1e9;
  t.strictSame(await guards.fired(), []);
  passed = 30_000;
  t.strictSame(await guards.fired(), ['t1-1']);
});

t.test('a marker that cannot be read counts as due', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  writeFileSync(g.at('/var/lib/keelson/guards/t1-1.json'), '{"dead');
  t.strictSame(await g.open().fired(), ['t1-1']);
  t.ok(readFileSync(g.at(path)).equals(bytes));
});

t.test('an undo that fails is fired all the same, and goes on at the next boot', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  rmSync(g.at(`/var/lib/keelson/preimages/${content.slice(5)}`));
  t.match(g.fire('t1-1', 'agent'), { status: 1, stderr: /cp: / });
  t.ok(g.has('t1-1.firing'));
  t.strictSame(await g.guards.fired(), ['t1-1']);
  t.match(g.fire('t1-1', 'agent'), { status: 0 }, 'only a boot takes it up again');
  t.equal(readFileSync(g.at(path), 'utf8'), 'bad');
  g.save(content, bytes);
  t.match(g.fire('t1-1', 'boot'), { status: 0 });
  t.ok(readFileSync(g.at(path)).equals(bytes));
  t.ok(g.has('t1-1.fired'));
});

t.test('what a script left that died on the way goes with its marker', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  mkdirSync(g.at('/.keelson-guard-t1-1'));
  g.write('/.keelson-guard-t1-1/new', 'half');
  renameSync(g.at('/var/lib/keelson/guards/t1-1.json'), g.at('/var/lib/keelson/guards/t1-1.firing'));
  t.strictSame(await g.guards.fired(), ['t1-1']);
  await g.guards.acknowledge('t1-1');
  t.strictSame(readdirSync(g.at('/')), ['etc.conf', 'var']);
});

t.test('at boot, guards of this very boot are left to their timers', async (t) => {
  const here = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  await using g = await changed({ bootId: here });
  await g.guards.arm(replaced);
  t.match(g.fire('t1-1', 'boot'), { status: 0 });
  t.equal(readFileSync(g.at(path), 'utf8'), 'bad');
  t.match(g.fire(), { status: 0 });
  t.ok(readFileSync(g.at(path)).equals(bytes));
});

t.test('leftovers of an arming that a crash cut off are no guard', async (t) => {
  await using g = await changed();
  await g.guards.arm(replaced);
  rmSync(g.at('/var/lib/keelson/guards/t1-1.json'));
  t.strictSame(await g.open().fired(), []);
  t.strictSame(readdirSync(g.at('/var/lib/keelson/guards')), []);
});

t.test('a real timer fires without the agent, which was killed', async (t) => {
  await using g = await changed();
  const victim: ChildProcess = spawn(
    fileURLToPath(new URL('../../bin/node', import.meta.url)),
    [fileURLToPath(new URL('guard-victim.ts', import.meta.url)), g.at('/'), path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(victim.stdout ?? victim, 'data');
  t.ok(g.has('t1-1.json'));
  victim.kill('SIGKILL');
  await once(victim, 'exit');
  t.equal(readFileSync(g.at(path), 'utf8'), 'bad');
  await until(() => g.has('t1-1.fired'));
  t.ok(readFileSync(g.at(path)).equals(bytes));
  t.ok(existsSync(g.at('/effect')), 'with its effects');
  t.strictSame(await g.open().fired(), ['t1-1']);
});

t.test('a real timer that was disarmed does not', async (t) => {
  await using g = await changed({ spawnDetached });
  await g.guards.arm({ ...replaced, guard: { seconds: 1, argv: [] } });
  await g.guards.disarm('t1-1');
  await systemClock.sleep(1_500);
  t.equal(readFileSync(g.at(path), 'utf8'), 'bad');
});

t.test("a kind's own undo is told where this root lies", async (t) => {
  await using g = await guarded();
  mkdirSync(g.at('/proc/sys/net'), { recursive: true });
  g.write('/proc/sys/net/x', 'bad', 0o644);
  const argv = ['/bin/sh', '-c', 'printf "%s" "$2" >"$1"', 'sh', '{root}/proc/sys/net/x', 'good'];
  await g.guards.arm({ ...replaced, guard: { seconds: 30, argv } });
  t.match(g.fire(), { status: 0, stderr: '' });
  t.equal(readFileSync(g.at('/proc/sys/net/x'), 'utf8'), 'good');
});
