import {
  appendFileSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { example, keelson, started } from './program.ts';

const config = 'etc/haproxy/haproxy.cfg';

t.test('dev --once applies the example, shows the status, and ends well', async (t) => {
  const root = t.testdir();
  const { code, out, err } = await keelson('--root', root, 'dev', '--once');
  t.equal(code, 0, err);
  t.match(out, /\n\S+ {2}OK {2}running lb\/1 /u);
  t.match(out, /2 placed \(no kubelet here\)/u);
  t.match(readFileSync(join(root, config), 'utf8'), 'bind :6443');

  const status = await keelson('--root', root, 'status');
  t.equal(status.code, 0);
  t.match(status.out, /\nnote {2}the agent is not running; it wrote this /u);
  t.match(await keelson('--root', root, 'status', '--exit-code'), { code: 1 });
  const events = await keelson('--root', root, 'events', '-o', 'json');
  t.match(events.err, 'this is its log on disk');
  t.match((JSON.parse(events.out) as { type: string }[]).at(-1), { type: 'AgentStopping' });
  t.match(await keelson('--root', root, 'plan'), {
    code: 1,
    err: /^KSN-CTL-001 no agent answers on .*\n {3}Fix: Is an agent running on this root\? keelson --root \S+ dev /u,
  });
});

t.test('a root that is set up keeps its configuration, and gets no example', async (t) => {
  const root = t.testdir({ etc: { keelson: { 'config.d': { '20-node.yaml': 'node: { name: lb-a }\n' } } } });
  const { code, out } = await keelson('--root', root, 'dev', '--once');
  t.equal(code, 1, 'nothing is desired yet');
  t.match(out, /\nlb-a {2}WAITING {2}no spec yet/u);
  t.strictSame(readdirSync(join(root, 'etc/keelson/config.d')), ['20-node.yaml']);
  t.strictSame(readdirSync(join(root, 'etc/keelson/specs.d')), []);
  t.match(await keelson('--root', root, 'dev', '--demo'), { code: 1, err: /^KSN-CLI-001 \S+ is set up/u });
});

t.test('dev stays: a hand edit is repaired, a new generation is applied, a bad one comes back', async (t) => {
  const root = t.testdir();
  const dev = started(t, '--root', root, 'dev');
  const at = (...args: string[]) => keelson('--root', root, ...args);
  await dev.says(/lb\/1 is good/u);
  t.match(dev.out, /keelson --root \S+ status/u);

  appendFileSync(join(root, config), '# a hand\n');
  await dev.says(/haproxy\.cfg repaired/u);
  t.notMatch(readFileSync(join(root, config), 'utf8'), 'a hand');

  const spec = (generation: number, content: string) => {
    const text = readFileSync(example, 'utf8')
      .replace(/generation: 1\b/u, `generation: ${generation}`)
      .replace(/deadline: 20s/u, 'deadline: 3s')
      .replace(/^( *)bind :6443$/mu, `$1${content}`);
    const file = join(root, `lb-${generation}.yaml`);
    writeFileSync(file, text);
    return file;
  };
  const second = spec(2, 'bind :6443 ssl');
  const plan = await at('plan', second);
  t.equal(plan.code, 2);
  t.match(
    plan.out,
    /^lb\/2 \(from 1\), unsigned\n~ file:\/etc\/haproxy\/haproxy\.cfg {2}\+1 -1 {2}→ SIGUSR2 pod:haproxy/u,
  );
  t.match(await at('diff', second), { code: 2, out: /\n {2}- +bind :6443\n {2}\+ +bind :6443 ssl\n/u });
  t.match(await at('apply', second), { code: 1, err: /KSN-CLI-003/u }, 'nobody is there to say yes');
  const applied = await at('apply', second, '--yes');
  t.equal(applied.code, 0, applied.err);
  t.match(applied.out, /lb\/2 is good.*\n\S+ {2}OK {2}running lb\/2/su);

  const bad = await at('apply', spec(3, 'bind :7443'), '--yes');
  t.equal(bad.code, 1);
  t.match(bad.out, /ROLLED BACK {2}running lb\/2, wanted lb\/3 \(blocked\)/u);
  t.match(bad.out, /\nwhy {3}file \/etc\/haproxy\/haproxy\.cfg does not contain/u);
  t.match(readFileSync(join(root, config), 'utf8'), 'bind :6443 ssl');

  t.match(await at('hold', 'file:/etc/chrony.conf', '--for', '1h', '--reason', 'ntp'), { code: 0 });
  appendFileSync(join(root, 'etc/chrony.conf'), '# held\n');
  t.match(await at('release', 'file:/etc/chrony.conf'), { code: 0 });
  await dev.says(/chrony\.conf repaired/u);

  const { code, err } = await dev.stop('SIGINT');
  t.equal(code, 0, err);
  t.match(dev.out, /Stopping\.\n· the agent stops|Stopping\./u);
});

t.test('the demo shows both: a repair, and a rollback with its reason', { timeout: 90_000 }, async (t) => {
  const { code, out, err } = await keelson('dev', '--demo');
  t.equal(code, 0, err);
  t.match(out, /repaired.*rolled back to lb\/1.*ROLLED BACK/su);
});

t.test('links in the way of the sandbox: nothing is written where they lead', async (t) => {
  const isRoot = process.getuid?.() === 0;
  const given = (path: string): void => void (isRoot && lchownSync(path, 65_534, 65_534));
  const cases = {
    'etc, with an absolute target': (theirs: string, victim: string) => {
      symlinkSync(victim, join(theirs, 'etc'));
      given(join(theirs, 'etc'));
      return theirs;
    },
    'etc/keelson, up and out': (theirs: string) => {
      mkdirSync(join(theirs, 'etc'));
      symlinkSync('../../victim', join(theirs, 'etc/keelson'));
      for (const path of ['etc', 'etc/keelson']) given(join(theirs, path));
      return theirs;
    },
    'the way to the root': (theirs: string, victim: string) => {
      symlinkSync(victim, join(theirs, 'way'));
      given(join(theirs, 'way'));
      return join(theirs, 'way/sandbox');
    },
    'the root itself': (theirs: string, victim: string) => {
      symlinkSync(victim, join(theirs, 'way'));
      given(join(theirs, 'way'));
      return join(theirs, 'way');
    },
  };
  for (const [name, trap] of Object.entries(cases)) {
    const skip = name === 'the way to the root' && !isRoot ? 'needs root' : false;
    await t.test(name, { skip }, async (t) => {
      const base = t.testdir({ theirs: {}, victim: {} });
      const [theirs, victim] = [join(base, 'theirs'), join(base, 'victim')];
      given(theirs);
      const before = statSync(victim).mtimeMs;
      const { code, err } = await keelson('--root', trap(theirs, victim), 'dev', '--once');
      t.equal(code, 1);
      t.match(err, /^KSN-CLI-002 cannot prepare /u);
      t.strictSame(readdirSync(victim), []);
      t.equal(statSync(victim).mtimeMs, before);
    });
  }
});
