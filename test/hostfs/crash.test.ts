import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Attributes, FileSystem } from '../../hostfs/filesystem.ts';
import { losesAll, losesBySeed, losesNothing, type Choose } from '../../hostfs/memory-crash.ts';
import { CrashError, MemoryHost } from '../../hostfs/memory-host.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { folder, text } from './contract.ts';

const old = { content: 'old '.repeat(300), attributes: { mode: 0o640, uid: 5, gid: 6 } };
const fresh = { content: 'new content '.repeat(500), attributes: { mode: 0o4755, uid: 7, gid: 8 } };

const survivals: readonly (readonly [string, Choose])[] = [
  ['all is lost', losesAll],
  ['nothing is lost', losesNothing],
  ...[1, 2, 3, 4].map((seed) => [`mix ${seed}`, losesBySeed(seed)] as const),
];

/** A host with one durable file, and open to work on. */
async function prepared() {
  const host = new MemoryHost();
  const fs = await openRoot(host.primitives, { ids: 'as-is' });
  await fs.ensureDirectory('/etc/app', folder);
  await fs.writeDurably('/etc/app/f', Buffer.from(old.content), old.attributes);
  return { host, fs };
}

/** How the path looks, in one line; `absent` or e.g. "7:8 4755 new content …". */
async function shown(fs: FileSystem, path: string): Promise<string> {
  const entry = await fs.lstat(path);
  if (entry === null) return 'absent';
  const content = entry.type === 'file' ? text(await fs.read(path)) : (entry.target ?? '');
  return line(entry.type, content, entry);
}

function line(type: string, content: string, { mode, uid, gid }: Attributes): string {
  return `${type} ${uid}:${gid} ${mode.toString(8)} ${content}`;
}

const before = line('file', old.content, old.attributes);
const after = line('file', fresh.content, fresh.attributes);

/** Runs the work with a crash at each of its primitives, before and after it, and each survival; returns how many. */
async function atEveryPoint(
  work: (fs: FileSystem) => Promise<void>,
  check: (fs: FileSystem, point: string, finished: boolean) => Promise<void>,
): Promise<number> {
  let points = 0;
  for (const when of ['before', 'after'] as const) {
    for (let finished = false, step = 1; !finished; step += 1) {
      for (const [survival, choose] of survivals) {
        const { host, fs } = await prepared();
        host.crashAt(host.calls + step, when);
        try {
          await work(fs);
          finished = true;
        } catch (error) {
          if (!(error instanceof CrashError)) throw error;
        }
        points += 1;
        await using again = await openRoot(host.crash(choose).primitives, { ids: 'as-is' });
        await check(again, `${when} primitive ${step}, ${survival}`, finished);
      }
    }
  }
  return points;
}

t.test('a file is wholly old or wholly new at every crash point', async (t) => {
  const seen = new Set<string>();
  const points = await atEveryPoint(
    async (fs) => {
      await fs.stage('/etc/app/f', '.f.1', Buffer.from(fresh.content), fresh.attributes);
      await fs.publish('/etc/app/f', '.f.1');
      await fs.flush();
    },
    async (fs, point, finished) => {
      const is = await shown(fs, '/etc/app/f');
      seen.add(is);
      const allowed = finished ? is === after : is === before || is === after;
      if (!allowed) t.fail(`${point}: ${is.slice(0, 60)}`);
      // What a recovery does, over whatever the crash left.
      await fs.stage('/etc/app/f', '.f.1', Buffer.from(fresh.content), fresh.attributes);
      await fs.publish('/etc/app/f', '.f.1');
      if ((await fs.list('/etc/app')).length !== 1) t.fail(`${point}: a temporary is left`);
    },
  );
  t.strictSame(seen, new Set([before, after]), 'both were met');
  t.ok(points > 100, `${points} crash points`);
});

t.test('a new file is absent or whole', async (t) => {
  await eachIs(t, '/etc/app/g', ['absent', after], (fs) =>
    fs.writeDurably('/etc/app/g', Buffer.from(fresh.content), fresh.attributes),
  );
});

t.test('a directory is absent or has its final attributes', async (t) => {
  const attributes = { mode: 0o2750, uid: 3, gid: 4 };
  await eachIs(t, '/etc/app/d', ['absent', line('directory', '', attributes)], async (fs) => {
    await fs.makeDirectory('/etc/app/d', attributes, '.d.1');
    await fs.flush();
  });
});

t.test('a link replaces a file at once, with its owner', async (t) => {
  const link = line('link', 'target', { mode: 0o777, uid: 3, gid: 4 });
  await eachIs(t, '/etc/app/f', [before, link], async (fs) => {
    await fs.stageLink('/etc/app/f', '.f.1', 'target', { uid: 3, gid: 4 });
    await fs.publish('/etc/app/f', '.f.1');
    await fs.flush();
  });
});

t.test('a removal happens or not', async (t) => {
  await eachIs(t, '/etc/app/f', [before, 'absent'], async (fs) => {
    await fs.remove('/etc/app/f');
    await fs.flush();
  });
});

t.test('attributes in place keep the content, and are durable in the end', async (t) => {
  const between = line('file', old.content, { ...fresh.attributes, mode: old.attributes.mode });
  const changed = line('file', old.content, fresh.attributes);
  await eachIs(t, '/etc/app/f', [before, between, changed], (fs) => fs.setAttributes('/etc/app/f', fresh.attributes));
});

t.test('a log is absent or full of zeros, and keeps what was synced', async (t) => {
  await atEveryPoint(
    async (fs) => {
      await using log = await fs.openLog('/etc/app/log', 3000);
      await log.write(0, Buffer.from('first'));
      await log.sync();
      await log.write(5, Buffer.from(' and second'));
    },
    async (fs, point, finished) => {
      if ((await fs.lstat('/etc/app/log')) === null) {
        if (finished) t.fail(`${point}: no log`);
        return;
      }
      await using log = await fs.openLog('/etc/app/log', 1);
      const start = text(await log.read(0, 16)).replaceAll('\0', '');
      const allowed = finished ? ['first', 'first and second'] : ['', 'first', 'first and second'];
      if (log.size !== 3000 || !allowed.includes(start)) t.fail(`${point}: ${log.size} bytes, ${start}`);
    },
  );
});

/** The last of the allowed states must hold once the work is finished; all must be met. */
async function eachIs(t: Test, path: string, allowed: readonly string[], work: (fs: FileSystem) => Promise<void>) {
  const seen = new Set<string>();
  const points = await atEveryPoint(work, async (fs, point, finished) => {
    const is = await shown(fs, path);
    seen.add(is);
    if (finished ? is !== allowed.at(-1) : !allowed.includes(is)) t.fail(`${point}: ${is.slice(0, 60)}`);
  });
  t.strictSame([...seen].toSorted(), [...allowed].toSorted(), `all states were met at ${points} crash points`);
}

t.test('after any history and any crash each path is as at the last flush, or as it became since', async (t) => {
  const names = ['a', 'b', 'dir/c'];
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('write'),
        name: fc.constantFrom(...names),
        mode: fc.constantFrom(0o600, 0o644),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('remove'), name: fc.constantFrom(...names), mode: fc.constant(0) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('flush'), name: fc.constant(''), mode: fc.constant(0) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(150), fc.integer(), async (steps, point, seed) => {
      const { host, fs } = await prepared();
      await fs.ensureDirectory('/dir', folder);
      const possible = new Map(names.map((name) => [name, new Set(['absent'])]));
      const latest = new Map(names.map((name) => [name, 'absent']));
      const now = (name: string, is: string) => {
        latest.set(name, is);
        possible.get(name)?.add(is);
      };
      host.crashAt(host.calls + point, seed % 2 === 0 ? 'before' : 'after');
      try {
        for (const [index, { do: what, name, mode }] of steps.entries()) {
          if (what === 'write') {
            const content = `step ${index}`;
            await fs.stage(`/${name}`, '.t', Buffer.from(content), { mode, uid: 0, gid: 0 });
            // From here on it may be visible, whether or not we live to see it.
            now(name, line('file', content, { mode, uid: 0, gid: 0 }));
            await fs.publish(`/${name}`, '.t');
          } else if (what === 'remove') {
            now(name, 'absent');
            await fs.remove(`/${name}`);
          } else {
            await fs.flush();
            for (const [name, is] of latest) possible.set(name, new Set([is]));
          }
        }
      } catch (error) {
        if (!(error instanceof CrashError)) throw error;
      }
      const choose = seed % 3 === 0 ? losesAll : losesBySeed(seed);
      await using again = await openRoot(host.crash(choose).primitives, { ids: 'as-is' });
      for (const [name, allowed] of possible) {
        const is = await shown(again, `/${name}`);
        if (!allowed.has(is)) throw new Error(`${name} is ${is}, not ${[...allowed].join(' or ')}`);
      }
    }),
    { numRuns: 300 },
  );
  t.pass();
});
