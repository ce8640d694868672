import { readdirSync } from 'node:fs';
import t from 'tap';
import { memoryRoot, ownIds, realRoot, sha256 } from '../support/roots.ts';
import { fails, fileSystemContract, folder, plain } from './contract.ts';

t.test('in memory', (t) => {
  fileSystemContract(t, () => memoryRoot());
  t.end();
});

t.test('on a real file system', (t) => {
  fileSystemContract(t, () => realRoot());
  t.end();
});

t.test('on a real file system without libc', (t) => {
  fileSystemContract(t, () => realRoot({ libc: null }));
  t.end();
});

t.test('in a sandbox', (t) => {
  const ids = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  fileSystemContract(t, () => realRoot({ ids: ownIds === 'as-is' ? ids : ownIds }));
  t.end();
});

t.test('descriptors are few while at work, and none is left', async (t) => {
  const count = () => readdirSync('/proc/self/fd').length;
  const before = count();
  {
    await using root = await realRoot();
    for (let directory = 0; directory < 100; directory += 1) {
      await root.fs.makeDirectory(`/d${directory}`, folder, '.t');
      await root.fs.lstat(`/d${directory}/absent`);
      await fails(t, root.fs.read(`/d${directory}`), 'NOT_A_FILE');
    }
    t.ok(count() - before < 80, `${count() - before} open`);
    await root.fs.flush();
    t.equal(count() - before, 1, 'the root');
    for (const name of await root.fs.list('/')) await root.fs.writeDurably(`/${name}/f`, Buffer.from('x'), plain);
    for await (const entry of root.fs.auditTree('/', sha256, new AbortController().signal)) {
      if (entry.type === 'file') break;
    }
    const log = await root.fs.openLog('/log', 10);
    await log[Symbol.asyncDispose]();
  }
  t.equal(count(), before);
});
