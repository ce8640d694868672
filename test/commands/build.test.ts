import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { build, type BuildCommandOptions } from '../../agent/commands/build.ts';
import { validate } from '../../agent/commands/validate.ts';
import { PAYLOAD_TYPE, readEnvelope, writeEnvelope } from '../../agent/verify/dsse.ts';
import { generateKeys } from '../../agent/verify/keys.ts';
import { told } from '../authoring/site-maker.ts';
import { fakeInvocation } from './fake-invocation.ts';

const example = fileURLToPath(new URL('../../examples/site', import.meta.url));

/** A copy of the example, and keys beside it. */
function siteIn(t: Test): { readonly site: string; readonly keys: readonly string[] } {
  const folder = t.testdir();
  const site = join(folder, 'site');
  cpSync(example, site, { recursive: true, filter: (path) => !/\/build$|generations[.]json$/u.test(path) });
  const keys = (['ed25519', 'ecdsa-p256'] as const).map((algorithm) => {
    const file = join(folder, `${algorithm}.key`);
    writeFileSync(file, generateKeys(algorithm).privatePem);
    return file;
  });
  return { site, keys };
}

async function run(site: string, options: Partial<BuildCommandOptions> = {}) {
  const invocation = fakeInvocation('/');
  const all = { check: false, generation: 'file', output: 'table', ...options } as const;
  const code = await build(invocation, site, all);
  const out = invocation.printed.join('\n').replaceAll(/[^\s"]*\/site\//gu, 'site/');
  return { code, out, err: invocation.warned.join('\n').replaceAll(/[^\s"]*\/site\//gu, 'site/') };
}

const at = (site: string, path: string) => readFileSync(join(site, path), 'utf8');

t.test('a build, a second one, and a change', async (t) => {
  const { site } = siteIn(t);
  t.match(await run(site, { check: true }), { code: 2, out: /Something would be written\.$/u });
  t.notOk(existsSync(join(site, 'generations.json')), 'a check writes nothing');
  t.match(await run(site), {
    code: 0,
    out: 'lb-a, lb-b  lb/1\n  new, 17 resources\n2 changed, 0 same. Written to site/build.',
  });
  t.match(await run(site, { check: true }), { code: 0, out: '0 changed, 2 same. site/build is up to date.' });
  writeFileSync(
    join(site, 'files/haproxy.cfg'),
    at(site, 'files/haproxy.cfg').replace('maxconn 20000', 'maxconn 30000'),
  );
  writeFileSync(join(site, 'files/keepalived.conf'), `${at(site, 'files/keepalived.conf')}# secret\n`);
  writeFileSync(join(site, 'pods/keepalived.yaml'), at(site, 'pods/keepalived.yaml').replace('2.3.4', '2.3.5'));
  const { code, out } = await run(site);
  t.equal(code, 0);
  t.equal(
    out,
    `lb-a, lb-b  lb/2 (from 1)
~ file:/etc/haproxy/haproxy.cfg  +1 -1
    master-worker
    log stdout format raw local0 info
-   maxconn 20000
+   maxconn 30000
    stats socket /var/lib/haproxy/admin.sock mode 600 level admin

~ file:/etc/keepalived/keepalived.conf  content.inline
~ pod:keepalived  pod.spec.containers[0].image registry.edge.example.net/infra/keepalived:2.3.4 → registry.edge.example.net/infra/keepalived:2.3.5
2 changed, 0 same. Written to site/build.`.replaceAll(/^(?=[ +-] )/gmu, '  '),
    'what not everybody may read is in no diff',
  );
});

t.test('signatures stay as long as the bytes do, whoever made them', async (t) => {
  const { site, keys } = siteIn(t);
  t.match(await run(site, { key: keys }), { out: /Written to site\/build, signed by 2 keys\.$/u });
  const envelope = at(site, 'build/lb-a.dsse.json');
  const { payload, signatures } = readEnvelope(JSON.parse(envelope));
  t.equal(signatures.length, 2);
  t.equal(`${Buffer.from(payload).toString()}\n`, at(site, 'build/lb-a.json'), 'what is signed is what is shown');
  await run(site, { key: keys });
  t.equal(at(site, 'build/lb-a.dsse.json'), envelope, 'ECDSA would sign otherwise each time');
  await run(site);
  t.equal(at(site, 'build/lb-a.dsse.json'), envelope);
  writeFileSync(join(site, 'nodes/lb-a.yaml'), at(site, 'nodes/lb-a.yaml').replace('150', '151'));
  t.match(await run(site), { out: /lb-a {2}lb\/2 \(from 1\)[^]*2 signed documents of before removed\.$/u });
  t.notOk(existsSync(join(site, 'build/lb-a.dsse.json')), 'nobody ships an envelope of before by mistake');
});

t.test('json', async (t) => {
  const { site } = siteIn(t);
  const { out } = await run(site, { output: 'json' });
  t.match(JSON.parse(out), {
    written: true,
    nodes: [{ node: 'lb-a', series: 'lb', generation: 1 }, { node: 'lb-b' }],
    outputs: [{ path: /generations[.]json$/u, is: 'new' }, { path: /MANIFEST[.]json$/u }],
  });
});

t.test('show names the layer and line of each value', async (t) => {
  const { site } = siteIn(t);
  writeFileSync(join(site, 'nodes/lb-a.yaml'), `${at(site, 'nodes/lb-a.yaml')}spec: { health: { stableFor: 30s } }\n`);
  const { code, out } = await run(site, { show: 'lb-a' });
  t.equal(code, 0);
  t.match(out, /^ {4}stableFor: 30s +nodes\/lb-a\.yaml:3 over roles\/lb\.yaml:12$/mu);
  t.match(out, /^ {4}deadline: 10m +roles\/lb\.yaml:12$/mu);
  t.match(
    out,
    /reach: \["coordinator","tcp:10\.20\.0\.12:22"\] +roles\/lb\.yaml:36 \(vars\.peer nodes\/lb-a\.yaml:2\)$/mu,
  );
  t.match(out, /image: .*|containers: /u);
  writeFileSync(
    join(site, 'nodes/lb-b.yaml'),
    `${at(site, 'nodes/lb-b.yaml')}spec: { files: { /etc/x: { mode: "0750", owner: "99", note: "true", group: web } } }\n`,
  );
  const shown = (await run(site, { show: 'lb-b' })).out.split('\n').map((line) => line.replace(/ {2,}nodes.*$/u, ''));
  const from = shown.indexOf('    /etc/x:');
  t.strictSame(
    shown.slice(from + 1, from + 5).map((line) => line.trim()),
    ['group: web', 'mode: "0750"', 'note: "true"', 'owner: "99"'],
    'quoted as YAML needs it',
  );
  await t.rejects(run(site, { show: 'lb-x' }), { code: 'KSN-BUILD-022', message: /did you mean 'lb-a'/u });
});

t.test('everything that is wrong is told, and nothing written', async (t) => {
  const { site } = siteIn(t);
  writeFileSync(join(site, 'nodes/lb-c.yaml'), 'extends: [../roles/lb.yaml]\nvars: { peer: 10.20.0.11 }\n');
  writeFileSync(
    join(site, 'roles/lb.yaml'),
    at(site, 'roles/lb.yaml').replace('label: container_file_t\n      check', 'lable: container_file_t\n      check'),
  );
  const { code, err } = await run(site);
  t.equal(code, 1);
  t.equal(
    err,
    `site/roles/lb.yaml:9:3   KSN-SPEC-022  vars.vrrpPriority has no value for lb-c
   Fix: set it in nodes/lb-c.yaml
site/roles/lb.yaml:21:7  KSN-SPEC-010  'lable' is not known here; did you mean 'label'?
   Fix: Write 'label'.
2 errors. Nothing was written.`,
  );
  t.notOk(existsSync(join(site, 'build')));
  const invocation = fakeInvocation('/');
  t.equal(await validate(invocation, [join(site, 'roles/lb.yaml')], { output: 'table' }), 1);
  t.equal(invocation.printed.join('\n').replaceAll(/[^\s"]*\/site\//gu, 'site/'), err, 'validate says the same');
});

t.test('a fault that one of two nodes has is told of that one', async (t) => {
  const { site } = siteIn(t);
  writeFileSync(
    join(site, 'nodes/lb-b.yaml'),
    `${at(site, 'nodes/lb-b.yaml')}spec: { files: { /etc/haproxy/haproxy.cfg: null } }\n`,
  );
  const { err } = await run(site);
  t.equal(
    err,
    `site/roles/lb.yaml:42:19  KSN-SPEC-018  pod:haproxy depends on 'file:/etc/haproxy/haproxy.cfg', which is not in this spec
   In lb-b  Fix: Correct the address, declare the resource, or drop the dependency.
1 error. Nothing was written.`,
  );
});

t.test('validate takes layers, sites, and what is neither', async (t) => {
  const { site } = siteIn(t);
  const said = async (...paths: string[]) => {
    const invocation = fakeInvocation('/');
    const code = await validate(
      invocation,
      paths.map((path) => join(site, path)),
      { output: 'table' },
    );
    return `${code} ${invocation.printed.join('\n').replaceAll(/[^\s"]*\/site\//gu, 'site/')}`;
  };
  t.equal(await said('roles/lb.yaml'), '0 1 layer, 2 nodes valid.');
  t.equal(await said('base.yaml', 'nodes/lb-a.yaml'), '0 2 layers, 2 nodes valid.');
  t.equal(await said('.'), '0 2 layers, 2 nodes valid.');
  t.match(await said('files', 'roles/lb.yaml'), /^1 KSN-BUILD-001 /u);
  await run(site);
  t.equal(await said('build/lb-a.json'), '0 1 document valid.');
  rmSync(join(site, 'nodes'), { recursive: true });
  t.equal(await said('roles/lb.yaml'), '0 1 layer valid.', 'alone, with stand-ins for what its nodes will say');
  writeFileSync(
    join(site, 'roles/lb.yaml'),
    at(site, 'roles/lb.yaml').replace('vars.vip', 'vars.vpi').replace('"tcp:${vars.peer}:22"', '"tcp:${vars.per}:22"'),
  );
  t.match(
    await said('roles/lb.yaml'),
    /roles\/lb\.yaml:36:\d+ +KSN-BUILD-010 +no layer declares 'vars\.per'; did you mean 'vars\.peer'\?/u,
  );
});

t.test(
  'validate tells all that is wrong with a document by itself, and names the payload of an envelope',
  async (t) => {
    const folder = t.testdir();
    const document = `{"apiVersion":"keelson.dev/v1","kind":"NodeSpec","metadata":{"series":"x","generation":1},
"spec":{"files":{"/proc/y":{"content":{"inline":""},"mode":"0888"}},
"links":{"/etc/x":{"target":"y"},"/etc/x":{"target":"z"},"/sys/z":{"target":"y"}}}}`;
    const said = async (name: string, bytes: string | Uint8Array) => {
      writeFileSync(join(folder, name), bytes);
      const invocation = fakeInvocation('/');
      t.equal(await validate(invocation, [join(folder, name)], { output: 'json' }), 1);
      const { findings } = JSON.parse(invocation.printed.join('\n')) as { findings: Parameters<typeof told>[0][] };
      return findings.map((finding) =>
        told({ ...finding, message: '' })
          .replace(`${folder}/`, '')
          .trim(),
      );
    };
    const places = ['2:18 KSN-VERIFY-021', '2:53 KSN-SPEC-013', '3:34 KSN-SPEC-006', '3:58 KSN-VERIFY-021'];
    t.strictSame(
      await said('x.json', document),
      places.map((place) => `x.json:${place}`),
    );
    const envelope = writeEnvelope({
      payloadType: PAYLOAD_TYPE,
      payload: Buffer.from(document),
      signatures: [{ keyid: '', sig: Buffer.alloc(64) }],
    });
    t.strictSame(
      await said('x.dsse.json', envelope),
      places.map((place) => `payload of x.dsse.json:${place}`),
    );
    t.strictSame(
      await said('x.yaml', envelope),
      places.map((place) => `payload of x.yaml:${place}`),
    );
  },
);

t.test('numbers by git', async (t) => {
  const { site } = siteIn(t);
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', site, '-c', 'user.name=a', '-c', 'user.email=a@example.net', ...words]);
  await t.rejects(run(site, { generation: 'git' }), { code: 'KSN-BUILD-021' }, 'no repository');
  git('init', '-q');
  writeFileSync(join(site, '.gitignore'), '/build/\n');
  await t.rejects(run(site, { generation: 'git' }), { code: 'KSN-BUILD-021' }, 'no commit');
  git('add', '.');
  git('commit', '-qm', 'one');
  t.match(await run(site, { generation: 'git' }), { out: /lb-a, lb-b {2}lb\/1\n/u });
  t.notOk(existsSync(join(site, 'generations.json')));
  writeFileSync(join(site, 'files/lb.nft'), `${at(site, 'files/lb.nft')}# two\n`);
  await t.rejects(run(site, { generation: 'git' }), { code: 'KSN-BUILD-021', message: /not committed/u });
  git('commit', '-qam', 'two');
  t.match(await run(site, { generation: 'git' }), { out: /lb\/2 \(from 1\)/u });
  const cwd = process.cwd();
  t.teardown(() => process.chdir(cwd));
  process.chdir(site);
  t.match(await run('.', { generation: 'git' }), { code: 0, out: /0 changed, 2 same/u }, 'from within the site');
  process.chdir('..');
  t.match(await run('site', { generation: 'git' }), { code: 0, out: /0 changed, 2 same/u }, 'from beside it');
});

t.test('a number by git never comes back, whatever is merged', async (t) => {
  const { site } = siteIn(t);
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', site, '-c', 'user.name=a', '-c', 'user.email=a@example.net', ...words]);
  const number = async () => {
    const { out } = await run(site, { generation: 'git', output: 'json' });
    return (JSON.parse(out) as { nodes: { generation: number }[] }).nodes[0]?.generation;
  };
  const say = (word: string) => {
    writeFileSync(join(site, 'files/lb.nft'), `# ${word}\n`);
    git('commit', '-qam', word);
  };
  git('init', '-q', '-b', 'main');
  writeFileSync(join(site, '.gitignore'), '/build/\n');
  git('add', '.');
  git('commit', '-qm', 'one');
  git('checkout', '-qb', 'other');
  say('theirs');
  git('checkout', '-q', 'main');
  for (const word of ['two', 'three', 'four']) say(word);
  t.equal(await number(), 4);
  git('merge', '-q', '-X', 'theirs', '-m', 'merge', 'other');
  t.equal(await number(), 6, 'of both sides, and the merge');
  git('checkout', '-q', '-b', 'back', 'main~1');
  say('five');
  t.equal(await number(), 5);
  git('checkout', '-q', 'main');
  git('checkout', '-q', '-b', 'aside', 'main');
  git('commit', '-q', '--allow-empty', '-m', 'nothing of the site');
  git('checkout', '-q', 'main');
  say('six');
  const before = await number();
  git('merge', '-q', '-s', 'ours', '--no-commit', 'aside');
  git('checkout', '-q', 'aside', '--', '.');
  git('commit', '-qm', 'as the other side has it');
  t.ok(Number(await number()) > Number(before), 'a merge that takes a change back is a change');
});

t.test('a number by git is of what git has', async (t) => {
  const { site } = siteIn(t);
  const git = (...words: string[]) =>
    execFileSync('git', ['-C', site, '-c', 'user.name=a', '-c', 'user.email=a@example.net', ...words]);
  git('init', '-q');
  git('config', 'status.showUntrackedFiles', 'no');
  writeFileSync(join(site, '.gitignore'), '/build/\n/files/lb.nft\n');
  git('add', '.');
  git('commit', '-qm', 'one');
  await t.rejects(run(site, { generation: 'git' }), {
    code: 'KSN-BUILD-021',
    message: /files\/lb\.nft is not what the commit has/u,
  });
  t.notOk(existsSync(join(site, 'build')));
  git('add', '-f', 'files/lb.nft');
  git('commit', '-qm', 'two');
  t.match(await run(site, { generation: 'git' }), { code: 0 });
  git('update-index', '--assume-unchanged', 'files/lb.nft');
  writeFileSync(join(site, 'files/lb.nft'), '# other\n');
  await t.rejects(run(site, { generation: 'git' }), { code: 'KSN-BUILD-021' }, 'kept from comparison');
  git('update-index', '--no-assume-unchanged', 'files/lb.nft');
  git('checkout', '-q', '.');
  writeFileSync(join(site, 'nodes/lb-c.yaml'), at(site, 'nodes/lb-b.yaml'));
  await t.rejects(run(site, { generation: 'git' }), { code: 'KSN-BUILD-021', message: /not committed/u }, 'untracked');
});

t.test('what is no file is refused, not waited for', async (t) => {
  const { site } = siteIn(t);
  rmSync(join(site, 'files/503.http'));
  execFileSync('/usr/bin/mkfifo', [join(site, 'files/503.http')]);
  rmSync(join(site, 'files/lb.nft'));
  mkdirSync(join(site, 'files/lb.nft'));
  rmSync(join(site, 'files/chrony.conf'));
  symlinkSync('/dev/zero', join(site, 'files/chrony.conf'));
  const { code, err } = await run(site);
  t.equal(code, 1);
  t.match(err, /roles\/lb\.yaml:24:\d+ +KSN-BUILD-014 +files\/503\.http is no file/u);
  t.match(err, /roles\/lb\.yaml:32:\d+ +KSN-BUILD-014 +files\/lb\.nft is a folder/u);
  t.match(err, /base\.yaml:12:\d+ +KSN-BUILD-003 +files\/chrony\.conf is a symbolic link/u);
  t.match(err, /3 errors/u);
});

t.test('what the file system refuses is told by its path in the site, with what helps', async (t) => {
  const { site } = siteIn(t);
  writeFileSync(join(site, 'build'), 'a file');
  await t.rejects(run(site), { code: 'KSN-BUILD-025', element: /site\/build$/u, remedy: /A folder belongs there/u });
  rmSync(join(site, 'build'));
  mkdirSync(join(site, 'build/lb-a.json'), { recursive: true });
  await t.rejects(run(site), {
    code: 'KSN-BUILD-025',
    element: /site\/build\/lb-a\.json$/u,
    remedy: /A file belongs/u,
  });
  rmSync(join(site, 'build'), { recursive: true });
  const name = 'n'.repeat(239);
  writeFileSync(join(site, `nodes/${name}.yaml`), at(site, 'nodes/lb-b.yaml'));
  t.match(await run(site), { code: 0 }, 'the longest name');
  writeFileSync(join(site, `nodes/${name}n.yaml`), at(site, 'nodes/lb-b.yaml'));
  t.match(await run(site), { code: 1, err: /KSN-BUILD-018/u });
});

t.test('what does not go together is refused', async (t) => {
  const { site, keys } = siteIn(t);
  await t.rejects(run(''), { code: 'KSN-CLI-001' });
  await t.rejects(run(site, { show: 'lb-a', check: true }), { code: 'KSN-CLI-001', element: '--check' });
  await t.rejects(run(site, { show: 'lb-a', key: keys }), { code: 'KSN-CLI-001', element: '--key' });
});
