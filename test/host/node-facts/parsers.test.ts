import fc from 'fast-check';
import t from 'tap';
import { bootcDeployments, rpmOstreeDeployments } from '../../../agent/host/node-facts/deployments.ts';
import { listed } from '../../../agent/host/node-facts/fact-files.ts';
import { meminfo } from '../../../agent/host/node-facts/memory.ts';
import { ipv6Addresses } from '../../../agent/host/node-facts/network.ts';
import { chronyTracking } from '../../../agent/host/node-facts/time.ts';

t.test('lists of the kernel', async (t) => {
  t.strictSame(listed('0-3,8'), [0, 1, 2, 3, 8]);
  for (const wrong of ['', 'a', '1-', '0-3,x', ' 1', '-1', '1-2-3', '0-99999,0-99999']) t.strictSame(listed(wrong), []);
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(4_000)), (numbers) => {
      t.strictSame(listed(numbers.join(',')), numbers);
    }),
  );
  fc.assert(
    fc.property(fc.nat(2_000), fc.nat(2_000), (from, length) => {
      const range = listed(`${from}-${from + length}`);
      t.equal(range.length, length + 1);
      t.equal(range.at(-1), from + length);
    }),
  );
});

t.test('addresses of IPv6 in the shortest form', async (t) => {
  const line = (digits: string) => `${digits} 02 40 00 80     eth0`;
  const shown = (digits: string) => ipv6Addresses(line(digits)).get('eth0')?.[0];
  t.equal(shown('20010db8000000000001000000000001'), '2001:db8::1:0:0:1/64');
  t.equal(shown('20010db8000000010001000100010001'), '2001:db8:0:1:1:1:1:1/64', 'a single group of zeros stays');
  t.equal(shown('00000000000000000000000000000000'), '::/64');
  t.equal(shown('00010000000000000000000000000000'), '1::/64');
  fc.assert(
    fc.property(fc.ipV6(), (written) => {
      // What a URL makes of it is the shortest form too; one with dotted IPv4 is the same number in groups.
      const short = new URL(`http://[${written}]`).hostname.slice(1, -1);
      const [head = '', tail = ''] = short.split('::');
      const groups = (text: string) => (text === '' ? [] : text.split(':'));
      const missing = short.includes('::') ? 8 - groups(head).length - groups(tail).length : 0;
      const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
      t.equal(shown(all.map((group) => group.padStart(4, '0')).join('')), `${short}/64`);
    }),
  );
});

t.test('whatever files and programs say, it is read or left', async (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      t.ok(meminfo(text).size >= 0);
      t.ok(ipv6Addresses(text).size >= 0);
      t.ok(listed(text).every(Number.isSafeInteger));
      const sync = chronyTracking(text);
      t.ok(sync === undefined || sync.by === 'chrony');
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      for (const read of [rpmOstreeDeployments, bootcDeployments]) {
        t.doesNotThrow(() => read(value));
        t.doesNotThrow(() => read({ deployments: [value], status: { booted: value } }));
      }
    }),
  );
});

t.test('deployments that are neither booted nor staged', async (t) => {
  t.equal(rpmOstreeDeployments({}), null);
  t.equal(bootcDeployments({ status: { booted: null } }), null, 'bootc on another system');
  t.strictSame(rpmOstreeDeployments({ deployments: [] }), { by: 'rpm-ostree' });
  const of = (name: string, booted = false) => ({ version: name, booted });
  t.strictSame(
    rpmOstreeDeployments({ deployments: [of('next'), of('now', true), of('before'), of('kept')] }),
    { by: 'rpm-ostree', pending: { version: 'next' }, booted: { version: 'now' }, rollback: { version: 'before' } },
    'a rollback that was asked for, without staging',
  );
});

t.test('chrony that has no source', async (t) => {
  t.strictSame(chronyTracking('00000000,,0,0.000000000,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n'), {
    by: 'chrony',
    synchronised: false,
  });
});
