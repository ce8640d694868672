import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { example, keelson, Program } from './program.ts';

t.test('validate tells everything that is wrong, and the exit code', async (t) => {
  const good = await keelson('validate', example);
  t.match(good, { code: 0, out: '1 document valid.\n', err: '' });

  const folder = t.testdir({ 'bad.yaml': readFileSync(example, 'utf8').replace('generation: 1', 'generaton: 1') });
  const bad = await keelson('validate', join(folder, 'bad.yaml'));
  t.equal(bad.code, 1);
  t.match(bad.out, /bad\.yaml:\d+:\d+ +KSN-SPEC-010 +'generaton' is not known here; did you mean 'generation'\?/u);
  t.match(bad.out, /\d errors?\. Nothing was written\.\n$/u);
  const data = await keelson('validate', '-o', 'json', join(folder, 'bad.yaml'));
  t.ok((JSON.parse(data.out) as { findings: unknown[] }).findings.length > 0);

  const input = await new Program(['validate', '-'], readFileSync(example, 'utf8')).ended;
  t.equal(input.code, 0, input.err);
  const some = await keelson('validate', join(folder, 'none.yaml'), join(folder, 'bad.yaml'), join(folder, 'no.yaml'));
  t.match(
    some,
    { code: 1, out: /KSN-CLI-002 +cannot read \S+none\.yaml: ENOENT/u },
    'the others are judged all the same',
  );
  t.match(some.out, /KSN-CLI-002 +cannot read \S+no\.yaml/u);
  t.match(some.out, /bad\.yaml:\d+:\d+ +KSN-SPEC-010/u);
  t.match(some.out, /[3-9] errors\. Nothing was written/u);
});

t.test('what is wrong with an envelope is told with its file', async (t) => {
  const payloadType = 'application/vnd.keelson.nodespec.v1+json';
  const payload = Buffer.alloc(1_100_000, 'x').toString('base64');
  const folder = t.testdir({ 'large.json': JSON.stringify({ payloadType, payload, signatures: [{ sig: 'eA==' }] }) });
  const file = join(folder, 'large.json');
  const key = join(folder, 'ops-1.key');
  await keelson('keygen', 'ops-1', '--out', folder);
  for (const args of [
    ['validate', file],
    ['verify', file, '--trust', folder],
    ['sign', file, '--key', key],
  ]) {
    const { code, out, err } = await keelson(...args);
    t.equal(code, 1);
    t.match(out + err, /large\.json {2}KSN-VERIFY-003 {2}there are \d+ bytes/u, args.join(' '));
  }
});

t.test('Ctrl-C ends what waits for its input', async (t) => {
  const program = new Program(['validate', '-'], null);
  t.teardown(() => program.process.kill('SIGKILL'));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  t.match(await program.stop('SIGINT'), { code: 1, out: '', err: '' });
});

t.test('a spec is signed by two people, and verified against trust roots', async (t) => {
  const folder = t.testdir();
  const file = (name: string) => join(folder, name);
  for (const name of ['ops-1', 'ops-2']) t.equal((await keelson('keygen', name, '--out', folder)).code, 0);
  t.match(await keelson('keygen', 'ops-1', '--out', folder), { code: 1, err: /KSN-CLI-002/u }, 'no key is overwritten');

  t.equal((await keelson('sign', example, '--key', file('ops-1.key'), '--out', file('lb.dsse.json'))).code, 0);
  const both = await keelson('sign', file('lb.dsse.json'), '--key', file('ops-2.key'));
  writeFileSync(file('both.dsse.json'), both.out);
  const verified = await keelson('verify', file('both.dsse.json'), '--trust', folder);
  t.match(verified, { code: 0, out: /^lb\/1 {2}signed by ops-1, ops-2 {2}sha256:[0-9a-f]{64}\n$/u });

  const envelope = JSON.parse(both.out) as { payload: string };
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"generation":1', '"generation":9');
  writeFileSync(
    file('forged.dsse.json'),
    JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }),
  );
  t.match(await keelson('verify', file('forged.dsse.json'), '--trust', folder), { code: 1, err: /KSN-VERIFY-006/u });

  writeFileSync(file('bad.yaml'), 'apiVersion: keelson.dev/v1\n');
  const refused = await keelson('sign', file('bad.yaml'), '--key', file('ops-1.key'));
  t.match(refused, { code: 1, out: '', err: /KSN-SPEC-\d+/u }, 'nobody signs what no node takes');
});

t.test('explain, schema, version and help work anywhere', async (t) => {
  t.match(await keelson('explain', 'KSN-CTL-001'), { code: 0, out: /^KSN-CTL-001 {2}No agent answers/u });
  t.match(await keelson('explain', 'files.content'), { code: 0, out: /inline/u });
  t.match(await keelson('explain', 'file.nonsense'), { code: 1, err: /KSN-CLI-004.*\n {3}Fix: There are: /u });
  const schema = JSON.parse((await keelson('schema')).out) as { title: string };
  t.equal(schema.title, 'Keelson NodeSpec');
  t.match(await keelson('version'), { code: 0, out: /^keelson \d/u });
  t.match(await keelson('--help'), { code: 0, out: /Usage: keelson/u });
  t.match(await keelson('help', 'apply'), { code: 0, out: /--dry-run/u });
  t.match(await keelson(), { code: 1, err: /Usage: keelson/u });
  t.match(await keelson('retry', '5'), { code: 1, err: /KSN-CLI-001 required option '--reason/u });
});
