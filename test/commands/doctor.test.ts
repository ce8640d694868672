import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { doctor } from '../../agent/commands/doctor.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import { fakePort, someStatus } from '../control/fake-port.ts';
import { fakeInvocation, serveAgent } from './fake-invocation.ts';

async function examined(t: Test, status: NodeStatus) {
  const root = t.testdir();
  mkdirSync(join(root, 'etc/keelson/config.d'), { recursive: true });
  writeFileSync(join(root, 'etc/keelson/config.d/10.yaml'), 'trust: { allowUnsigned: [lb] }\n');
  await serveAgent(t, root, fakePort({ status }));
  const person = fakeInvocation(root);
  const code = await doctor(person, { output: 'table' });
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
  t.equal(await doctor(person, { output: 'table' }), 1);
  t.match(
    person.printed.join('\n'),
    /LACKING +state folder .*\/var\/lib\/keelson can be written by everybody[^]*chmod/u,
  );
});
