/** What a reviewer reads of a change before it is signed: the values of plain fields, and no secret. */
import t from 'tap';
import { buildText } from '../../agent/commands/text/build-text.ts';
import { documentChanges } from '../../agent/authoring/document-diff.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { built, HEAD, memorySite, put } from './site-maker.ts';

/** The lines of the changes from one spec to the other, without those of texts. */
async function changesOf(before: object, after: object): Promise<readonly string[]> {
  const layer = (spec: object) => `${HEAD}spec: ${JSON.stringify(spec)}\n`;
  const { fs } = await memorySite({ 'nodes/lb-a.yaml': layer(before) });
  await built(fs);
  await put(fs, { 'nodes/lb-a.yaml': layer(after) });
  const { built: nodes, outputs } = await built(fs);
  const lines = buildText({ built: nodes, outputs, folder: 'build', check: false, signers: 0 });
  return lines.filter((line) => /^[~+-] /u.test(line));
}

const file = (more: object = {}) => ({ '/etc/x': { content: { inline: 'a\n' }, ...more } });
const container = (more: object) => ({
  staticPods: { web: { pod: { spec: { containers: [{ name: 'web', image: 'r.example/web:1', ...more }] } } } },
});
const sysctl = (value: unknown) => ({ kernel: { sysctls: { 'net.core.somaxconn': value } } });
const OF = 'fedcba9876543210'.repeat(4);

const cases: readonly (readonly [name: string, before: object, after: object, lines: readonly string[]])[] = [
  ['a number', sysctl(8192), sysctl(16384), ['~ sysctl:net.core.somaxconn  8192 → 16384']],
  ['what was not there', { files: file() }, { files: file({ mode: '0600' }) }, ['~ file:/etc/x  mode (unset) → 0600']],
  [
    'several',
    { files: file({ mode: '0644', owner: 'root' }) },
    { files: file({ mode: '0600' }) },
    ['~ file:/etc/x  mode 0644 → 0600, owner root → (unset)'],
  ],
  [
    'content that became secret',
    { files: file() },
    { files: { '/etc/x': { content: { inline: 'b\n' }, mode: '0600' } } },
    ['~ file:/etc/x  content.inline, mode (unset) → 0600'],
  ],
  [
    'a note and the text of a gate are prose',
    { files: file({ note: 'a' }), gates: [{ file: '/etc/x', contains: 'a', timeout: '5s' }] },
    { files: file({ note: 'b' }), gates: [{ file: '/etc/x', contains: 'b', timeout: '9s' }] },
    ['~ file:/etc/x  note', '~ spec.gates  [0].contains, [0].timeout 5s → 9s'],
  ],
  [
    'health',
    { health: { stableFor: '60s' } },
    { health: { stableFor: '2s', deadline: '10s' } },
    ['~ spec.health  deadline (unset) → 10s, stableFor 60s → 2s'],
  ],
  [
    'of a pod its image and ports, and nothing that programs are told',
    container({ env: [{ name: 'PIN', value: '1111' }], args: ['a'], ports: [{ containerPort: 80 }] }),
    container({
      image: `r.example/web:2@sha256:${OF}`,
      env: [{ name: 'PIN', value: '2222' }],
      args: ['b'],
      ports: [{ containerPort: 81 }],
    }),
    [
      `~ pod:web  ${[
        'pod.spec.containers[0].args[0]',
        'pod.spec.containers[0].env[0].value',
        `pod.spec.containers[0].image r.example/web:1 → r.example/web:2@sha256:${OF}`,
        'pod.spec.containers[0].ports[0].containerPort 80 → 81',
      ].join(', ')}`,
    ],
  ],
  [
    'a target that is long',
    { links: { '/etc/l': { target: '/a' } } },
    { links: { '/etc/l': { target: `/${'b'.repeat(128)}` } } },
    ['~ link:/etc/l  target'],
  ],
];

for (const [name, before, after, lines] of cases)
  t.test(name, async (t) => t.strictSame(await changesOf(before, after), lines));

t.test('whatever stands in a document of before', async (t) => {
  const fields = (section: string, key: string, was: unknown, is: unknown) =>
    documentChanges({ spec: { [section]: { [key]: was } } }, { spec: { [section]: { [key]: is } } }, kinds)[0]?.fields;
  const target = (was: string) => fields('links', '/l', { target: was }, { target: '/a' });
  t.strictSame(target('/b'), [{ path: 'target', values: { before: '/b', after: '/a' } }]);
  for (const hidden of [
    '',
    'a\nb',
    '\u001B[2J',
    'a\u202Eb',
    `hvs.${'a'.repeat(30)}`,
    'password=abc',
    `$6$${'x'.repeat(40)}`,
  ])
    t.strictSame(target(hidden), [{ path: 'target' }], JSON.stringify(hidden));
  const changes = documentChanges(
    { spec: { kernel: { sysctls: { 'net.ipv4.tcp_fastopen_key': 'a-b' } } } },
    { spec: { kernel: { sysctls: { 'net.ipv4.tcp_fastopen_key': 'c-d' } } } },
    kinds,
  );
  t.strictSame(changes, [{ mark: '~', address: 'sysctl:net.ipv4.tcp_fastopen_key', fields: [{ path: '' }] }]);
});
