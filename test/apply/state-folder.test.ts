import t, { type Test } from 'tap';
import { closeLoose, judgeState } from '../../agent/apply/state-folder.ts';
import { Outsider } from '../hostfs/outsider.ts';
import { memoryRoot, realRoot, type Root } from '../support/roots.ts';

const state = '/var/lib/keelson';
const own = { mode: 0o700, uid: 0, gid: 0 };

async function planted({ fs }: Root): Promise<void> {
  await fs.ensureDirectory('/var/lib', { ...own, mode: 0o755 });
  for (const folder of ['specs', 'guards', 'certs/web']) await fs.ensureDirectory(`${state}/${folder}`, own);
  for (const file of ['journal', 'node-key', 'lock', 'specs/ab', 'guards/t1-1.json', 'certs/web/key.pem'])
    await fs.writeDurably(`${state}/${file}`, Buffer.from(file), { ...own, mode: 0o600 });
}

function contract(t: Test, open: () => Promise<Root>): void {
  t.test('its own modes are fine, and so are those of what specs put there, and of the lock', async (t) => {
    await using root = await open();
    t.strictSame(await judgeState(root.fs, state), [], 'also where there is none yet');
    await planted(root);
    await root.fs.setAttributes(`${state}/certs`, { ...own, mode: 0o755 });
    await root.fs.setAttributes(`${state}/certs/web/key.pem`, { ...own, mode: 0o666 });
    await root.fs.setAttributes(`${state}/lock`, { ...own, mode: 0o644 });
    t.strictSame(await judgeState(root.fs, state), []);
  });

  for (const path of ['', '/journal', '/node-key', '/specs', '/specs/ab', '/guards/t1-1.json']) {
    for (const mode of [0o777, 0o620]) {
      t.test(`${path} with ${mode.toString(8)} is refused, and left as it is`, async (t) => {
        await using root = await open();
        await planted(root);
        await root.fs.setAttributes(state + path, { ...own, mode });
        await t.rejects(judgeState(root.fs, state), {
          code: 'KSN-APPLY-023',
          element: state + path,
          message: /can be written by/,
          remedy: /chmod -R go-rwx/,
        });
        t.match(await root.fs.lstat(state + path), { mode });
      });
    }
  }

  t.test('a folder above that others may write', async (t) => {
    await using root = await open();
    await planted(root);
    await root.fs.setAttributes('/var/lib', { ...own, mode: 0o777 });
    await t.rejects(judgeState(root.fs, state), { code: 'KSN-APPLY-023', element: '/var/lib' });
  });

  t.test('what others may read is closed, and told', async (t) => {
    await using root = await open();
    await planted(root);
    await root.fs.setAttributes(state, { ...own, mode: 0o755 });
    await root.fs.setAttributes(`${state}/node-key`, { ...own, mode: 0o644 });
    await root.fs.setAttributes(`${state}/specs/ab`, { ...own, mode: 0o440 });
    const told = await closeLoose(root.fs, await judgeState(root.fs, state));
    t.match(told, [
      { code: 'KSN-APPLY-024', element: state, message: /\(0755\)/ },
      { code: 'KSN-APPLY-024', element: `${state}/node-key` },
      { code: 'KSN-APPLY-024', element: `${state}/specs/ab` },
    ]);
    t.match(await root.fs.lstat(state), { mode: 0o700 });
    t.match(await root.fs.lstat(`${state}/node-key`), { mode: 0o600 });
    t.match(await root.fs.lstat(`${state}/specs/ab`), { mode: 0o400 });
    t.strictSame(await judgeState(root.fs, state), []);
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

t.test('what belongs to somebody else', async (t) => {
  for (const path of ['', '/journal', '/node-key', '/specs', '/specs/ab', '/guards/t1-1.json']) {
    await using root = await memoryRoot();
    using outsider = new Outsider(root.outside);
    await planted(root);
    outsider.give(state + path, 1000);
    const is = { code: 'KSN-APPLY-023', element: state + path, message: /belongs to user 1000/ };
    await t.rejects(judgeState(root.fs, state), is);
  }
});
