import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { MemorySysctls } from '../../../agent/host/memory-sysctls.ts';
import { expandSections } from '../../../agent/desired/items.ts';
import { directories } from '../../../agent/resources/directories/index.ts';
import { WaitError } from '../../../agent/resources/kind.ts';
import { sysctls } from '../../../agent/resources/kernel/index.ts';
import { LittleEngine } from '../../contract/little-engine.ts';
import { EngineNode, verified } from '../../support/engine-node.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { plant, type Tree } from '../../support/tree.ts';

const kinds = [directories, sysctls];
const KEEPS = '/etc/sysctl.d/99-zz-keelson-net.ipv4.ip_nonlocal_bind.conf';
const PATH = 'net/ipv4/ip_nonlocal_bind';

async function node(kernel: MemorySysctls, section: Record<string, unknown>, tree: Tree = {}) {
  const host = await memoryHost({ sysctls: kernel });
  await plant(host.hosts.mutate.fs, tree);
  const itemsOf = (some: Record<string, unknown>) => {
    const items = expandSections({ 'kernel.sysctls': some }, kinds, host.context);
    host.stores.learn(items);
    return items;
  };
  return { host, engine: new LittleEngine(kinds, host), items: itemsOf(section), itemsOf };
}

t.test('a value comes now and with a boot; out of the spec it goes back', async (t) => {
  const kernel = new MemorySysctls({ values: { [PATH]: '0' } });
  const { host, engine, items } = await node(kernel, { 'net.ipv4.ip_nonlocal_bind': true });
  const { changes } = await engine.look(items);
  t.equal(changes.find(({ kind }) => kind === 'kernel.sysctls')?.summary, '0 → 1, kept on disk');
  await engine.converge(items);
  t.equal(kernel.values.get(PATH), '1');
  const text = Buffer.from(await host.hosts.read.fs.read(KEEPS)).toString();
  t.match(text, /^net\/ipv4\/ip_nonlocal_bind = 1$/m);
  t.same((await engine.look(items)).changes, []);
  await engine.converge([]);
  t.equal(kernel.values.get(PATH), '0');
  t.equal(await host.hosts.read.fs.lstat(KEEPS), null);
});

t.test('drift in the kernel alone is put right; one edited since is left when it leaves the spec', async (t) => {
  const kernel = new MemorySysctls({ values: { [PATH]: '0' } });
  const { engine, items } = await node(kernel, { 'net.ipv4.ip_nonlocal_bind': 1 });
  await engine.converge(items);
  kernel.values.set(PATH, '0');
  const { changes } = await engine.look(items);
  t.match(changes, [{ why: 'drift', summary: '0 → 1' }]);
  await engine.converge(items);
  t.equal(kernel.values.get(PATH), '1');
  kernel.values.set(PATH, '7');
  const { changes: none, notes } = await engine.look([]);
  t.same(
    none.filter(({ kind }) => kind === 'kernel.sysctls'),
    [],
  );
  t.match(notes, [{ reason: { code: 'KSN-KERNEL-008' }, disown: true }]);
});

t.test('what the kernel says in words of its own is no drift', async (t) => {
  const kernel = new MemorySysctls({
    values: { 'net/ipv4/tcp_rmem': '4096\t131072\t6291456', 'kernel/sysrq': '1', 'kernel/printk': '4\t4\t1\t7' },
    takes: (path, value) =>
      path === 'kernel/printk' ? `${value}\t4\t1\t7` : value.split(' ').join('\t').replace('0x10', '16'),
  });
  const { engine, items } = await node(kernel, {
    'net.ipv4.tcp_rmem': '4096  87380 6291456',
    'kernel.sysrq': '0x10',
    'kernel.printk': 3,
  });
  await engine.converge(items);
  t.equal(kernel.values.get('kernel/sysrq'), '16');
  t.same((await engine.look(items)).changes, []);
});

t.test('a parameter that is not there is waited for, in plan and stage', async (t) => {
  const kernel = new MemorySysctls();
  const { engine, items } = await node(kernel, { 'net.ipv4.conf.eth0/100.rp_filter': 2 });
  const { changes, waits } = await engine.look(items);
  t.same(
    changes.filter(({ kind }) => kind === 'kernel.sysctls'),
    [],
  );
  t.match(waits, [{ until: 'input', reason: { code: 'KSN-KERNEL-001' } }]);
  kernel.values.set('net/ipv4/conf/eth0.100/rp_filter', '0');
  const ready = engine.number((await engine.look(items)).changes);
  kernel.values.delete('net/ipv4/conf/eth0.100/rp_filter');
  await t.rejects(engine.stage(ready), WaitError);
});

t.test('what the kernel does not take is told, and nothing of it stays', async (t) => {
  const fails = async (kernel: MemorySysctls, code: string) => {
    const { host, engine, items } = await node(kernel, { 'net.ipv4.ip_nonlocal_bind': 5 });
    await t.rejects(engine.converge(items), { code });
    t.equal(kernel.values.get(PATH), '0');
    t.equal(await host.hosts.read.fs.lstat(KEEPS), null);
  };
  const values = { [PATH]: '0' };
  await fails(new MemorySysctls({ values, takes: () => null }), 'KSN-KERNEL-002');
  await fails(new MemorySysctls({ values, readOnly: [PATH] }), 'KSN-KERNEL-003');
  await fails(new MemorySysctls({ values, takes: (_, value) => (value === '5' ? '1' : value) }), 'KSN-KERNEL-004');
});

t.test('who else names the parameter is said, in the order of a boot', async (t) => {
  const kernel = new MemorySysctls({ values: { [PATH]: '0' } });
  const { engine, items } = await node(
    kernel,
    { 'net.ipv4.ip_nonlocal_bind': 1 },
    {
      '/usr/lib/sysctl.d/50-default.conf': { file: 'net.ipv4.ip_nonlocal_bind = 0\nnet.ipv4.*.x = 3\n' },
      '/usr/lib/sysctl.d/10-masked.conf': { file: 'net.ipv4.ip_nonlocal_bind = 9\n' },
      '/etc/sysctl.d/10-masked.conf': { file: '' },
      '/run/sysctl.d/20-same.conf': { file: 'net/ipv4/ip_nonlocal_bind = 1\n' },
      '/etc/sysctl.conf': { file: 'net.ipv4.ip_nonlocal_bind = 7\n' },
      '/etc/sysctl.d/zz-last.conf': { link: '../sysctl.conf' },
    },
  );
  const { changes, notes } = await engine.look(items);
  const draft = changes.find(({ kind }) => kind === 'kernel.sysctls');
  t.equal(draft?.summary, '0 → 1, kept on disk; /usr/lib/sysctl.d/50-default.conf says 0');
  t.notMatch(JSON.stringify(draft?.from), 'others', 'and no draft records it');
  t.match(notes, [{ reason: { code: 'KSN-KERNEL-006', message: /zz-last\.conf/ } }]);
});

t.test('two spellings are one parameter', async (t) => {
  const { itemsOf } = await node(new MemorySysctls(), {});
  const claims = itemsOf({ 'net.ipv4.ip_forward': 1, 'net/ipv4/ip_forward': 0 })
    .filter(({ address }) => address.startsWith('sysctl:'))
    .map((item) => item.claims);
  t.strictSame(claims[0], claims[1]);
});

t.test('a guard puts the value back and takes the file away, without the agent', async (t) => {
  const kernel = new MemorySysctls({ values: { [PATH]: '0' } });
  const guarded = { value: 1, guard: { reach: ['tcp:10.0.0.1:22'], within: '30s' } };
  const { engine, items } = await node(kernel, { 'net.ipv4.ip_nonlocal_bind': guarded });
  const { guard } = (await engine.look(items)).changes.find(({ kind }) => kind === 'kernel.sysctls') ?? {};
  t.equal(guard?.seconds, 30);
  t.strictSame(guard?.argv.slice(4), [`{root}/proc/sys/${PATH}`, '0', `{root}${KEEPS}`, '']);
  const root = t.testdir({ proc: { sys: { net: { ipv4: { ip_nonlocal_bind: '1' } } } }, etc: { 'sysctl.d': {} } });
  const [program = '', ...words] = (guard?.argv ?? []).map((word) => word.replace('{root}', root));
  writeFileSync(`${root}${KEEPS}`, 'net/ipv4/ip_nonlocal_bind = 1\n');
  execFileSync(program, words);
  t.equal(readFileSync(`${root}/proc/sys/${PATH}`, 'utf8'), '0\n');
  t.notOk(existsSync(`${root}${KEEPS}`));
});

t.test('a generation that fails its gate leaves the values of the last good one', async (t) => {
  const kernel = new MemorySysctls({ values: { [PATH]: '0', 'net/core/somaxconn': '4096' } });
  const node = await EngineNode.on(undefined, { sysctls: kernel });
  t.teardown(() => node[Symbol.asyncDispose]());
  await node.start();
  const good = await node.accept(verified(1, { 'kernel.sysctls': { 'net.ipv4.ip_nonlocal_bind': 1 } }));
  t.equal(good.running?.generation, 1);
  const gates = [{ file: '/run/never', timeout: '1s' }];
  await node.accept(
    verified(2, {
      'kernel.sysctls': { 'net.ipv4.ip_nonlocal_bind': 0, 'net.core.somaxconn': { value: 8192, gates } },
    }),
  );
  t.equal(kernel.values.get(PATH), '1');
  t.equal(kernel.values.get('net/core/somaxconn'), '4096');
  t.match(await node.text(KEEPS), /= 1$/m);
  t.equal(await node.text('/etc/sysctl.d/99-zz-keelson-net.core.somaxconn.conf'), null);
});
