import fc from 'fast-check';
import t from 'tap';
import { FsError } from '../../hostfs/errors.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { partsOf } from '../../hostfs/path.ts';
import { errnoOf, type DirectoryHandle, type Primitives } from '../../hostfs/primitives.ts';
import { walk } from '../../hostfs/resolve.ts';

/** A tree as a plain map: canonical path → link target, or what else is there. */
type Tree = Map<string, { readonly link: string } | 'directory' | 'file'>;

/** The specification, on strings: where a path leads to, or why nowhere. */
function resolveModel(tree: Tree, path: string): string {
  const todo = path.split('/').filter((part) => part !== '');
  let at: string[] = [];
  for (let links = 0; todo.length > 0;) {
    const part = todo.shift() ?? '';
    if (part === '.') continue;
    if (part === '..') {
      if (at.length === 0) return 'ESCAPE';
      at.pop();
      continue;
    }
    const here = `/${[...at, part].join('/')}`;
    const node = tree.get(here);
    if (node === undefined) return 'ENOENT';
    if (node === 'file') return 'ENOTDIR';
    if (node === 'directory') {
      at.push(part);
      continue;
    }
    links += 1;
    if (links > 40) return 'LOOP';
    if (node.link.startsWith('/')) at = [];
    todo.unshift(...node.link.split('/').filter((piece) => piece !== ''));
  }
  return `/${at.join('/')}`;
}

function build(tree: Tree, primitives: Primitives): DirectoryHandle {
  const root = primitives.openRoot();
  for (const [path, node] of tree) {
    const parts = partsOf(path);
    const name = parts.pop() ?? '';
    let at = primitives.openDirectory(root, '.');
    for (const part of parts) {
      const next = primitives.openDirectory(at, part);
      primitives.close(at);
      at = next;
    }
    if (node === 'directory') primitives.createDirectory(at, name);
    else if (node === 'file') primitives.close(primitives.createFile(at, name));
    else primitives.createLink(at, name, node.link);
    primitives.close(at);
  }
  return root;
}

const name = fc.constantFrom('a', 'b', 'c');
const target = fc
  .tuple(fc.boolean(), fc.array(fc.constantFrom('a', 'b', 'c', '..', '.', ''), { minLength: 1, maxLength: 5 }))
  .map(([absolute, parts]) => (absolute ? '/' : '') + parts.join('/'))
  .filter((link) => link !== '');
const node = fc.oneof(
  { weight: 3, arbitrary: fc.constant('directory' as const) },
  { weight: 1, arbitrary: fc.constant('file' as const) },
  { weight: 4, arbitrary: target.map((link) => ({ link })) },
);
const tree = fc
  .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), node), { maxLength: 14 })
  .map((nodes) => {
    const made: Tree = new Map();
    for (const [parts, what] of nodes.toSorted(([a], [b]) => a.length - b.length)) {
      const parent = parts.slice(0, -1).join('/');
      const path = `/${parts.join('/')}`;
      if (!made.has(path) && (parent === '' || made.get(`/${parent}`) === 'directory')) made.set(path, what);
    }
    return made;
  });

t.test('the walk leads where the specification says', async (t) => {
  const met = new Map<string, number>();
  fc.assert(
    fc.property(tree, fc.array(name, { minLength: 1, maxLength: 5 }), (tree, parts) => {
      const host = new MemoryHost();
      const root = build(tree, host.primitives);
      const expected = resolveModel(tree, parts.join('/'));
      let is: string;
      try {
        const walked = walk(host.primitives, root, parts, `/${parts.join('/')}`);
        is = host.primitives.locate(walked.handle) ?? 'nowhere';
        if (!walked.throughLink && is !== `/${parts.join('/')}`) throw new Error('a link was not reported');
        host.primitives.close(walked.handle);
      } catch (error) {
        is = error instanceof FsError ? error.code : (errnoOf(error) ?? String(error));
      }
      const kind = expected.startsWith('/') ? 'found' : expected;
      met.set(kind, (met.get(kind) ?? 0) + 1);
      if (is !== expected) throw new Error(`leads to ${is}, not ${expected}`);
      host.primitives.close(root);
      if (host.open.handles !== 0) throw new Error(`${host.open.handles} handles are left open`);
    }),
    { numRuns: 3000 },
  );
  for (const kind of ['found', 'ENOENT', 'ENOTDIR', 'ESCAPE', 'LOOP']) t.ok((met.get(kind) ?? 0) > 5, `met ${kind}`);
});

t.test('a failing step closes what it opened', async (t) => {
  const host = new MemoryHost();
  const linked: Tree = new Map<string, 'directory' | { link: string }>([
    ['/a', 'directory'],
    ['/a/b', 'directory'],
    ['/a/b/c', { link: '/a' }],
  ]);
  const root = build(linked, host.primitives);
  for (let step = 1; step <= 5; step += 1) {
    const at = host.calls + step;
    const fault = host.fail((call) => (call.index === at ? 'EMFILE' : undefined));
    try {
      host.primitives.close(walk(host.primitives, root, ['a', 'b', 'c'], '/a/b/c').handle);
    } catch (error) {
      t.equal(errnoOf(error), 'EMFILE');
    }
    fault[Symbol.dispose]();
    t.equal(host.open.handles, 1, `only the root is open after a failure at step ${step}`);
  }
});
