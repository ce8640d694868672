import t from 'tap';
import { createHash } from 'node:crypto';
import { files } from '../../../agent/resources/files/index.ts';
import { directories } from '../../../agent/resources/directories/index.ts';
import { links } from '../../../agent/resources/links/index.ts';
import { expandSections } from '../../../agent/desired/items.ts';
import { ThirdStateError, type CommandResult } from '../../../agent/resources/kind.ts';
import { LittleEngine, never } from '../../contract/little-engine.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { fingerprint, type TestHostOptions } from '../../support/test-host.ts';
import { picture, plant, temporaries, type Tree } from '../../support/tree.ts';

const kinds = [directories, files, links];
const failed: CommandResult = { exitCode: 1, signal: null, timedOut: false, outputTail: '' };

/** The one change of a file, before it is staged. */
async function changeOf(
  raw: Record<string, unknown>,
  found: Tree = {},
  options: TestHostOptions = {},
  path = '/etc/x',
) {
  const host = await memoryHost(options);
  await plant(host.hosts.mutate.fs, { '/etc/other': { file: '' }, ...found });
  const items = expandSections({ files: { [path]: raw } }, kinds, host.context);
  host.stores.learn(items);
  const engine = new LittleEngine(kinds, host);
  const waves = engine.number((await engine.look(items)).changes);
  const change = waves.flat().find(({ kind }) => kind === 'files');
  if (change === undefined) throw new Error('nothing to change');
  const stage = () => files.stage(change as never, host.hosts.stage, never);
  return { host, engine, items, change, stage };
}

t.test('pre-images', async (t) => {
  const { host, stage } = await changeOf({ content: { inline: 'new' } }, { '/etc/x': { file: 'old' } });
  await stage();
  t.same([...host.stores.preimages.values()], [Buffer.from('old')]);
  const same = await changeOf({ content: { inline: 'old' } }, { '/etc/x': { file: 'old' } });
  await same.stage();
  t.ok(same.host.stores.preimages.has(fingerprint(Buffer.from('old'))), 'also of what is adopted as it is');
  t.same(await temporaries(same.host), []);
  const none = await changeOf({ content: { inline: 'new' }, backup: 'none' }, { '/etc/x': { file: 'old' } });
  await none.stage();
  t.equal(none.host.stores.preimages.size, 0);
  const edited = await changeOf({ content: { inline: 'new' } }, { '/etc/x': { file: 'old' } });
  await plant(edited.host.hosts.mutate.fs, { '/etc/x': { file: 'edited' } });
  await t.rejects(edited.stage(), ThirdStateError);
  const gone = await changeOf({ content: { inline: 'new' } }, { '/etc/x': { file: 'old' } });
  await gone.host.hosts.mutate.fs.remove('/etc/x');
  await t.rejects(gone.stage(), ThirdStateError);
});

t.test('what is too large to keep', async (t) => {
  const large = { '/etc/x': { file: new Uint8Array(16 * 1024 * 1024 + 1) } };
  const { stage, host } = await changeOf({ content: { inline: 'new' } }, large);
  await t.rejects(stage(), { code: 'KSN-FILE-005', element: 'file:/etc/x' });
  t.same(await temporaries(host), []);
  const none = await changeOf({ content: { inline: 'new' }, backup: 'none' }, large);
  await none.stage();
});

t.test('owners that the host does not know', async (t) => {
  const raw = { content: { inline: 'x' }, owner: 'haproxy', group: 'web' };
  const { stage, host } = await changeOf(raw, {}, { users: { haproxy: 99 } });
  await t.rejects(stage(), { code: 'KSN-FILE-001', message: /no group 'web'/, remedy: /'web'/ });
  t.same(await temporaries(host), []);
  const known = await changeOf(raw, {}, { users: { haproxy: 99 }, groups: { web: 98 } });
  await known.engine.converge(known.items);
  t.match(await known.host.hosts.read.fs.lstat('/etc/x'), { uid: 99, gid: 98 });
  t.same((await known.engine.look(known.items)).changes, [], 'a name is as good as its number');
});

t.test('a check', async (t) => {
  const check = { exec: ['/bin/check', '-f', '{staged}', 'x={staged}'], timeout: '3s' };
  const raw = { content: { inline: 'listen 80\n' }, check };
  t.test('sees the staged file', async (t) => {
    const { host, stage, change } = await changeOf(raw);
    await stage();
    t.same(host.commands, [
      { argv: ['/bin/check', '-f', `/etc/.keelson-${change.id}~`, `x=/etc/.keelson-${change.id}~`], timeoutMs: 3000 },
    ]);
    t.equal((await temporaries(host)).length, 1);
  });
  t.test('sees it also where its folder is still to be made', async (t) => {
    const looks: (readonly string[])[] = [];
    let see = async (): Promise<void> => {};
    const run = async (): Promise<CommandResult> => {
      await see();
      return { ...failed, exitCode: 0 };
    };
    const { host, engine, items, change } = await changeOf(raw, {}, { run }, '/etc/haproxy/conf.d/x');
    see = async () => void looks.push(await temporaries(host));
    await engine.converge(items);
    t.match(host.commands, [{ argv: ['/bin/check', '-f', /^\/etc\/\.keelson-/, /./] }]);
    t.equal(looks[0]?.length, 1);
    t.same(await temporaries(host), []);
    t.equal(Buffer.from(await host.hosts.read.fs.read('/etc/haproxy/conf.d/x')).toString(), 'listen 80\n');
    t.equal(change.address, 'file:/etc/haproxy/conf.d/x');
  });
  t.test('that says no', async (t) => {
    const run = (spec: { argv: readonly string[] }): CommandResult => ({
      ...failed,
      outputTail: `${spec.argv[2]}:1: unknown keyword 'blind'\n`,
    });
    const { host, stage } = await changeOf(raw, {}, { run });
    await t.rejects(stage(), {
      code: 'KSN-FILE-002',
      message: "file:/etc/x: its check /bin/check said no (exit 1): /etc/x:1: unknown keyword 'blind'",
    });
    t.same(await temporaries(host), []);
  });
  t.test('that tells a secret', async (t) => {
    const secret = { ...raw, mode: '0600', content: { inline: 'stats auth admin:hunter2-and-more\nuserlist x\n' } };
    const outputTail =
      'line 1: unknown keyword in "stats auth admin:hunter2-and-more", near hunter2-an, also hunter2-and-more9';
    const { stage } = await changeOf(secret, {}, { run: () => ({ ...failed, outputTail }) });
    const error: unknown = await stage().catch((thrown: unknown) => thrown);
    t.match(error, { code: 'KSN-FILE-002', message: /said no \(exit 1\): line 1: unknown keyword in/ });
    t.notMatch(String(error), /hunter|admin/);
  });
  t.test('that cannot be run, or does not end', async (t) => {
    const missing = await changeOf(raw, {}, { run: () => ({ ...failed, exitCode: null, startError: 'ENOENT' }) });
    await t.rejects(missing.stage(), {
      code: 'KSN-FILE-003',
      message: /\/bin\/check could not be started \(ENOENT\)/,
      remedy: /\/bin\/check/,
    });
    const slow = await changeOf(
      raw,
      {},
      { run: () => ({ ...failed, exitCode: null, signal: 'SIGKILL', timedOut: true }) },
    );
    await t.rejects(slow.stage(), { code: 'KSN-FILE-002', message: /no answer in time/ });
  });
  t.test('is not asked for a repair, an undo, a removal or attributes', async (t) => {
    const { host, engine, items } = await changeOf(raw, { '/etc/x': { file: 'listen 80\n', mode: 0o600 } });
    const changes = await engine.converge(items);
    await engine.apply(await engine.stage(engine.undo(changes)));
    await engine.converge(items);
    await plant(host.hosts.mutate.fs, { '/etc/x': { file: 'edited' } });
    await engine.converge(items);
    await engine.converge([]);
    t.same(host.commands, []);
  });
});

t.test('what cannot be put back is not taken', async (t) => {
  const { change, host } = await changeOf({ content: { inline: 'x' } });
  const other = { type: 'other' } as const;
  await t.rejects(files.stage({ ...change, from: other } as never, host.hosts.stage, never), { code: 'KSN-FILE-007' });
  await files.stage({ ...change, from: other, why: 'drift' } as never, host.hosts.stage, never);
  await t.rejects(files.stage({ ...change, to: other } as never, host.hosts.stage, never), { code: 'KSN-FILE-007' });
});

t.test('failures of the disk have their own codes', async (t) => {
  for (const [errno, code, retryable] of [
    ['ENOSPC', 'KSN-FILE-016', true],
    ['EROFS', 'KSN-FILE-017', false],
    ['EIO', 'KSN-FILE-018', true],
    ['EMFILE', 'KSN-FILE-018', true],
  ] as const) {
    const { host, stage } = await changeOf({ content: { inline: 'x' } });
    const before = await picture(host);
    {
      using _ = host.machine.fail(({ primitive }) =>
        primitive === 'createFile' || primitive === 'write' ? errno : undefined,
      );
      await t.rejects(stage(), { code, retryable, element: 'file:/etc/x' });
    }
    t.same(await picture(host), before);
  }
});

t.test('where the folder is still to be made, it is to be staged again', async (t) => {
  const { host, stage } = await changeOf({ content: { inline: 'x' } }, {}, {}, '/etc/new/x');
  t.match(await stage(), { unfinished: true });
  await plant(host.hosts.mutate.fs, { '/etc/new': { directory: true } });
  t.notOk((await stage()).unfinished);
  t.equal((await temporaries(host)).length, 1);
});

t.test('the bytes of what is to be taken over may still be on their way there', async (t) => {
  const { change, host } = await changeOf({ content: { inline: 'new' } }, { '/etc/x': { link: 'other' } });
  const bytes = Buffer.from('restored');
  const from = { type: 'file', content: fingerprint(bytes), size: 8, mode: '0644', owner: '0', group: '0' };
  const stage = () => files.stage({ ...change, from } as never, host.hosts.stage, never);
  await t.rejects(stage(), ThirdStateError);
  host.stores.preimages.set(fingerprint(bytes), bytes);
  await stage();
});

t.test('no content, and no plain digest of it, is in what is journalled or shown', async (t) => {
  const planted = ['hunter2', 'what was there'];
  const { host, engine, items, change, stage } = await changeOf(
    { content: { inline: 'hunter2' }, mode: '0600', onRemove: 'restore' },
    { '/etc/x': { file: 'what was there' } },
  );
  const records: unknown[] = [await engine.look(items), change, await stage()];
  records.push(await engine.converge(items), [...engine.ledger], await engine.look([]));
  await plant(host.hosts.mutate.fs, { '/etc/x': { file: 'hunter2 edited' } });
  records.push(await engine.look(items), await engine.look([]));
  const text = JSON.stringify(records, (_, value: unknown) => (value instanceof Map ? [...value] : value));
  // The item carries its bytes, and is never serialised.
  const shown = text.replaceAll(JSON.stringify(Buffer.from('hunter2')), '');
  for (const secret of planted) {
    for (const algorithm of ['sha256', 'sha1', 'md5'])
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        t.notOk(shown.includes(createHash(algorithm).update(secret).digest(encoding)));
    t.notOk(shown.includes(secret));
    t.notOk(shown.includes(Buffer.from(secret).toString('base64')));
  }
});
