/** A manifest of somebody else's with the very pod of the spec stays as it lies: another text or name is another pod to kubelet. */
import t, { type Test } from 'tap';
import { podEffects } from '../../../agent/resources/static-pods/effects.ts';
import { EngineNode, recordingEffects, verified, type Sections } from '../../support/engine-node.ts';
import { pod } from './pods.ts';

const PATH = '/etc/kubernetes/manifests/web.yaml';
const TEXT = `# by Ansible
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - image: registry.example.net/web:1   # the first
      name: web
`;

const asked = (image = 'registry.example.net/web:1', more: object = {}): Sections => ({
  staticPods: { web: { pod: pod({ container: { image } }), manifest: 'web.yaml', ...more } },
});

async function taken(t: Test, effects = [recordingEffects([])]): Promise<EngineNode> {
  const node = await EngineNode.on(undefined, { effects });
  t.teardown(() => node[Symbol.asyncDispose]());
  await node.write(PATH, TEXT, 0o644);
  await node.start();
  const [draft] = (await node.engine.preview(verified(1, asked()))).waves.flat();
  t.match(draft, { address: 'pod:web', adopts: true, summary: 'adopt as it is' });
  t.equal((await node.accept(verified(1, asked()))).verdict, 'OK');
  t.equal(await node.text(PATH), TEXT);
  t.equal((await node.fs.lstat(PATH))?.mode, 0o644);
  return node;
}

const rest = (node: EngineNode): Promise<void> => node.clock.advance(2 * 60 * 60_000);

t.test('taken over it is as it was, and so it stays', async (t) => {
  const node = await taken(t);
  await rest(node);
  t.equal(await node.text(PATH), TEXT);
  t.same(await (await node.outside()).list('/etc/kubernetes/manifests'), ['web.yaml'], 'and there is no second one');
  t.same((await node.engine.preview()).waves, []);
  const again = await node.crash();
  t.teardown(() => again[Symbol.asyncDispose]());
  await again.start();
  await rest(again);
  t.equal(await again.text(PATH), TEXT, 'also after a crash');
});

t.test('another pod is written over it, and leaving brings its text back', async (t) => {
  const node = await taken(t);
  await node.accept(verified(2, asked('registry.example.net/web:2')));
  t.match(await node.text(PATH), /"image": "registry.example.net\/web:2"/);
  await node.accept(verified(3, asked()));
  t.match(await node.text(PATH), /"image": "registry.example.net\/web:1"/, 'ours from now on');
  await node.engine.leave('restore', 'uid 0');
  await node.settled();
  t.equal(await node.text(PATH), TEXT);
  t.equal((await node.fs.lstat(PATH))?.mode, 0o644);
});

t.test('an edit is drift', async (t) => {
  const node = await taken(t);
  await node.write(PATH, TEXT.replace('web:1', 'evil:1'));
  await rest(node);
  t.match(await node.text(PATH), /"image": "registry.example.net\/web:1"/);
  t.match(
    node.events.find(({ type }) => type === 'DriftRepaired'),
    { address: 'pod:web' },
  );
  t.equal(node.engine.status().verdict, 'OK');
});

t.test('another mode is put back in place', async (t) => {
  const node = await taken(t);
  await node.write(PATH, TEXT, 0o666);
  await rest(node);
  t.equal(await node.text(PATH), TEXT);
  t.equal((await node.fs.lstat(PATH))?.mode, 0o644);
});

t.test('a restart makes it ours, under its own name', async (t) => {
  const node = await taken(t, [podEffects]);
  const config = (inline: string): Sections => ({
    ...asked(),
    files: { '/etc/web.conf': { content: { inline }, onChange: { 'pod:web': 'restart' } } },
  });
  await node.accept(verified(2, config('one')));
  t.match(await node.text(PATH), /"keelson.dev\/nonce"/);
  await rest(node);
  t.match(node.engine.status(), { verdict: 'OK' });
  t.same(await (await node.outside()).list('/etc/kubernetes/manifests'), ['web.yaml']);
  const { files } = config('one');
  await node.accept(verified(3, { files: files ?? {} }));
  t.equal(await node.text(PATH), TEXT, 'and its text is back when it leaves the spec');
});

t.test('leaving brings its text back, whatever else goes back', async (t) => {
  const node = await taken(t, [podEffects]);
  const file = { content: { inline: 'x' }, onChange: { 'pod:web': 'restart' } };
  const pods = { web: { ...(asked()['staticPods']?.['web'] as object), dependsOn: ['file:/etc/web.conf'] } };
  await node.accept(verified(2, { staticPods: pods, files: { '/etc/web.conf': file } }));
  await node.engine.leave('restore', 'uid 0');
  await node.settled();
  t.equal(await node.text('/etc/web.conf'), null);
  t.equal(await node.text(PATH), TEXT);
});

t.test('another file name would be a second pod, so it waits', async (t) => {
  const node = await taken(t);
  const { staticPods } = asked() as { readonly staticPods: { readonly web: object } };
  const { manifest: _, ...plain } = staticPods.web as { readonly manifest: string };
  await node.clock.runUntil(node.engine.accept(verified(2, { staticPods: { web: plain } })));
  await node.clock.advance(60 * 60_000);
  t.match(node.engine.status(), { verdict: 'Waiting', reason: { code: 'KSN-POD-021' } });
  t.strictSame(node.engine.status().counts, { waiting: 1 }, 'and nothing there is foreign');
  t.equal(await node.text(PATH), TEXT);
});
