import t from 'tap';
import type { Preview } from '../../../agent/plan/preview.ts';
import type { Draft } from '../../../agent/resources/kind.ts';
import { isPending, planText } from '../../../agent/commands/text/plan-text.ts';

function draft(address: Draft<unknown>['address'], over: Partial<Draft<unknown>>): Draft<unknown> {
  return {
    address,
    kind: 'files',
    covers: [address],
    from: {},
    to: {},
    why: 'generation',
    adopts: false,
    claims: [],
    needs: [],
    effects: [],
    undo: 'exact',
    onRemove: 'default',
    summary: '',
    ...over,
  };
}

const preview: Preview = {
  basis: { series: 'lb', generation: 42, journalSeq: 9 },
  from: 'lb/42',
  to: 'lb/44',
  signers: ['ops-1', 'ops-2'],
  waves: [
    [
      draft('file:/etc/haproxy/haproxy.cfg', {
        summary: '+3 -1',
        effects: [{ target: 'pod:haproxy', verb: 'signal', signal: 'SIGUSR2' }],
      }),
    ],
    [draft('pod:keepalived', { kind: 'staticPods', summary: 'image', interrupts: 'stop/start, ~15 s gap' })],
    [draft('file:/etc/cron.d/old', { why: 'prune', summary: 'restore original (taken over in 12)' })],
  ],
  waits: [],
  notes: [],
  held: [],
  busy: [],
  implied: [],
  same: 28,
  withheld: null,
};

t.test('a plan reads as in experience.md', async (t) => {
  t.strictSame(planText(preview), [
    'lb/44 (from 42), signed by ops-1, ops-2',
    '~ file:/etc/haproxy/haproxy.cfg  +3 -1  → SIGUSR2 pod:haproxy, no interruption',
    '~ pod:keepalived                 image  → stop/start, ~15 s gap',
    '- file:/etc/cron.d/old           restore original (taken over in 12)',
    '2 change, 1 removed, 28 same. Reboot: no.',
  ]);
  t.equal(isPending(preview), true);
});

t.test('a node as desired has nothing to do', async (t) => {
  const empty = { ...preview, from: 'lb/44', waves: [], same: 31 };
  t.strictSame(planText(empty), ['lb/44, signed by ops-1, ops-2', '31 same. Reboot: no.']);
  t.equal(isPending(empty), false);
});

t.test('folders that only carry something are shown, and counted apart', async (t) => {
  const folder = draft('directory:/etc/haproxy', { kind: 'directories', from: null, summary: 'create' });
  const lines = planText({ ...preview, waves: [[folder], ...preview.waves], implied: ['directory:/etc/haproxy'] });
  t.match(lines[1], /^\+ directory:\/etc\/haproxy/);
  t.equal(lines.at(-1), '2 change, 1 removed, 28 same, 1 folder on the way. Reboot: no.');
});

t.test('what is taken over as it is, is no change', async (t) => {
  const asItIs = { adopts: true, summary: 'adopt as it is' };
  const taken = ['file:/a', 'file:/b'].map((address) => draft(address as `file:${string}`, asItIs));
  const overwritten = draft('file:/c', { ...asItIs, to: { mode: '0600' }, summary: 'take over: mode' });
  const sum = (...drafts: Draft<unknown>[]) => planText({ ...preview, waves: [drafts] }).at(-1);
  t.equal(sum(...taken), '2 taken over as they are, 28 same. Reboot: no.');
  t.equal(sum(...taken.slice(1), overwritten), '1 change, 1 taken over as it is, 28 same. Reboot: no.');
});

t.test('what waits, is held or stands by itself is said, and so is why nothing is done', async (t) => {
  const reason = { code: 'KSN-X-1', message: 'Vault sealed', fault: 'environment' } as const;
  const lines = planText({
    ...preview,
    signers: [],
    from: null,
    waves: [
      [
        draft('file:/etc/new', { from: null, summary: '12 lines' }),
        draft('file:/etc/chrony.conf', { summary: 'mode' }),
      ],
    ],
    waits: [{ address: 'secret:stats', reason, until: 'input' }],
    held: ['file:/etc/chrony.conf'],
    notes: [{ address: 'file:/etc/edited', reason: { ...reason, message: 'edited since, left' } }],
    implied: [],
    same: 0,
    withheld: 'mode observe',
  });
  t.strictSame(lines, [
    'lb/44 (the first here), unsigned',
    '+ file:/etc/new          12 lines',
    '~ file:/etc/chrony.conf  mode  held, left alone until released',
    'wait  secret:stats      Vault sealed',
    'note  file:/etc/edited  edited since, left',
    '1 new, 1 waiting, 1 held. Reboot: no.',
    'Nothing of it is done now: mode observe.',
  ]);
});
