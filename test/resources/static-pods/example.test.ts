import { readFileSync } from 'node:fs';
import t from 'tap';
import { expandSpec } from '../../../agent/desired/items.ts';
import { SpecChecker } from '../../../agent/desired/spec-checker.ts';
import { validateDocument } from '../../../agent/desired/validate.ts';
import { kinds } from '../../../agent/resources/registry.ts';
import { LittleEngine } from '../../contract/little-engine.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { TEST_SETTINGS } from '../../support/test-host.ts';

const file = new URL('../../../examples/edge-node.yaml', import.meta.url);
const text = readFileSync(file, 'utf8');
const checker = await SpecChecker.of(kinds);
const validate = (document: string) =>
  validateDocument(Buffer.from(document), { checker, settings: TEST_SETTINGS, file: 'edge-node.yaml' });

t.test('the example is valid and lands', async (t) => {
  const { findings, spec } = validate(text);
  t.same(findings, []);
  if (spec === null) return;
  const host = await memoryHost();
  const items = expandSpec(spec, kinds, host.context);
  t.equal(items.filter(({ implied }) => implied !== true).length, 31);
  host.stores.learn(items);
  const engine = new LittleEngine(kinds, host);
  await engine.converge(items);
  t.same((await engine.look(items)).changes, []);
  t.ok(
    host.commands.some(({ argv: [program] }) => program === 'grep'),
    'checks were run',
  );
});

t.test('a mount of the file alone is refused where it stands, with the folder to mount', async (t) => {
  const { findings } = validate(text.replace('path: /etc/haproxy, type: Directory', 'path: /etc/haproxy/haproxy.cfg'));
  const line = text.split('\n').findIndex((one) => one.includes('path: /etc/haproxy, type')) + 1;
  t.match(findings, [
    {
      code: 'KSN-SPEC-014',
      message: 'pod:haproxy mounts the file /etc/haproxy/haproxy.cfg. Its replacement is invisible to the container.',
      remedy: 'mount /etc/haproxy',
      place: { file: 'edge-node.yaml', line },
    },
  ]);
});

t.test('a misspelt field of a pod has its line', async (t) => {
  const { findings } = validate(text.replace('          containers:', '          contianers:'));
  const line = text.split('\n').findIndex((one) => one === '          containers:') + 1;
  t.match(findings[0], { code: 'KSN-POD-002', place: { line }, remedy: 'Write containers.' });
});
