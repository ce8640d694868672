import t, { type Test } from 'tap';
import { FileTexts } from '../../agent/control/file-texts.ts';
import { kinds } from '../../agent/resources/registry.ts';
import type { Draft } from '../../agent/resources/kind.ts';
import type { DirectoryState, FileState } from '../../agent/resources/path-state.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { memoryRoot, realRoot, type Root } from '../support/roots.ts';

const file = (content: string, mode = '0644'): FileState => ({
  type: 'file',
  content: `hmac:${content}`,
  size: 4,
  mode,
  owner: '0',
  group: '0',
});
const directory = (mode: string): DirectoryState => ({ type: 'directory', mode, owner: '0', group: '0' });
const draft = (address: Draft<unknown>['address'], from: unknown, to: unknown) =>
  ({ address, from, to }) as Draft<unknown>;
const path = '/srv/app/conf/x';
const change = draft(`file:${path}`, file('old'), file('new'));

async function scene({ fs }: Root): Promise<FileTexts> {
  await fs.ensureDirectory('/srv/app/conf', { mode: 0o755, uid: 0, gid: 0 });
  await fs.writeDurably(path, Buffer.from('old\n'), { mode: 0o644, uid: 0, gid: 0 });
  return new FileTexts({ fs, content: () => Buffer.from('new\n'), kinds });
}

function contract(t: Test, open: () => Promise<Root>): void {
  t.test('what everybody may read is shown and counted', async (t) => {
    await using root = await open();
    const texts = await scene(root);
    t.match(await texts.diff(change, { waves: [[change]] }), { added: 1, removed: 1 });
    const secret = draft(`file:${path}`, file('old'), file('new', '0640'));
    t.equal(await texts.diff(secret, { waves: [[secret]] }), null);
  });

  t.test('a folder on the way that others cannot pass hides it', async (t) => {
    for (const [at, mode, shows] of [
      ['/srv/app/conf', 0o700, false],
      ['/srv/app', 0o750, false],
      ['/srv', 0o754, false],
      ['/srv/app', 0o711, true],
    ] as const) {
      await using root = await open();
      const texts = await scene(root);
      await root.fs.setAttributes(at, { mode, uid: 0, gid: 0 });
      const diff = await texts.diff(change, { waves: [[change]] });
      t.equal(diff !== null, shows, `${at} ${mode.toString(8)}`);
    }
  });

  t.test('also where a link leads through it', async (t) => {
    await using root = await open();
    using outsider = new Outsider(root.outside);
    const texts = await scene(root);
    outsider.move('/srv/app', '/srv/real');
    outsider.link('/srv/app', '/srv/real');
    t.ok(await texts.diff(change, { waves: [[change]] }));
    await root.fs.setAttributes('/srv/real', { mode: 0o700, uid: 0, gid: 0 });
    t.equal(await texts.diff(change, { waves: [[change]] }), null);
  });

  t.test('and one that the same plan closes', async (t) => {
    await using root = await open();
    const texts = await scene(root);
    const waves = (to: unknown, at: Draft<unknown>['address'] = 'directory:/srv/app') => ({
      waves: [[draft(at, directory('0755'), to)], [change]],
    });
    t.equal(await texts.diff(change, waves(directory('0750'))), null);
    t.ok(await texts.diff(change, waves(directory('0751'))));
    t.ok(await texts.diff(change, waves(directory('0700'), 'directory:/srv/ap')));
  });
}

t.test('in memory', (t) => {
  contract(t, () => memoryRoot());
  t.end();
});

t.test('on a real file system', (t) => {
  contract(t, () => realRoot());
  t.end();
});
