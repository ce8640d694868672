import t from 'tap';
import { facts } from '../../agent/commands/facts.ts';
import { fakeInvocation } from './fake-invocation.ts';

t.test('needs no agent, and of a sandbox tells what is in it', async (t) => {
  const root = t.testdir({
    etc: { hostname: 'lb-a\n', 'os-release': 'ID=fedora\nPRETTY_NAME="Fedora CoreOS 44"\n', timezone: 'Asia/Tokyo\n' },
    sys: { block: { sda: { size: '2048\n' } } },
  });
  const table = fakeInvocation(root);
  t.equal(await facts(table, { output: 'table' }), 0);
  t.strictSame(table.printed, [
    'hostname  lb-a',
    'os        Fedora CoreOS 44',
    'time      Asia/Tokyo',
    '',
    'DISK  SIZE   BY    MODEL  PARTITIONS',
    'sda   1 MiB  disk  -      -',
  ]);
  const json = fakeInvocation(root);
  await facts(json, { output: 'json' });
  t.match(JSON.parse(json.printed.join('\n')), { apiVersion: 'keelson.dev/v1', kind: 'NodeFacts', hostname: 'lb-a' });
  const yaml = fakeInvocation(root);
  await facts(yaml, { output: 'yaml' });
  t.match(yaml.printed.join('\n'), /^apiVersion: keelson\.dev\/v1\nkind: NodeFacts\n/);
});
