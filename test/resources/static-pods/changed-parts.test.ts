import t from 'tap';
import { changedParts } from '../../../agent/resources/static-pods/changed-parts.ts';

const container = { name: 'web', image: 'localhost/web:1', env: [{ name: 'TOKEN', value: 'Planted' }] };
const bytes = (spec: object, metadata: object = { name: 'web' }) =>
  Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [container], ...spec } }));
const parts = (before: Buffer, after: Buffer) => changedParts(before, after, 'web');
const base = bytes({});

t.test('parts are named as Kubernetes names them, and nothing that stands in them', async (t) => {
  const env = [{ name: 'OTHER', value: 'Secret' }];
  const more = { ...container, image: 'localhost/web:2', env, args: ['--key=Planted'], resources: {} };
  const volumes = [{ name: 'own', hostPath: { path: '/srv' } }];
  t.same(parts(base, bytes({ containers: [more], volumes, hostNetwork: true })), [
    'args',
    'env',
    'image',
    'resources',
    'hostNetwork',
    'volumes',
  ]);
  t.same(parts(bytes({}, { name: 'web', labels: { a: 'b' } }), base), ['labels']);
});

t.test('another container is another list, and its name stays out', async (t) => {
  const second = { ...container, name: 'planted' };
  t.same(parts(base, bytes({ containers: [container, second] })), ['containers']);
  t.same(parts(base, bytes({ initContainers: [second] })), ['initContainers']);
  const two = (image: string) =>
    bytes({
      containers: [
        { ...container, image },
        { ...second, image },
      ],
    });
  t.same(parts(two('localhost/a:1'), two('localhost/a:2')), ['image'], 'a part of two is named once');
});

t.test('what is written otherwise is the same Pod, and what is none has no parts', async (t) => {
  const yaml = `# ours
apiVersion: v1
kind: Pod
metadata: { name: web, annotations: { keelson.dev/revision: x, keelson.dev/nonce: n1 } }
spec:
  containers: [ { image: "localhost/web:1", name: web, env: [ { value: Planted, name: TOKEN } ] } ]
`;
  t.same(parts(Buffer.from(yaml), base), []);
  t.same(parts(Buffer.from(yaml.replace('web:1', 'web:2')), base), ['image']);
  t.same(parts(Buffer.from('{'), base), []);
  t.same(parts(Buffer.from(yaml.replace('image:', 'imgae:')), base), []);
});
