import t from 'tap';
import { memoryRoot, ownIds, realRoot } from '../support/roots.ts';
import { fileSystemContract } from './contract.ts';

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
