/**
 * The terminal sketches that the program is built after, beside what it prints. A line that is printed otherwise stands
 * in `differs` with its reason; whatever is in neither must be the same to the letter. What runs is the real engine
 * over the twin, and the command as a person types it.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { plan } from '../../agent/commands/plan.ts';
import { status } from '../../agent/commands/status.ts';
import { validate } from '../../agent/commands/validate.ts';
import { FileTexts } from '../../agent/control/file-texts.ts';
import { noticeLines } from '../../agent/report/notice-text.ts';
import { kinds } from '../../agent/resources/registry.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { fakePort } from '../control/fake-port.ts';
import { EngineNode, recordingEffects, verified, type Sections } from '../support/engine-node.ts';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

const MINUTE = 60_000;
const CONFIG = '/etc/haproxy/haproxy.cfg';
const example = fileURLToPath(new URL('../../examples/site', import.meta.url));

interface Difference {
  readonly printed: string | null;
  readonly because: string;
}

/** `differs`: by the line of the sketch, what stands there in its place; null: nothing does. */
function asSketched(t: Test, printed: readonly string[], sketch: string, differs: Record<string, Difference>): void {
  const lines = sketch.split('\n');
  for (const line of Object.keys(differs)) t.ok(lines.includes(line), `of the sketch: ${line}`);
  const expected = lines.flatMap((line) => {
    const difference = differs[line];
    if (difference === undefined) return [line];
    return difference.printed === null ? [] : [difference.printed];
  });
  t.strictSame(
    printed,
    expected,
    Object.values(differs)
      .map(({ because }) => because)
      .join('; '),
  );
}

const pod = (name: string, tag: string) => ({
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name, image: `localhost/${name}:${tag}` }] },
  },
});

const haproxy = (lines: readonly string[]) => ({
  content: { inline: ['global', ...lines, ''].join('\n') },
  onChange: { 'pod:haproxy': { signal: 'SIGUSR2' } },
});

/** 31 resources; without `cron` one goes. */
function sections(over: Sections = {}, cron = true): Sections {
  const more = Object.fromEntries(
    Array.from({ length: 25 }, (_, n) => [`/srv/${n}`, { content: { inline: `${n}\n` } }] as const),
  );
  return {
    files: {
      ...more,
      [CONFIG]: haproxy(['bind :6443', 'maxconn 1']),
      '/etc/chrony.conf': { content: { inline: 'pool\n' } },
      ...(cron && { '/etc/cron.d/old': { content: { inline: 'ours\n' }, onRemove: 'restore' } }),
      ...over.files,
    },
    staticPods: { haproxy: pod('haproxy', '1'), keepalived: pod('keepalived', '1'), ...over.staticPods },
    things: { stats: { value: '1' } },
  };
}

/** A node that took over a file in 12 and runs 42. */
async function nodeAt42(t: Test) {
  const kind = new ScriptedKind();
  const node = await EngineNode.on(undefined, { kinds: [...kinds, kind], effects: [recordingEffects([])] });
  t.teardown(() => node[Symbol.asyncDispose]());
  await node.fs.ensureDirectory('/things', { mode: 0o755, uid: 0, gid: 0 });
  await node.write('/etc/cron.d/old', 'theirs\n');
  await node.start();
  for (const generation of [12, 42]) t.equal((await node.accept(verified(generation, sections()))).verdict, 'OK');
  return { node, kind };
}

/** The node on sockets of a root of its own, asked by a command at the time that it is there; `spec`: what is given. */
async function asked(t: Test, node: EngineNode, spec?: VerifiedSpec) {
  const root = t.testdir();
  const port = fakePort();
  const texts = new FileTexts({
    fs: node.fs,
    content: (fingerprint) => node.opened.reconciliation.view.content(fingerprint),
    kinds,
  });
  const verify = async () => spec ?? verified(1, {});
  await serveAgent(t, root, { ...port, engine: node.engine, texts, verify });
  return { ...fakeInvocation(root, { input: '{}' }), clock: node.clock };
}

t.test('keelson status: rolled back, with the reason and the next step', async (t) => {
  const { node, kind } = await nodeAt42(t);
  const failing = { type: 'file', path: CONFIG, contains: 'bind :6443', boot: false, timeoutMs: 1_000 } as const;
  const sketched = sections({ files: { [CONFIG]: haproxy(['blind :6443', 'maxconn 1']) } });
  t.equal((await node.accept(verified(43, sketched, { gates: [failing] }))).verdict, 'RolledBack');
  await node.engine.override({
    id: 'h-1',
    address: 'file:/etc/chrony.conf',
    kind: 'hold',
    by: 'ana',
    since: node.clock.now(),
    reason: 'ntp',
    expires: node.clock.now() + 42 * MINUTE + 5_000,
  });
  await node.write('/etc/chrony.conf', 'server\n');
  kind.script('stats').waits = 'Vault sealed';
  await node.write('/things/stats', '0');
  await node.clock.advance(4 * MINUTE + 4_000);

  const person = await asked(t, node);
  const options = { output: 'table', all: false, watch: false, exitCode: true } as const;
  t.equal(await status(person, options), 1);
  asSketched(
    t,
    person.printed,
    `lb-a  ROLLED BACK  running lb/42, wanted lb/43 (blocked)      4 min ago
why   pod:haproxy not ready: exit 1, "unknown keyword 'blind'" haproxy.cfg:31
next  fix, sign and push 44; or keelson retry 43 --reason …
      31 resources: 30 ok, 1 held (file:/etc/chrony.conf, ana, 38 min left)
wait  secret:stats  Vault sealed 12m, last value in use
cert  haproxy 19d left, serial 7f:3a served on :6443
link  coordinator ok 6s   selinux enforcing   reboot not needed`,
    {
      [`why   pod:haproxy not ready: exit 1, "unknown keyword 'blind'" haproxy.cfg:31`]: {
        printed: 'why   file /etc/haproxy/haproxy.cfg does not contain the text asked for',
        because: 'what kubelet says of a container belongs to a later issue: a gate of a file stands for it',
      },
      ['      31 resources: 30 ok, 1 held (file:/etc/chrony.conf, ana, 38 min left)']: {
        printed:
          '      31 resources: 27 ok, 2 placed (no kubelet here), 1 waiting, 1 held (file:/etc/chrony.conf, ana, 38 min left)',
        because: 'pods that nobody judges are not called ok, and neither is what waits',
      },
      ['wait  secret:stats  Vault sealed 12m, last value in use']: {
        printed: 'wait  thing:stats  Vault sealed 4m',
        because: 'secrets are a kind of a later issue: a scripted thing waits here',
      },
      ['cert  haproxy 19d left, serial 7f:3a served on :6443']: { printed: null, because: 'certificates come later' },
      ['link  coordinator ok 6s   selinux enforcing   reboot not needed']: {
        printed: null,
        because: 'so do the coordinator, SELinux and reboots',
      },
    },
  );
});

t.test('keelson plan: what changes, what that does to what runs, and the sum', async (t) => {
  const { node } = await nodeAt42(t);
  const wanted = sections(
    {
      files: { [CONFIG]: haproxy(['bind :6443', 'maxconn 2', 'nbthread 4', 'daemon']) },
      staticPods: { keepalived: pod('keepalived', '2') },
    },
    false,
  );
  const person = await asked(t, node, { ...verified(44, wanted), signers: ['ops-1', 'ops-2'] });
  t.equal(await plan(person, '-', { output: 'table', basis: false }), 2, 'exit 2');
  asSketched(
    t,
    person.printed,
    `lb/44 (from 42), signed by ops-1, ops-2
~ file:/etc/haproxy/haproxy.cfg   +3 -1   → SIGUSR2 pod:haproxy, no interruption
~ pod:keepalived  image               → stop/start, ~15 s gap; peer lb-b healthy ✓
- file:/etc/cron.d/old            restore original (taken over in 12)
2 change, 1 removed, 28 same. Reboot: no.`,
    {
      ['~ file:/etc/haproxy/haproxy.cfg   +3 -1   → SIGUSR2 pod:haproxy, no interruption']: {
        printed: '~ file:/etc/haproxy/haproxy.cfg  +3 -1  → SIGUSR2 pod:haproxy, no interruption',
        because: 'columns are two blanks apart everywhere',
      },
      ['~ pod:keepalived  image               → stop/start, ~15 s gap; peer lb-b healthy ✓']: {
        printed: '- file:/etc/cron.d/old           restore original (taken over in 12)',
        because: 'the order is that of the work',
      },
      ['- file:/etc/cron.d/old            restore original (taken over in 12)']: {
        printed: '~ pod:keepalived                 image  → stop/start, ~15 s gap',
        because: 'peers come with `disruption`',
      },
    },
  );
});

t.test('keelson validate: the place, the code, what is wrong, the remedy', async (t) => {
  const site = join(t.testdir(), 'site');
  cpSync(example, site, { recursive: true, filter: (path) => !/\/build$|generations[.]json$/u.test(path) });
  const manifest = join(site, 'pods/haproxy.yaml');
  const mountsFile = readFileSync(manifest, 'utf8').replace('path: /etc/haproxy,', 'path: /etc/haproxy/haproxy.cfg,');
  writeFileSync(manifest, mountsFile);
  writeFileSync(join(site, 'nodes/lb-c.yaml'), 'extends: [../roles/lb.yaml]\nvars: { peer: 10.20.0.12 }\n');
  const person = fakeInvocation('/');
  t.equal(await validate(person, [join(site, 'roles/lb.yaml')], { output: 'table' }), 1, 'exit 1');
  asSketched(
    t,
    person.printed.map((line) => line.replaceAll(/\S*\/site\//gu, '')),
    `roles/lb.yaml:38:7  KSN-SPEC-014  pod:haproxy mounts the file /etc/haproxy/haproxy.cfg
   Its replacement is invisible to the container.  Fix: mount /etc/haproxy
roles/lb.yaml:9:3   KSN-SPEC-022  vars.vrrpPriority has no value for lb-c
   Fix: set it in nodes/lb-c.yaml
2 errors. Nothing was written.`,
    {
      ['roles/lb.yaml:38:7  KSN-SPEC-014  pod:haproxy mounts the file /etc/haproxy/haproxy.cfg']: {
        printed: 'pods/haproxy.yaml:41:35  KSN-SPEC-014  pod:haproxy mounts the file /etc/haproxy/haproxy.cfg',
        because: 'the manifest has a file of its own, and the mount stands there',
      },
      ['roles/lb.yaml:9:3   KSN-SPEC-022  vars.vrrpPriority has no value for lb-c']: {
        printed: 'roles/lb.yaml:9:3        KSN-SPEC-022  vars.vrrpPriority has no value for lb-c',
        because: 'codes are one column',
      },
    },
  );
});

t.test('motd: what, why, the next step', async (t) => {
  const { node } = await nodeAt42(t);
  const unwell = { type: 'file', path: '/run/never', boot: false, timeoutMs: 1_000 } as const;
  const now = await node.accept(verified(43, sections(), { gates: [unwell] }));
  asSketched(
    t,
    noticeLines(now),
    `keelson: lb/43 ROLLED BACK to 42 at 03:12:40Z, service gap 21 s.
  pod:haproxy failed its gate (KSN-POD-007). 42 healthy since 03:13:01Z.
  43 will not be retried. keelson explain KSN-POD-007`,
    {
      ['keelson: lb/43 ROLLED BACK to 42 at 03:12:40Z, service gap 21 s.']: {
        printed: 'keelson: lb/43 ROLLED BACK to 42 at 2026-01-15 03:00:12Z.',
        because: 'who reads it may come days later; nobody measures yet how long a service was away',
      },
      ['  pod:haproxy failed its gate (KSN-POD-007). 42 healthy since 03:13:01Z.']: {
        printed: '  file /run/never is not there (KSN-GATE-001). 42 healthy since 2026-01-15 03:00:13Z.',
        because: 'a gate of a file stands for the state of a pod',
      },
      ['  43 will not be retried. keelson explain KSN-POD-007']: {
        printed: '  43 will not be retried. keelson explain KSN-GATE-001',
        because: 'it is the code of that gate',
      },
    },
  );
});
