import t from 'tap';
import { NO_SHARED_FIELDS, type SharedFields } from '../../../agent/desired/shared-fields.ts';
import { files } from '../../../agent/resources/files/index.ts';
import type { FileSpec } from '../../../agent/resources/files/spec.ts';
import type { Item, Observation, Owned, Planned, State } from '../../../agent/resources/kind.ts';
import type { FileState, PathState } from '../../../agent/resources/path-state.ts';

const path = '/etc/x';
const address = 'file:/etc/x' as const;
const wanted = file('new');

function file(content: string, more: Partial<FileState> = {}): FileState {
  return { type: 'file', content: `hmac:${content}`, size: 3, mode: '0644', owner: '0', group: '0', ...more };
}

function item(
  shared: Partial<SharedFields> = {},
  spec: Partial<FileSpec> = {},
  state: FileState = wanted,
): Item<FileSpec> {
  const fields = { ...NO_SHARED_FIELDS, ...shared };
  return {
    address,
    spec: { path, state, ...spec },
    drift: fields.drift,
    claims: [`path:${path}`],
    needs: [],
    shared: fields,
  };
}

function row(
  last: State<PathState>,
  original: State<PathState> = null,
  onRemove: Owned<PathState>['onRemove'] = 'default',
) {
  return {
    address,
    kind: 'files',
    stateVersion: 1,
    original,
    last,
    claims: [`path:${path}` as const],
    needs: [],
    onRemove,
  };
}

function plan(
  seen: State<PathState> | Observation<PathState>,
  wants: Item<FileSpec> | null,
  owned: Owned<PathState> | null = null,
  series?: string,
): Planned<PathState> {
  const observation = seen !== null && ('unknown' in seen || 'state' in seen) ? seen : { state: seen };
  return files.plan({
    targets: [{ address, item: wants, owned }],
    seen: new Map([[address, observation]]),
    now: 0,
    ...(series !== undefined && { series }),
  });
}

const noneOf = (planned: Planned<PathState>) =>
  planned.changes.length === 0 && planned.waits.length === 0 && (planned.notes ?? []).length === 0;
const only = (planned: Planned<PathState>) => planned.changes[0];

t.test('what is wanted', (t) => {
  t.match(only(plan(null, item())), {
    from: null,
    to: wanted,
    adopts: false,
    why: 'generation',
    summary: 'create',
    undo: 'exact',
  });
  t.ok(noneOf(plan(wanted, item(), row(wanted))), 'as desired');
  t.match(only(plan(file('old'), item(), row(file('old')))), { why: 'generation', summary: 'content', adopts: false });
  t.match(only(plan(file('new', { mode: '0600' }), item(), row(wanted))), {
    why: 'drift',
    summary: 'mode 0600 → 0644',
  });
  t.match(only(plan({ type: 'link', target: 'y' }, item(), row(wanted))), { why: 'drift', summary: 'link → file' });
  t.match(only(plan(null, item(), row(wanted))), { why: 'drift', from: null });
  t.match(
    only(plan(wanted, item(), row(file('old')))),
    { from: wanted, to: wanted, summary: 'record', adopts: false },
    'somebody was first',
  );
  t.end();
});

t.test('adoption', (t) => {
  t.match(only(plan(file('old'), item())), { adopts: true, summary: 'take over: content' });
  t.match(only(plan(wanted, item())), { adopts: true, from: wanted, to: wanted, summary: 'adopt as it is' });
  t.end();
});

t.test('drift', (t) => {
  t.ok(noneOf(plan(file('old'), item({ drift: 'ignore' }), row(wanted))));
  const reported = plan(file('old'), item({ drift: 'report' }), row(wanted));
  t.same(reported.changes, []);
  t.match(reported.notes, [{ address, reason: { code: 'KSN-FILE-012', message: /content/ } }]);
  t.match(
    only(plan(file('old'), item({ drift: 'ignore' }), row(file('old')))),
    { why: 'generation' },
    'a new generation is no drift',
  );
  t.match(only(plan(null, item({ drift: 'report' }))), { summary: 'create' }, 'nor is what was never ours');
  t.end();
});

t.test('removal', (t) => {
  t.match(only(plan(wanted, null, row(wanted))), { from: wanted, to: null, why: 'prune', summary: 'delete' });
  t.match(only(plan(wanted, null, row(wanted, file('old')))), {
    to: file('old'),
    summary: 'restore original (taken over)',
  });
  const taken = { ...row(wanted, file('old', { mode: '0600' })), takenIn: { series: 'lb', generation: 12 } };
  t.match(only(plan(wanted, null, taken, 'lb')), {
    summary: 'restore original (taken over in 12): mode 0644 → 0600',
  });
  t.match(only(plan(wanted, null, taken, 'web')), { summary: /in lb\/12/u }, 'of another series');
  t.match(only(plan(wanted, null, row(wanted, file('old'), 'delete'))), { to: null });
  t.match(only(plan(wanted, null, row(wanted, null, 'restore'))), { to: null }, 'there was nothing');
  for (const [seen, owned, code] of [
    [null, row(wanted), 'KSN-FILE-010'],
    [wanted, row(wanted, file('old'), 'keep'), 'KSN-FILE-011'],
    [file('edited'), row(wanted), 'KSN-FILE-009'],
    [wanted, row(wanted, wanted), 'KSN-FILE-011'],
    [wanted, row(wanted, file('old', { unsaved: true })), 'KSN-FILE-023'],
    [wanted, row(wanted, { type: 'other' }), 'KSN-FILE-023'],
  ] as const) {
    const planned = plan(seen, null, owned);
    t.same(planned.changes, []);
    t.match(planned.notes, [{ address, disown: true, reason: { code } }]);
  }
  t.match(
    plan(wanted, null),
    { changes: [], notes: [{ address, reason: { code: 'KSN-FILE-013' } }] },
    'a foreign thing',
  );
  t.ok(noneOf(plan(null, null)));
  t.end();
});

t.test('what is unknown waits', (t) => {
  const reason = { code: 'KSN-FILE-008', message: 'x', fault: 'environment' } as const;
  t.match(plan({ unknown: reason }, item()), { changes: [], waits: [{ address, reason, until: 'input' }] });
  t.match(plan({ unknown: reason }, null, row(wanted)), { changes: [], waits: [{ address }] });
  t.match(files.plan({ targets: [{ address, item: item(), owned: null }], seen: new Map(), now: 0 }), {
    changes: [],
    waits: [{ address }],
  });
  t.end();
});

t.test('labels', (t) => {
  const labelled = { ...wanted, label: 'system_u:object_r:etc_t:s0' };
  t.ok(noneOf(plan(labelled, item(), row(wanted))), 'left to the policy');
  t.match(
    only(plan({ ...labelled, content: 'hmac:old' }, item(), row(wanted))),
    { to: labelled },
    'and not taken away',
  );
  const other = file('new', { label: 'system_u:object_r:container_file_t:s0' });
  t.match(only(plan(labelled, item({}, {}, other), row(other))), { summary: /^label .*etc_t.* → .*container_file_t/ });
  t.ok(noneOf(plan(wanted, item({}, {}, other), row(other))), 'where labels cannot be read');
  t.end();
});

t.test('backup: none', (t) => {
  const spec = { backup: 'none' } as const;
  t.match(only(plan(file('old'), item({}, spec))), { backup: 'none', undo: 'none', from: { unsaved: true } });
  t.match(only(plan(file('new', { mode: '0600' }), item({}, spec))), { undo: 'exact' }, 'attributes can be put back');
  t.match(only(plan(null, item({}, spec))), { undo: 'exact', from: null });
  t.match(
    only(plan(file('old'), item({}, spec), row(wanted))),
    { undo: 'exact', why: 'drift' },
    'a repair stays anyway',
  );
  t.end();
});

t.test('a file too large to be looked into', (t) => {
  const large = { type: 'large', size: 15 * 2 ** 40 } as const;
  const differs = { summary: 'content (15 TiB)', from: large };
  t.match(only(plan(large, item(), row(wanted))), { ...differs, why: 'drift', adopts: false });
  t.match(only(plan(large, item())), { summary: 'take over: content (15 TiB)', adopts: true });
  t.match(only(plan(large, item({}, { backup: 'none' }))), { undo: 'none', from: large });
  t.match(plan(large, item({ drift: 'report' }), row(wanted)), {
    changes: [],
    notes: [{ reason: { code: 'KSN-FILE-012', message: /content \(15 TiB\)/ } }],
  });
  t.match(plan(large, null, row(wanted)), { changes: [], notes: [{ disown: true, reason: { code: 'KSN-FILE-009' } }] });
  t.match(plan(wanted, null, row(wanted, large)), { changes: [], notes: [{ reason: { code: 'KSN-FILE-023' } }] });
  const link = { ...item(), spec: { path, state: { type: 'link', target: 'x' }, backup: 'none' } } as never;
  t.match(only(plan(large, link)), { undo: 'none', summary: 'take over: file (15 TiB) → link' });
  t.end();
});

t.test('what a change carries', (t) => {
  const onChange = [{ target: 'process:x', verb: 'signal', signal: 'SIGHUP' }] as const;
  const check = { argv: ['true'], timeoutMs: 1 };
  const shared = { onChange, check, guard: { reach: ['coordinator'], withinMs: 1500 }, onRemove: 'keep' } as const;
  t.match(only(plan(null, item(shared))), {
    kind: 'files',
    covers: [address],
    claims: ['path:/etc/x'],
    effects: onChange,
    check,
    guard: { seconds: 2, argv: [] },
    onRemove: 'keep',
  });
  t.match(
    only(plan(wanted, null, { ...row(wanted), effects: onChange })),
    { effects: onChange },
    'a removal owes the same',
  );
  t.end();
});

t.test('in words', (t) => {
  const words = (from: State<PathState>, to: State<PathState>) =>
    files.describe?.({ ...only(plan(null, item())), from, to } as never);
  t.equal(words(null, wanted), '+ type file\n+ content 3 bytes\n+ mode 0644\n+ owner 0\n+ group 0');
  t.equal(words(wanted, file('x', { size: 7, mode: '0755' })), '~ content 3 bytes → 7 bytes\n~ mode 0644 → 0755');
  t.equal(words(wanted, file('x')), '~ content changed');
  t.equal(
    words(file('x', { mode: '0600' }), file('y', { mode: '0600', size: 9 })),
    '~ content changed',
    'not even a size',
  );
  t.equal(words({ type: 'link', target: 'a' }, { type: 'link', target: 'b' }), '~ target a → b');
  t.equal(words(wanted, wanted), 'as it is');
  t.match(words(wanted, { type: 'link', target: 'b' }), /^~ type file → link$/m);
  t.end();
});
