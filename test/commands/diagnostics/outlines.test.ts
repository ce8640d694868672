import t from 'tap';
import fc from 'fast-check';
import { encodeFrame } from '../../../agent/apply/frames.ts';
import { journalOutline } from '../../../agent/commands/diagnostics/journal-outline.ts';
import { specOutline } from '../../../agent/commands/diagnostics/spec-outline.ts';

const header = JSON.stringify({ t: 'header', format: 1, agent: '0.1.0', kinds: {}, bootId: 'b', key: 'Planted' });

t.test('of the journal: kinds, numbers and sizes, and nothing that a record says', (t) => {
  const open = JSON.stringify({ t: 'open', tx: '12', cause: 'Planted', drafts: [{ address: 'file:/Planted' }] });
  const odd = JSON.stringify({ t: 'Planted word', tx: { Planted: 1 } });
  const bytes = Buffer.concat([encodeFrame([header], 1), encodeFrame([open, odd], 3), Buffer.alloc(4_096)]);
  const outline = journalOutline(bytes);
  t.match(outline, {
    size: bytes.length,
    used: bytes.length - 4_096,
    tail: { is: 'clean' },
    format: 1,
    agent: '0.1.0',
    counts: { header: 1, open: 1, unknown: 1 },
    newest: [
      { seq: 1, t: 'header' },
      { seq: 2, t: 'open', tx: '12', bytes: open.length },
      { seq: 3, t: 'unknown' },
    ],
  });
  t.notMatch(JSON.stringify(outline), /Planted/u);
  t.end();
});

t.test('whatever the bytes are, it answers', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, framed) => {
      journalOutline(framed ? Buffer.concat([encodeFrame([header], 1), bytes]) : bytes);
      journalOutline(encodeFrame([Buffer.from(bytes).toString('base64')], 1));
    }),
  );
  t.end();
});

t.test('of a spec: addresses and names of fields, and not one value', (t) => {
  const outline = specOutline({
    metadata: { series: 'lb', generation: 43, annotations: { a: 'Planted' } },
    spec: {
      files: { '/etc/x': { mode: '0600', content: { inline: 'Planted' } } },
      staticPods: { web: { pod: { spec: { containers: [{ env: [{ name: 'P', value: 'Planted' }] }] } } } },
      gates: [{ exec: ['Planted'] }],
      note: 'Planted',
    },
  });
  t.strictSame(outline, {
    series: 'lb',
    generation: 43,
    sections: {
      files: { '/etc/x': ['mode', 'content'] },
      staticPods: { web: ['pod'] },
      gates: '1 of a list',
      note: 'string',
    },
  });
  for (const nothing of [undefined, null, 1, [], 'x', { spec: 3 }]) t.doesNotThrow(() => specOutline(nothing));
  t.end();
});
