/** What else a host does to an agent that works on it: other things in the way, links under its hands, clocks, haste. */
import t from 'tap';
import type { Primitives } from '../../hostfs/primitives.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import { EngineNode, recordingEffects, verified } from '../support/engine-node.ts';
import { IntentWatch, readPast } from '../support/intent-watch.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const QUICK = { health: { stableForMs: 0, deadlineMs: MINUTE } };

t.test(
  'a directory where a file should be: an empty one is taken over, a full one is left with everything in it',
  async (t) => {
    await using node = await EngineNode.on();
    const outside = await node.outside();
    await outside.ensureDirectory('/etc/empty', { mode: 0o755, uid: 0, gid: 0 });
    await node.write('/etc/full/inside', 'theirs\n');
    await node.start();
    const one = await node.accept(verified(1, { files: { '/etc/empty': file('ours\n') } }, QUICK));
    t.equal(one.verdict, 'OK');
    t.equal(await node.text('/etc/empty'), 'ours\n');
    const two = await node.accept(
      verified(
        2,
        { files: { '/etc/empty': file('ours\n'), '/etc/full': file('ours\n'), '/etc/b': file('b\n') } },
        QUICK,
      ),
    );
    t.equal(two.verdict, 'RolledBack');
    t.match(two.reason?.message, /\/etc\/full/);
    t.equal(await node.text('/etc/full/inside'), 'theirs\n');
    t.equal(await node.text('/etc/b'), null);
    await node.accept(verified(3, {}, QUICK));
    t.equal(await node.text('/etc/empty'), '<directory>', 'and what was taken over comes back');
  },
);

t.test(
  'a file where a directory should be, on the way to another file: taken over where the spec says so, else it waits',
  async (t) => {
    await using node = await EngineNode.on();
    await node.write('/srv', 'a file\n');
    await node.start();
    await node.clock.runUntil(
      node.engine.accept(verified(1, { files: { '/srv/x': file('x\n'), '/etc/y': file('y\n') } }, QUICK)),
    );
    await node.clock.advance(MINUTE);
    t.match(node.engine.status(), { verdict: 'Waiting', reason: { element: 'directory:/srv' } });
    t.equal(await node.text('/etc/y'), 'y\n', 'what has nothing to do with it goes on');
    t.equal(await node.text('/srv'), 'a file\n');
    await node.accept(verified(2, { directories: { '/srv': {} }, files: { '/srv/x': file('x\n') } }, QUICK));
    t.equal(await node.text('/srv/x'), 'x\n');
    await node.engine.leave('restore', 'uid 0');
    await node.settled();
    t.equal(await node.text('/srv'), 'a file\n');
  },
);

/** A handle on a folder, past the agent. */
function openPast(outside: Primitives, name: string) {
  const root = outside.openRoot();
  const folder = outside.openDirectory(root, name);
  outside.close(root);
  return folder;
}

t.test(
  'a link put in the place of a file during the write, at every primitive: what it leads to is never written',
  async (t) => {
    const first = await EngineNode.on();
    await first.write('/root/victim', 'precious\n', 0o600);
    await first.write('/etc/a', 'theirs\n');
    await first.start();
    await first.stop();
    const spec = verified(1, { files: { '/etc/a': file('ours\n', { mode: '0777' }) } }, QUICK);
    const ends = new Map<string, number>();
    const attack = async (at: number): Promise<number> => {
      const machine = first.machine.crash(losesNothing);
      await using node = await EngineNode.on(machine);
      await node.start();
      const from = machine.calls;
      machine.onPrimitive = ({ index }) => {
        if (index !== from + at) return;
        const etc = openPast(machine.outside, 'etc');
        if (machine.outside.lstat(etc, 'a') !== null) machine.outside.unlink(etc, 'a');
        machine.outside.createLink(etc, 'a', '/root/victim');
        machine.outside.close(etc);
      };
      const status = await node.accept(spec);
      await node.clock.advance(30 * SECOND);
      const calls = machine.calls - from;
      machine.onPrimitive = undefined;
      const victim = Buffer.from(readPast(machine.outside, '/root/victim') ?? '').toString();
      const entry = await node.fs.lstat('/root/victim');
      if (victim !== 'precious\n' || entry?.mode !== 0o600) t.fail(`at ${at}: ${victim} ${entry?.mode.toString(8)}`);
      const is = await node.text('/etc/a');
      if (status.running?.generation === 1 ? is !== 'ours\n' : is === 'ours\n')
        t.fail(`at ${at}: ${status.verdict}, ${is}`);
      ends.set(status.verdict, (ends.get(status.verdict) ?? 0) + 1);
      return calls;
    };
    const calls = await attack(0);
    for (let at = 1; at <= calls; at += 5) await attack(at);
    t.pass(`every fifth of ${calls} primitives: ${JSON.stringify([...ends])}`);
  },
);

t.test(
  'a clock that jumps, either way and far: drift is repaired, generations come to their verdict, holds end by the wall',
  async (t) => {
    for (const jump of [-400 * DAY, -HOUR, HOUR, 400 * DAY]) {
      await using node = await EngineNode.on();
      await node.start();
      await node.accept(verified(1, { files: { '/etc/a': file('a\n') } }));
      await node.write('/etc/a', 'tampered\n');
      node.clock.jump(jump);
      await node.clock.advance(10 * SECOND);
      t.equal(await node.text('/etc/a'), 'a\n', `a repair over ${jump / HOUR} h`);
      await node.clock.runUntil(node.engine.accept(verified(2, { files: { '/etc/a': file('a2\n') } })));
      await node.clock.advance(500);
      node.clock.jump(-jump);
      t.equal((await node.settled(30 * SECOND)).running?.generation, 2, 'gates count by a clock that does not jump');
      const since = node.clock.now();
      await node.engine.override({
        id: 'h',
        address: null,
        kind: 'hold',
        by: 'uid 0',
        reason: '',
        since,
        expires: since + 2 * DAY,
      });
      await node.write('/etc/a', 'tampered\n');
      node.clock.jump(3 * DAY);
      await node.clock.advance(2 * MINUTE);
      t.equal(await node.text('/etc/a'), 'a2\n', 'a hold that is over is noticed within a minute');
    }
  },
);

t.test(
  'a newer spec at every step of an older one: the end is wholly the newer, and each effect of it ran',
  async (t) => {
    const reload = { onChange: { 'process:a': { signal: 'SIGHUP' } } };
    const chain = (word: string): object => ({
      '/etc/a': file(`${word}\n`, reload),
      '/etc/b': file(`${word}\n`, { dependsOn: ['file:/etc/a'] }),
      [`/etc/${word}`]: file('x\n', { dependsOn: ['file:/etc/b'] }),
    });
    const first = await EngineNode.on();
    await first.start();
    await first.accept(verified(1, { files: { '/etc/a': file('one\n', reload), '/etc/gone': file('x\n') } }, QUICK));
    await first.stop();
    const run = async (at: number): Promise<number> => {
      const machine: MemoryHost = first.machine.crash(losesNothing);
      const effects: string[] = [];
      await using node = await EngineNode.on(machine, { effects: [recordingEffects(effects)] });
      using watch = new IntentWatch(machine);
      await node.start();
      await node.settled();
      const from = machine.calls;
      const newer: Promise<void>[] = [];
      machine.onPrimitive = ({ index }) => {
        if (index === from + at) newer.push(node.engine.accept(verified(3, { files: chain('three') } as never, QUICK)));
      };
      await node.clock.runUntil(
        node.engine.accept(verified(2, { files: chain('two') } as never, QUICK)).catch(() => {}),
      );
      await node.settled();
      const calls = machine.calls - from;
      if (newer.length === 0) return calls;
      await Promise.all(newer);
      const status = await node.settled();
      const is = [
        await node.text('/etc/a'),
        await node.text('/etc/b'),
        await node.text('/etc/three'),
        await node.text('/etc/two'),
        await node.text('/etc/gone'),
      ];
      const right = JSON.stringify(is) === JSON.stringify(['three\n', 'three\n', 'x\n', null, null]);
      if (!right || status.running?.generation !== 3 || status.verdict !== 'OK')
        t.fail(`at ${at}: ${JSON.stringify(is)} ${status.verdict}`);
      if (watch.unannounced.length > 0) t.fail(`at ${at}: ${watch.unannounced.join(', ')}`);
      if (effects.length === 0 || node.state.open.size > 0 || node.state.anomalies.length > 0)
        t.fail(`at ${at}: ${node.state.anomalies.join(', ')}`);
      return calls;
    };
    const calls = await run(0);
    for (let at = 1; at < calls; at += 9) await run(at);
    t.pass(`every ninth of ${calls} primitives`);
  },
);
