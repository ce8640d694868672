import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { FsError } from '../../hostfs/errors.ts';
import { loadLibc } from '../../hostfs/ffi.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';
import { interpose } from '../../hostfs/interpose.ts';
import { nodePrimitives } from '../../hostfs/node-primitives.ts';
import { openRoot } from '../../hostfs/rooted.ts';
import { ownIds, sha256 } from '../support/roots.ts';
import { folder, plain } from './contract.ts';

/** A root with the directory /d, and a place outside with a file that must stay as it is. */
function scene(t: Test, base = tmpdir()) {
  const place = mkdtempSync(join(base, 'keelson-'));
  t.teardown(() => rmSync(place, { recursive: true, force: true }));
  const root = join(place, 'root');
  const outside = join(place, 'outside');
  mkdirSync(join(root, 'd'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'f'), 'secret', { mode: 0o600 });
  const untouched = () =>
    t.strictSame(
      [readdirSync(outside), readFileSync(join(outside, 'f'), 'utf8')],
      [['f'], 'secret'],
      'nothing landed outside',
    );
  return { root, outside, untouched };
}

const works: Readonly<Record<string, (fs: FileSystem) => Promise<unknown>>> = {
  write: async (fs) => {
    await fs.stage('/d/f', '.t', Buffer.from('mine'), plain);
    await fs.publish('/d/f', '.t');
    await fs.flush();
  },
  attributes: (fs) => fs.setAttributes('/d/f', { ...plain, mode: 0o777 }),
  directory: (fs) => fs.makeDirectory('/d/new', folder, '.t'),
  store: (fs) => fs.ensureDirectory('/d/x/y', folder),
  link: async (fs) => {
    await fs.stageLink('/d/l', '.t', 'x', { uid: 0, gid: 0 });
    await fs.publish('/d/l', '.t');
  },
  remove: async (fs) => {
    await fs.remove('/d/f');
    await fs.unstage('/d/f', 'f'.padStart(2, '.'));
  },
};

for (const [name, work] of Object.entries(works)) {
  t.test(`${name}: a directory swapped for a link outside, at every primitive`, async (t) => {
    let points = 0;
    for (let step = 1, reached = true; reached; step += 1) {
      const { root, outside, untouched } = scene(t);
      writeFileSync(join(root, 'd', 'f'), 'old');
      reached = false;
      let armed = false;
      let calls = 0;
      const primitives = interpose(nodePrimitives({ root, libc: loadLibc() }), {
        before() {
          if (!armed || (calls += 1) !== step) return;
          reached = true;
          renameSync(join(root, 'd'), join(root, 'moved'));
          symlinkSync(outside, join(root, 'd'));
        },
      });
      await using fs = await openRoot(primitives, { ids: ownIds });
      await fs.lstat('/d/f');
      armed = true;
      try {
        await work(fs);
      } catch (error) {
        if (!(error instanceof FsError)) throw error;
      }
      armed = false;
      points += 1;
      untouched();
      if (reached) await t.rejects(fs.read('/d/f'), 'and nothing outside is read');
    }
    t.ok(points > 4, `${points} points`);
  });
}

t.test('a final link is replaced or changed itself, never what it points to', async (t) => {
  const { root, outside, untouched } = scene(t);
  await using fs = await openRoot(nodePrimitives({ root, libc: loadLibc() }), { ids: ownIds });
  for (const target of [join(outside, 'f'), '../outside/f']) {
    for (const work of [works['write'], works['remove']]) {
      if (existsSync(join(root, 'd', 'f'))) unlinkSync(join(root, 'd', 'f'));
      symlinkSync(target, join(root, 'd', 'f'));
      await fs.setAttributes('/d/f', { mode: 0o777, uid: 0, gid: 0 });
      await t.rejects(fs.read('/d/f'), { code: 'NOT_A_FILE' });
      await t.rejects(fs.openLog('/d/f', 10), { code: 'NOT_A_FILE' });
      t.equal((await fs.audit('/d/f', sha256))?.digest, undefined);
      await work?.(fs);
      untouched();
    }
  }
  symlinkSync(outside, join(root, 'd', '.t'));
  await works['directory']?.(fs);
  untouched();
});

t.test('2,000 writes while another thread swaps the directory', async (t) => {
  // In memory where there is such a place: the race is what counts, not the disk.
  const { root, outside, untouched } = scene(t, existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  await using fs = await openRoot(nodePrimitives({ root, libc: null }), { ids: ownIds });
  const state = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./flipper.ts', import.meta.url), { workerData: { root, outside, state } });
  await once(worker, 'online');
  let written = 0;
  const refused = new Map<string, number>();
  for (let file = 0; file < 2000; file += 1) {
    try {
      await fs.stage(`/d/f${file % 50}`, '.t', Buffer.from('mine'), plain);
      await fs.publish(`/d/f${file % 50}`, '.t');
      if (file % 50 === 0) await fs.flush();
      written += 1;
    } catch (error) {
      if (!(error instanceof FsError)) throw error;
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
  }
  const ended = once(worker, 'exit');
  Atomics.store(state, 0, 1);
  await ended;
  untouched();
  t.ok(written > 0, `${written} written, refused: ${JSON.stringify([...refused])}`);
  t.ok(refused.size > 0, 'the attack got in the way');
  const swaps = Atomics.load(state, 1);
  t.ok(swaps > 100, `${swaps} swaps`);
});
