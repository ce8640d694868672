import { chmodSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { memoryRoot, realRoot, type Root } from '../support/roots.ts';
import { folder, plain, publishFile } from './contract.ts';
import { Outsider } from './outsider.ts';

/** What a watch yields, readable as it comes. */
class Seen {
  readonly paths: string[] = [];
  readonly ended: Promise<void>;
  #news = Promise.withResolvers<void>();

  constructor(changes: AsyncIterable<string>) {
    this.ended = this.#read(changes);
  }

  /** Waits until the path was yielded since the last call, and forgets what came until then. */
  async until(t: Test, path: string, message: string): Promise<void> {
    const deadline = AbortSignal.timeout(5000);
    while (!this.paths.includes(path)) {
      if (deadline.aborted) {
        t.fail(`${message}: no ${path}, only ${this.paths.join()}`);
        return;
      }
      await Promise.race([this.#news.promise, sleep(100)]);
    }
    t.pass(message);
    // What belongs to the same act.
    await sleep(20);
    this.paths.length = 0;
  }

  async #read(changes: AsyncIterable<string>): Promise<void> {
    for await (const path of changes) {
      this.paths.push(path);
      this.#news.resolve();
      this.#news = Promise.withResolvers<void>();
    }
  }
}

function watchContract(t: Test, open: () => Promise<Root>): void {
  const on = (
    name: string,
    paths: readonly string[],
    test: (t: Test, root: Root, seen: Seen, outsider: Outsider) => Promise<void>,
  ) => {
    void t.test(name, async (t) => {
      await using root = await open();
      using outsider = new Outsider(root.outside);
      await root.fs.ensureDirectory('/etc/a', folder);
      const stop = new AbortController();
      const seen = new Seen(root.fs.watch(paths, stop.signal));
      await test(t, root, seen, outsider);
      stop.abort();
      await seen.ended;
    });
  };

  on('changes of a watched name, and no others', ['/etc/a/f', '/etc/a/g'], async (t, root, seen, outsider) => {
    await publishFile(root, '/etc/a/f', 'ours');
    await seen.until(t, '/etc/a/f', 'our own publish');
    outsider.write('/etc/a/f', 'edited');
    await seen.until(t, '/etc/a/f', 'an edit in place');
    outsider.write('/etc/a/foreign', 'x');
    outsider.move('/etc/a/foreign', '/etc/a/g');
    await seen.until(t, '/etc/a/g', 'a rename over it');
    outsider.remove('/etc/a/g');
    await seen.until(t, '/etc/a/g', 'a removal');
    outsider.write('/etc/a/foreign', 'x');
    outsider.write('/etc/a/f', 'marker');
    await sleep(20);
    t.strictSame(seen.paths, ['/etc/a/f'], 'foreign names are not told');
  });

  on('parents that appear later', ['/etc/x/y/f'], async (t, root, seen, outsider) => {
    outsider.directory('/etc/x');
    await seen.until(t, '/etc/x/y', 'the first parent');
    await root.fs.ensureDirectory('/etc/x/y', folder);
    await seen.until(t, '/etc/x/y', 'the second parent');
    await publishFile(root, '/etc/x/y/f', 'x');
    await seen.until(t, '/etc/x/y/f', 'the file');
  });

  on('parents that are replaced, moved away and removed', ['/etc/a/f'], async (t, root, seen, outsider) => {
    outsider.move('/etc/a', '/etc/old');
    outsider.directory('/etc/a');
    await seen.until(t, '/etc/a', 'a replacement');
    outsider.write('/etc/a/f', 'x');
    await seen.until(t, '/etc/a/f', 'a file in the new one');
    outsider.write('/etc/old/f', 'x');
    await sleep(20);
    t.strictSame(seen.paths, [], 'the old one is not watched any more');
    outsider.move('/etc', '/usr');
    await seen.until(t, '/etc/a', 'a grandparent that went');
    outsider.move('/usr', '/etc');
    await seen.until(t, '/etc/a', 'and came back');
    outsider.remove('/etc/a/f');
    await seen.until(t, '/etc/a/f', 'a change in it');
    outsider.remove('/etc/a');
    await seen.until(t, '/etc/a', 'a removal');
    outsider.directory('/etc/a');
    await seen.until(t, '/etc/a', 'the same name again, perhaps the same inode');
    outsider.write('/etc/a/f', 'x');
    await seen.until(t, '/etc/a/f', 'a file in it');
    outsider.move('/etc/a', '/etc/aside');
    outsider.link('/etc/a', 'aside');
    await seen.until(t, '/etc/a', 'a link in its place');
    outsider.remove('/etc/aside/f');
    await seen.until(t, '/etc/a/f', 'a change behind the link');
    outsider.write('/etc/a/f', 'x');
    await seen.until(t, '/etc/a/f', 'and through it');
    await root.fs.flush();
  });

  on('a burst comes once', ['/etc/a/f'], async (t, _root, seen, outsider) => {
    for (let edit = 0; edit < 100; edit += 1) outsider.write('/etc/a/f', `edit ${edit}`);
    await seen.until(t, '/etc/a/f', 'the burst');
    outsider.write('/etc/a/f', 'again');
    await sleep(20);
    t.equal(seen.paths.length, 1);
  });

  void t.test('begins at once, ends with the signal or the loop, and keeps nothing', async (t) => {
    await using root = await open();
    using outsider = new Outsider(root.outside);
    const stop = new AbortController();
    const changes = root.fs.watch(['/f'], stop.signal);
    outsider.write('/f', 'before the first next()');
    await sleep(20);
    for await (const path of changes) {
      t.equal(path, '/f');
      break;
    }
    outsider.write('/f', 'after the loop');
    t.strictSame(await Array.fromAsync(changes), [], 'left is ended');
    t.strictSame(await Array.fromAsync(root.fs.watch(['/f'], AbortSignal.abort())), [], 'aborted before');
    const waiting = Array.fromAsync(root.fs.watch(['/f'], stop.signal));
    stop.abort();
    t.strictSame(await waiting, [], 'aborted while waiting');
    t.throws(() => root.fs.watch(['f'], stop.signal), { code: 'INVALID_PATH' });
  });
}

t.test('in memory', async (t) => {
  watchContract(t, () => memoryRoot());
  await t.test('no watch and no handle is left', async (t) => {
    const { fs, host } = await memoryRoot();
    await fs.ensureDirectory('/a/b', folder);
    const stop = new AbortController();
    const ended = Array.fromAsync(fs.watch(['/a/b/c', '/a/f', '/x/y'], stop.signal));
    t.equal(host.open.watches, 3, 'the root, /a and /a/b');
    stop.abort();
    await ended;
    await fs.flush();
    t.strictSame(host.open, { handles: 1, watches: 0 });
  });
});

t.test('on a real file system', async (t) => {
  watchContract(t, () => realRoot());

  await t.test('mode and owner changes of a watched directory are told', async (t) => {
    await using root = await realRoot();
    await root.fs.ensureDirectory('/etc/a', folder);
    const stop = new AbortController();
    const seen = new Seen(root.fs.watch(['/etc/a', '/etc/a/f'], stop.signal));
    chmodSync(`${root.path}/etc/a`, 0o700);
    await seen.until(t, '/etc/a', 'chmod');
    writeFileSync(`${root.path}/etc/a/f`, 'x');
    await seen.until(t, '/etc/a/f', 'still watched');
    stop.abort();
    await seen.ended;
  });

  await t.test('a parent that is a link to nowhere is found when its target comes', async (t) => {
    await using root = await realRoot();
    symlinkSync('target', `${root.path}/link`);
    const stop = new AbortController();
    const seen = new Seen(root.fs.watch(['/link/f'], stop.signal));
    await root.fs.ensureDirectory('/target', folder);
    await sleep(5200);
    await seen.until(t, '/link', 'within the retry time');
    await publishFile(root, '/target/f', 'x');
    await seen.until(t, '/link/f', 'through the link');
    stop.abort();
    await seen.ended;
  });

  await t.test('the file descriptors are given back', async (t) => {
    const count = () => readdirSync('/proc/self/fd').length;
    await using root = await realRoot();
    // The first watch opens the process's one inotify descriptor, which stays.
    const first = new AbortController();
    const watching = Array.fromAsync(root.fs.watch(['/a/f'], first.signal));
    await sleep(20);
    first.abort();
    await watching;
    await root.fs.flush();
    const before = count();
    for (let round = 0; round < 20; round += 1) {
      const stop = new AbortController();
      const seen = new Seen(root.fs.watch(['/a/f', '/b/g'], stop.signal));
      await root.fs.writeDurably('/f', Buffer.from('x'), plain);
      stop.abort();
      await seen.ended;
    }
    await root.fs.flush();
    t.equal(count(), before);
  });

  await t.test('from write to event', async (t) => {
    await using root = await realRoot();
    await publishFile(root, '/f', 'x');
    const stop = new AbortController();
    const changes = root.fs.watch(['/f'], stop.signal)[Symbol.asyncIterator]();
    const times: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      const next = changes.next();
      const start = performance.now();
      writeFileSync(`${root.path}/f`, `round ${round}`);
      await next;
      times.push(performance.now() - start);
      await sleep(3);
    }
    stop.abort();
    const median = times.toSorted((a, b) => a - b)[20] ?? Number.NaN;
    t.comment(`median ${median.toFixed(2)} ms`);
    t.ok(median < 10, `median ${median.toFixed(2)} ms`);
  });
});
