/** The site that `keelson init` makes: each command that its README shows, as it stands there. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import t from 'tap';
import { parse } from 'yaml';
import { keelson, Program, started } from './program.ts';

t.test('it builds, signs, and runs in its sandbox', async (t) => {
  const site = join(t.testdir(), 'site');
  const made = await keelson('init', site);
  t.match(made, {
    code: 0,
    err: '',
    out: /nodes\/web-a\.yaml\n[^]*\nNext:\n {2}keelson build \S+site\n {2}keelson --root \S+sandbox dev\n/u,
  });
  const at = (...args: readonly string[]) => new Program(args, '', { cwd: site }).ended;
  const commands = [...readFileSync(join(site, 'README.md'), 'utf8').matchAll(/```sh\n([^`]*)```/gu)]
    .flatMap(([, block = '']) => block.trim().split('\n'))
    .map((line) => line.replace(/^keelson /u, '').split(' '));
  t.equal(commands.length, 7);
  for (const words of commands) {
    if (words.at(-1) === 'dev') {
      await started(t, '--root', join(site, 'sandbox'), 'dev').says(/\nIts page is http:\/\/127\.0\.0\.1:\d+/u);
      continue;
    }
    const { code, out, err } = await at(...words, ...(words.includes('apply') ? ['--yes'] : []));
    t.equal(code, 0, `${words.join(' ')}: ${out}${err}`);
    if (words.includes('status')) t.match(out, /web-a {2}OK {2}running web\/1/u);
  }
  const root = join(site, 'sandbox');
  t.match(
    readFileSync(join(root, 'etc/motd.d/50-site'), 'utf8'),
    /^\S+ is managed by Keelson; ask ops@example\.net\.\n$/u,
  );
  t.match(readFileSync(join(root, 'etc/web/site.conf'), 'utf8'), /listen 8080;/u);
  t.match(readFileSync(join(root, 'etc/kubernetes/manifests/web.json'), 'utf8'), /"containerPort": 8080/u);
  t.ok(readFileSync(join(site, 'build/web-b.dsse.json')).length > 0);

  const again = await keelson('init', site);
  t.match(again, { code: 1, out: '', err: /KSN-CLI-002 cannot make a site in \S+: it is not empty\n {3}Fix: / });
  t.match(await at('build', '.', '--check'), { code: 0 }, 'and nothing was touched');
});

t.test('editors find the schema that its layers name', async (t) => {
  const site = t.testdir();
  mkdirSync(join(site, 'empty'));
  t.equal((await keelson('init', join(site, 'empty'))).code, 0, 'an empty folder will do');
  for (const layer of ['base.yaml', 'roles/web.yaml', 'nodes/web-a.yaml', 'nodes/web-b.yaml']) {
    const file = join(site, 'empty', layer);
    const text = readFileSync(file, 'utf8');
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/u.exec(text) ?? [];
    const check = new Ajv({ strict: false }).compile(
      JSON.parse(readFileSync(join(file, '..', schema), 'utf8')) as object,
    );
    t.ok(check(parse(text)), `${layer} ${JSON.stringify(check.errors)}`);
  }
});

t.test('a file in the way is no folder', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'x'), '');
  t.match(await keelson('init', join(folder, 'x')), { code: 1, err: /KSN-CLI-002 cannot write \S+x: / });
});
