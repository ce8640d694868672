import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { doctor } from '../../agent/commands/doctor.ts';
import type { Examined, Machine } from '../../agent/commands/examined.ts';
import { generateKeys } from '../../agent/verify/keys.ts';
import { mountOf } from '../../agent/commands/mounts.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { fakePort, someStatus } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

/** A machine of which nothing is read but what is told here. */
function fakeMachine(texts: Readonly<Record<string, string>> = {}, programs: readonly string[] = []): Machine {
  return {
    text: async (path) => texts[path] ?? null,
    isProgram: async (path) => programs.includes(path),
    output: async () => null,
    socketHolder: async (inode) => (inode === '4711' ? { pid: 812, name: 'nginx' } : null),
  };
}

async function table(root: string, machine: Machine) {
  const person = fakeInvocation(root);
  const code = await doctor(person, undefined, { output: 'table' }, machine);
  const text = person.printed
    .join('\n')
    .replaceAll(root, 'ROOT')
    .replaceAll(/\d+ MiB/gu, 'N MiB');
  return { code, text };
}

t.test('a host that has everything', async (t) => {
  const root = t.testdir({
    etc: {
      keelson: { 'config.d': { '10.yaml': 'trust: { allowUnsigned: [lb] }\n' }, 'specs.d': { 'lb-1.yaml': '' } },
      issue: '',
      'issue.d': {},
      systemd: { system: { 'multi-user.target.wants': {} } },
    },
    usr: { lib: { systemd: { system: { 'keelson.service': '', 'keelson-guards.service': '' } } } },
    run: { systemd: { system: {} } },
    var: { lib: { keelson: {} } },
  });
  chmodSync(join(root, 'var/lib/keelson'), 0o700);
  symlinkSync('/run/issue.d/keelson.issue', join(root, 'etc/issue.d/keelson.issue'));
  for (const name of ['keelson.service', 'keelson-guards.service'])
    symlinkSync(`/usr/lib/systemd/system/${name}`, join(root, 'etc/systemd/system/multi-user.target.wants', name));
  await serveAgent(t, root, fakePort({ status: someStatus }));
  chmodSync(join(root, 'run/keelson/agent.sock'), 0o660);
  const machine = fakeMachine(
    {
      '/proc/sys/fs/inotify/max_user_watches': '65536\n',
      '/proc/self/limits': 'Max open files            65536                65536                files     \n',
      '/proc/self/mountinfo': '22 1 8:1 / / rw,relatime shared:1 - xfs /dev/vda4 rw,seclabel\n',
      [join(root, 'sys/fs/selinux/enforce')]: '1',
    },
    [join(root, 'usr/bin/kubelet')],
  );
  const { code, text } = await table(root, machine);
  t.equal(
    text.replace(/^.*libc calls.*\n(?: +Next.*\n)?/mu, ''),
    `\
ok  configuration  mode enforce
ok  root folder    ROOT
ok  state folder   /var/lib/keelson: N MiB free
ok  state disk     xfs at /
ok  spec folder    /etc/keelson/specs.d: 1 document
ok  trust roots    0 usable, 1 needed; unsigned allowed: lb
ok  agent          0.1.0 runs: OK
ok  version        0.1.0 is installed and runs
ok  sockets        agent.sock answers, control.sock is for root
ok  guards         none under way
ok  systemd        is the init of this host, and starts the agent
ok  notices        /run/motd.d/10-keelson, /run/issue.d/keelson.issue
ok  clock          the machine's own
ok  watches        65536 for a user
ok  open files     65536 for this shell
ok  SELinux        enforcing
ok  kubelet        /usr/bin/kubelet; manifests go to /etc/kubernetes/manifests
The agent can work here.`,
  );
  t.equal(code, 0);
});

t.test('a host that lacks everything: each with the next step', async (t) => {
  const root = t.testdir({
    etc: { keelson: { 'config.d': { '10.yaml': 'paths: { state: /srv/keelson }\n' } }, issue: '' },
    usr: { lib: { systemd: { system: { 'keelson.service': '' } } } },
    run: { systemd: { system: {} } },
    srv: { keelson: { guards: { '1-2.fired': '', '1-2.sh': '' } } },
  });
  for (const folder of ['srv/keelson', 'srv/keelson/guards']) chmodSync(join(root, folder), 0o755);
  for (const file of ['1-2.fired', '1-2.sh']) chmodSync(join(root, 'srv/keelson/guards', file), 0o600);
  await serveAgent(t, root, fakePort({ status: { ...someStatus, agentVersion: '0.0.9' } }));
  chmodSync(join(root, 'run/keelson/control.sock'), 0o666);
  const machine = fakeMachine({
    '/proc/sys/fs/inotify/max_user_watches': '1024',
    '/proc/self/mountinfo': `22 1 8:1 / / rw - xfs /dev/vda4 rw\n23 22 8:2 / ${join(root, 'srv')} ro - ext4 /dev/vdb rw\n`,
  });
  const { code, text } = await table(root, machine);
  t.equal(
    text.replace(/^.*libc calls.*\n(?: +Next.*\n)?/mu, ''),
    `\
ok       configuration  mode enforce
ok       root folder    ROOT
limited  state folder   /srv/keelson can be read by others (755), 2 such paths
         Next: The next start of the agent closes it; who could read it may have read secrets.
LACKING  state disk     ext4 at ROOT/srv is mounted read-only
         Next: Look why (dmesg), mend it, then mount -o remount,rw ROOT/srv
limited  spec folder    /etc/keelson/specs.d is not there
         Next: mkdir -m 0750 /etc/keelson/specs.d; or systemd-tmpfiles --create
LACKING  trust roots    0 usable, 1 needed
         Next: keelson keygen NAME, then NAME.yaml into /etc/keelson/trust.d.
ok       agent          0.0.9 runs: OK
limited  version        0.0.9 runs, 0.1.0 is installed
         Next: Start the agent anew.
limited  sockets        /run/keelson/control.sock has mode 666, more than 600
         Next: Find who changed it; chmod 600 /run/keelson/control.sock
limited  guards         1 fired: what a change cut off was put back without the agent
         Next: keelson status; the agent rolls that generation back when it runs.
limited  systemd        keelson.service is not enabled: a boot does not start it
         Next: systemctl enable keelson.service
limited  notices        a console does not show /run/issue.d/keelson.issue: there is /etc/issue, and no link at /etc/issue.d/keelson.issue
         Next: systemd-tmpfiles --create keelson.conf
ok       clock          the machine's own
limited  watches        1024 for a user
         Next: sysctl fs.inotify.max_user_watches=8192; above the limit drift is found by looking, not at once.
ok       open files     0 for this shell
ok       SELinux        not on this host; labels are ignored
limited  kubelet        not here: pods are placed, and nothing judges them
         Next: Nothing, on a host without pods.
The agent cannot work here as it should.`,
  );
  t.equal(code, 1);
});

t.test('a key that has expired is none, and one that soon will is told', async (t) => {
  const key = generateKeys().publicPem;
  const looked = async (days: number) => {
    const notAfter = new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+/u, '');
    const file = `name: ops-1\npublicKey: |\n  ${key.trim().replaceAll('\n', '\n  ')}\nseries: ['*']\nnotAfter: ${notAfter}\n`;
    const root = t.testdir({ etc: { keelson: { 'trust.d': { 'ops-1.yaml': file } } } });
    const person = fakeInvocation(root);
    await doctor(person, 'host', { output: 'json' }, fakeMachine());
    return (JSON.parse(person.printed.join('\n')) as Examined[]).find(({ what }) => what === 'trust roots');
  };
  t.match(await looked(-1), { is: 'lacking', detail: '0 usable, 1 expired, 1 needed', next: /^keelson keygen/u });
  t.match(await looked(10), {
    is: 'limited',
    detail: /^1 usable, 1 needed; ops-1 ends on \d/u,
    next: /^keelson keygen/u,
  });
  t.match(await looked(300), { is: 'ok', detail: '1 usable, 1 needed' });
});

t.test('of several subjects there is the host so far; another is refused with what there is', async (t) => {
  const person = fakeInvocation(t.testdir());
  await t.rejects(doctor(person, 'hots', { output: 'table' }, fakeMachine()), {
    code: 'KSN-CLI-009',
    remedy: 'Did you mean host?',
  });
  await t.rejects(doctor(person, 'constructor', { output: 'table' }, fakeMachine()), {
    code: 'KSN-CLI-009',
    remedy: "It takes 'host'.",
  });
});

t.test('the mount that a path lies on', (t) => {
  const info = [
    '22 1 8:1 / / rw,relatime shared:1 - xfs /dev/vda4 rw',
    '23 22 8:2 / /var rw,relatime - ext4 /dev/vdb ro,errors=remount-ro',
    '24 22 0:5 / /var\\040x rw - tmpfs tmpfs rw',
    '25 23 0:6 / /var/lib rw - nfs4 server:/x rw',
    '',
  ].join('\n');
  t.strictSame(mountOf(info, '/etc'), { point: '/', type: 'xfs', readOnly: false });
  t.strictSame(mountOf(info, '/var/x'), { point: '/var', type: 'ext4', readOnly: true });
  t.strictSame(mountOf(info, '/var x/y'), { point: '/var x', type: 'tmpfs', readOnly: false });
  t.strictSame(mountOf(info, '/var/lib/keelson'), { point: '/var/lib', type: 'nfs4', readOnly: false });
  t.equal(mountOf('', '/etc'), null);
  t.end();
});

async function examined(t: Test, status: NodeStatus) {
  const root = t.testdir();
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  await serveAgent(t, root, fakePort({ status }));
  const person = fakeInvocation(root);
  const code = await doctor(person, undefined, { output: 'table' });
  return { code, text: person.printed.join('\n') };
}

t.test('an agent that runs, and knows its node', async (t) => {
  const { code, text } = await examined(t, someStatus);
  t.equal(code, 0, text);
  t.match(text, /ok +agent +0\.1\.0 runs: OK/u);
  t.match(text, /The agent can work here\.$/u);
});

t.test('an agent that does not know its node does not work', async (t) => {
  const reason = { code: 'KSN-APPLY-022', message: 'the node key is lost', fault: 'environment' } as const;
  const { code, text } = await examined(t, { ...someStatus, verdict: 'Unknown', reason, next: 'restore the key' });
  t.equal(code, 1);
  t.match(text, /LACKING +agent +0\.1\.0 runs: UNKNOWN: the node key is lost\n +Next: restore the key/u);
  t.match(text, /cannot work here as it should\.$/u);
});

t.test('one that just looks for the first time, or is in safe mode, is worse than it could be', async (t) => {
  t.match(await examined(t, { ...someStatus, verdict: 'Unknown' }), {
    code: 0,
    text: /limited +agent +0\.1\.0 runs: UNKNOWN/u,
  });
  t.match(await examined(t, { ...someStatus, verdict: 'SafeMode' }), { text: /limited +agent .*SAFE MODE/u });
});

t.test('a state folder that others could have changed', async (t) => {
  const root = t.testdir();
  mkdirSync(join(root, 'var/lib/keelson'), { recursive: true });
  chmodSync(join(root, 'var/lib/keelson'), 0o777);
  const person = fakeInvocation(root);
  t.equal(await doctor(person, undefined, { output: 'table' }), 1);
  t.match(
    person.printed.join('\n'),
    /LACKING +state folder .*\/var\/lib\/keelson can be written by everybody[^]*chmod/u,
  );
});

t.test("where a notice belongs lies something that is not the agent's", async (t) => {
  const looked = async (content: string) => {
    const person = fakeInvocation(t.testdir({ run: { 'motd.d': { '10-keelson': content }, 'issue.d': {} } }));
    await doctor(person, 'host', { output: 'json' }, fakeMachine());
    return (JSON.parse(person.printed.join('\n')) as Examined[]).find(({ what }) => what === 'notices');
  };
  t.match(await looked('Welcome\n'), {
    is: 'limited',
    detail: /^\/run\/motd\.d\/10-keelson is a file .*nothing is shown/u,
  });
  t.match(await looked('keelson: STOPPED at …\n'), { is: 'ok' });
});

t.test('the disk of the state is the one where the links on the way lead', async (t) => {
  const root = t.testdir({ var: {}, srv: { lib: {} }, link: t.fixture('symlink', '.') });
  symlinkSync('/srv/lib', join(root, 'var/lib'));
  const mounts = `22 1 8:1 / / rw - xfs /dev/vda4 rw\n23 22 8:2 / ${join(root, 'srv')} rw - tmpfs tmpfs rw\n`;
  for (const given of [root, join(root, 'link')]) {
    const person = fakeInvocation(given);
    await doctor(person, 'host', { output: 'json' }, fakeMachine({ '/proc/self/mountinfo': mounts }));
    const found = JSON.parse(person.printed.join('\n')) as Examined[];
    t.match(
      found.find(({ what }) => what === 'state disk'),
      { is: 'limited', detail: `tmpfs at ${join(root, 'srv')} is empty after a boot` },
    );
  }
});

t.test('the port of debug.listen: free, or somebody has it', async (t) => {
  const looked = async (table: string, listen = '127.0.0.1:9464') => {
    const config = `debug: { listen: "${listen}" }\n`;
    const person = fakeInvocation(t.testdir({ etc: { keelson: { 'config.d': { '10.yaml': config } } } }));
    await doctor(person, 'host', { output: 'json' }, fakeMachine({ '/proc/net/tcp': table }));
    return (JSON.parse(person.printed.join('\n')) as Examined[]).find(({ what }) => what === 'debug.listen');
  };
  const line = (local: string, state: string, inode: string) =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;
  t.match(await looked(''), { is: 'ok', detail: '127.0.0.1:9464 is free' });
  t.match(await looked(line('0100007F:24F8', '01', '4711')), { is: 'ok' }, 'a connection is no listener');
  for (const address of ['0100007F', '00000000'])
    t.match(await looked(line(`${address}:24F8`, '0A', '4711')), {
      is: 'limited',
      detail: /^127\.0\.0\.1:9464 is taken, by process 812 \(nginx\)/u,
      next: /another port/u,
    });
  t.match(await looked(line('0100007F:24F8', '0A', '1')), { is: 'limited', detail: /by whom, root can see/u });
});
