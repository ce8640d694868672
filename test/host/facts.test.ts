import t from 'tap';
import fc from 'fast-check';
import { FACT_NAMES } from '../../agent/desired/facts.ts';
import { readBootId } from '../../agent/host/boot-id.ts';
import { parseOsRelease, readFacts, type KernelFacts } from '../../agent/host/facts.ts';
import { primaryAddress, type AddressSources } from '../../agent/host/primary-address.ts';
import { memoryRoot, temporaryFolder } from '../support/roots.ts';
import { plant } from '../support/tree.ts';

const kernel: KernelFacts = {
  hostname: () => 'from-kernel',
  machine: () => 'x86_64',
  primaryAddress: async () => '10.20.0.11',
};

t.test('each fact comes from its file', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, {
    '/etc/hostname': { file: '# set by Ignition\n\nlb-a\n' },
    '/etc/machine-id': { file: '0123456789abcdef0123456789abcdef\n' },
    '/usr/lib/os-release': { file: 'NAME="Fedora Linux"\nID=fedora\nVERSION_ID=44\nPRETTY_NAME="a \\"b\\""\n' },
    '/etc/os-release': { link: '../usr/lib/os-release' },
  });
  const facts = await readFacts(root.fs, kernel);
  t.strictSame(facts, {
    hostname: 'lb-a',
    machineId: '0123456789abcdef0123456789abcdef',
    architecture: 'x86_64',
    osId: 'fedora',
    osVersion: '44',
    primaryAddress: '10.20.0.11',
  });
  t.strictSame(new Set(Object.keys(facts)), new Set(FACT_NAMES), 'all of the closed list');
});

t.test('what cannot be told is absent', async (t) => {
  await using root = await memoryRoot();
  await plant(root.fs, { '/etc/machine-id': { file: 'uninitialized\n' }, '/etc/os-release': { directory: true } });
  const facts = await readFacts(root.fs, { hostname: () => '', machine: () => '', primaryAddress: async () => null });
  t.strictSame(facts, {});
  t.match(await readFacts(root.fs, kernel), { hostname: 'from-kernel' });
  using _ = root.host.fail(({ primitive }) => (primitive === 'openFile' ? 'EIO' : undefined));
  t.match(await readFacts(root.fs, kernel), { hostname: 'from-kernel' }, 'also where files fail');
});

t.test('os-release as a shell reads it', async (t) => {
  t.strictSame(
    [...parseOsRelease(`A="x \\$y"\nB='it is'\nC=plain\n# D=1\nE=\n lower=1\nF=a b\nG=$(x)\n`)],
    [
      ['A', 'x $y'],
      ['B', 'it is'],
      ['C', 'plain'],
    ],
  );
  fc.assert(fc.property(fc.string(), (text) => parseOsRelease(text).size >= 0));
});

t.test('the primary address is that of the default route', async (t) => {
  const address = (value: string, family: 'IPv4' | 'IPv6') =>
    ({
      address: value,
      family,
      netmask: '',
      mac: '',
      internal: false,
      cidr: null,
      ...(family === 'IPv6' && { scopeid: 0 }),
    }) as never;
  const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  const sources = (route: string, route6 = ''): AddressSources => ({
    readProc: async (path) => {
      if (path === '/proc/net/route') return header + route;
      if (route6 === '') throw new Error('ENOENT');
      return route6;
    },
    interfaces: () => ({
      lo: [address('127.0.0.1', 'IPv4')],
      eth0: [address('169.254.3.4', 'IPv4'), address('10.20.0.11', 'IPv4')],
      eth1: [address('192.0.2.7', 'IPv4')],
      eth2: [address('fe80::1', 'IPv6'), address('2001:db8::5', 'IPv6')],
    }),
  });
  const to = (device: string, metric: number) =>
    `${device}\t00000000\t0100140A\t0003\t0\t0\t${metric}\t00000000\t0\t0\t0\n`;
  t.equal(await primaryAddress(sources(to('eth1', 200) + to('eth0', 100))), '10.20.0.11');
  t.equal(await primaryAddress(sources(to('eth1', 20) + to('eth0', 100))), '192.0.2.7');
  t.equal(
    await primaryAddress(sources('eth0\t0000140A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n')),
    null,
    'no default route',
  );
  const zeros = '0'.repeat(32);
  const six = `${zeros} 00 ${zeros} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth2\n${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200       lo\n`;
  t.equal(await primaryAddress(sources('', six)), '2001:db8::5');
  t.equal(await primaryAddress(sources(to('wg0', 0))), null);
  t.match((await primaryAddress()) ?? '0.0.0.0', /^[0-9a-f.:]+$/, 'on this host');
});

t.test('the boot id', async (t) => {
  t.match(readBootId(), /^[0-9a-f-]{36}$/);
  using folder = temporaryFolder();
  t.throws(() => readBootId(`${folder.path}/none`), { code: 'KSN-HOST-002' });
  t.throws(() => readBootId('/dev/null'), { code: 'KSN-HOST-002' });
});
