import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTarGzip } from 'nanotar';
import t from 'tap';
import type { Manifest } from '../../../agent/commands/diagnostics/archive.ts';
import { writeOnce } from '../../../agent/commands/diagnostics/write-once.ts';
import { diagnostics } from '../../../agent/commands/diagnostics.ts';
import { fakePort, someStatus } from '../../control/fake-port.ts';
import { fakeInvocation, serveAgent } from '../fake-invocation.ts';

const FILES = [
  'version.json',
  'status.json',
  'doctor.json',
  'resources.jsonl',
  'plan.json',
  'events.jsonl',
  'config.json',
  'spec.json',
  'journal.json',
  'files.json',
  'host.json',
  'facts.json',
  'process.txt',
  'units.txt',
  'log.txt',
];

async function made(root: string) {
  const file = join(root, 'd.tar.gz');
  const person = fakeInvocation(root);
  const code = await diagnostics(person, { output: file });
  const members = new Map((await parseTarGzip(readFileSync(file))).map(({ name, text }) => [name, text]));
  const manifest = JSON.parse(members.get('keelson-diagnostics/MANIFEST.json') ?? '') as Manifest;
  return { file, code, person, members, manifest };
}

t.test('with an agent and without one: every file is there, or why not', async (t) => {
  const root = t.testdir();
  const { code, manifest, person } = await made(root);
  t.equal(code, 0);
  const named = [...manifest.files, ...manifest.missing].map(({ name }) => name);
  t.strictSame(named.toSorted(), FILES.toSorted());
  t.match(manifest.missing, [{ name: 'status.json', why: /there is no status of it on disk/u }]);
  for (const { why } of manifest.missing) t.notMatch(why, /unexpected/u);
  t.match(person.warned.join('\n'), /without status\.json: /u);

  const running = t.testdir({ etc: {} });
  await serveAgent(t, running, fakePort({ status: someStatus }));
  const asked = await made(running);
  t.match(JSON.parse(asked.members.get('keelson-diagnostics/status.json') ?? ''), {
    status: { node: 'lb-a' },
    agentAnswers: true,
  });
  t.match(JSON.parse(asked.members.get('keelson-diagnostics/plan.json') ?? ''), { from: 'lb/42', to: 'lb/43' });
  t.match(JSON.parse(asked.members.get('keelson-diagnostics/config.json') ?? '')[0], {
    setting: 'node.name',
    origin: 'default',
  });
  t.notMatch(asked.members.get('keelson-diagnostics/host.json'), /machineId/u);
  t.match(asked.person.printed.join('\n'), /d\.tar\.gz {2}\d+ KiB, \d+ files, \d+ values redacted/u);
});

t.test('however it is called, its files are in one folder with a short name', async (t) => {
  const stamped = `keelson-diagnostics-${'h'.repeat(64)}-20261124T031240Z.tar.gz`;
  for (const output of [stamped, `${'n'.repeat(200)}.tgz`, '.tar.gz', '.tgz', '..tar.gz', '...tgz']) {
    const root = t.testdir();
    await diagnostics(fakeInvocation(root), { output: join(root, output) });
    const members = await parseTarGzip(readFileSync(join(root, output)));
    const names = members.map(({ name }) => name);
    const manifest = JSON.parse(members[0]?.text ?? '') as Manifest;
    const expected = ['MANIFEST.json', ...manifest.files.map(({ name }) => name)];
    t.strictSame(
      names,
      expected.map((name) => `keelson-diagnostics/${name}`),
      output,
    );
  }
});

t.test('for its owner alone, and never in the place of another file', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, 'etc'));
  const { file } = await made(root);
  t.equal(statSync(file).mode & 0o7777, 0o600);
  const before = readFileSync(file);
  await t.rejects(diagnostics(fakeInvocation(root), { output: file }), {
    code: 'KSN-CLI-002',
    remedy: /Name another file/u,
  });
  t.same(readFileSync(file), before);
  symlinkSync('/etc/elsewhere', join(root, 'link'));
  await t.rejects(writeOnce(join(root, 'link'), Buffer.from('x')), { code: 'KSN-CLI-002' }, 'nor through a link');
  await t.rejects(writeOnce(join(root, 'no/such/folder'), Buffer.from('x')), {
    code: 'KSN-CLI-002',
    message: /ENOENT/u,
  });
  t.strictSame(readdirSync(root).toSorted(), ['d.tar.gz', 'etc', 'link'], 'and nothing half made is left');
});

t.test('a state folder full of nonsense', async (t) => {
  const root = t.testdir({ var: { lib: { keelson: { journal: 'nonsense', 'status.json': '{' } } } });
  chmodSync(join(root, 'var/lib/keelson'), 0o700);
  writeFileSync(join(root, 'var/lib/keelson/events'), 'a file');
  const { code, members, manifest } = await made(root);
  t.equal(code, 0);
  t.match(JSON.parse(members.get('keelson-diagnostics/journal.json') ?? ''), { size: 8, tail: { is: 'torn' } });
  t.match(members.get('keelson-diagnostics/files.json'), '/var/lib/keelson/journal');
  t.ok(manifest.missing.some(({ name }) => name === 'status.json'));
});
