import t from 'tap';
import type { NodeStatus } from '../../../agent/report/status.ts';
import type { Reason } from '../../../agent/base/errors.ts';
import { statusText } from '../../../agent/commands/text/status-text.ts';
import { paletteFor } from '../../../agent/commands/text/palette.ts';

const now = Date.UTC(2026, 10, 24, 3, 16, 40);
const minute = 60_000;

function reason(message: string, remedy?: string): Reason {
  return { code: 'KSN-POD-007', message, fault: 'caller', ...(remedy !== undefined && { remedy }) };
}

const ref = (generation: number) => ({ series: 'lb', generation, digest: `sha256:${generation}` });

const rolledBack: NodeStatus = {
  node: 'lb-a',
  agentVersion: '0.1.0',
  bootId: 'b',
  seq: 7,
  at: now,
  verdict: 'RolledBack',
  since: now - 4 * minute,
  reason: reason('pod:haproxy not ready: exit 1, "unknown keyword \'blind\'" haproxy.cfg:31'),
  next: 'fix, sign and push 44; or keelson retry 43 --reason …',
  wanted: ref(43),
  running: ref(42),
  lastKnownGood: ref(42),
  blocked: [{ ...ref(43), reason: reason('x') }],
  mode: 'enforce',
  counts: { ok: 30, held: 1 },
  total: 31,
  resources: [{ address: 'file:/etc/chrony.conf', condition: 'held', since: now - 22 * minute }],
  overrides: [{ id: 'h1', address: 'file:/etc/chrony.conf', by: 'ana', reason: 'ntp', expires: now + 38 * minute + 1 }],
  remarks: [],
};

t.test('a rolled-back node reads as in experience.md', async (t) => {
  t.strictSame(statusText({ status: rolledBack }, { now }), [
    'lb-a  ROLLED BACK  running lb/42, wanted lb/43 (blocked)      4 min ago',
    'why   pod:haproxy not ready: exit 1, "unknown keyword \'blind\'" haproxy.cfg:31',
    'next  fix, sign and push 44; or keelson retry 43 --reason …',
    '      31 resources: 30 ok, 1 held (file:/etc/chrony.conf, ana, 38 min left)',
  ]);
});

t.test('a node that was left has a word of its own', async (t) => {
  const { wanted: _wanted, running: _running, lastKnownGood: _good, reason: _reason, ...rest } = rolledBack;
  const next = 'keelson apply FILE manages it again';
  const status: NodeStatus = { ...rest, verdict: 'Left', next, counts: {}, total: 0, resources: [], overrides: [] };
  t.strictSame(statusText({ status }, { now }), [
    'lb-a  LEFT  nothing is managed                                4 min ago',
    'next  keelson apply FILE manages it again',
  ]);
});

t.test('a reboot that is needed is a line, with the first reason', async (t) => {
  const why = [reason('iommu=pt is not in force'), reason('nouveau is loaded'), reason('hugepages')];
  const lines = (...reasons: typeof why) =>
    statusText({ status: { ...rolledBack, reboot: { needed: true, why: reasons } } }, { now });
  t.ok(lines(...why).includes('boot  reboot needed: iommu=pt is not in force, and 2 more'));
  t.ok(lines(...why.slice(0, 1)).includes('boot  reboot needed: iommu=pt is not in force'));
  t.notMatch(statusText({ status: rolledBack }, { now }).join('\n'), /reboot/u);
});

t.test('why there is a rollback and what keeps it open are two lines', async (t) => {
  const open = reason('command command:hosts failed: exit 1');
  const status: NodeStatus = { ...rolledBack, verdict: 'Degraded', rollbackIncomplete: open };
  t.strictSame(statusText({ status }, { now }).slice(1, 4), [
    'why   pod:haproxy not ready: exit 1, "unknown keyword \'blind\'" haproxy.cfg:31',
    'open  the rollback is not complete: command command:hosts failed: exit 1',
    'next  fix, sign and push 44; or keelson retry 43 --reason …',
  ]);
});

t.test('what waits is listed with its age and detail', async (t) => {
  const status: NodeStatus = {
    ...rolledBack,
    verdict: 'Waiting',
    counts: { ok: 30, waiting: 1 },
    overrides: [],
    resources: [
      {
        address: 'secret:stats',
        condition: 'waiting',
        since: now - 12 * minute,
        reason: reason('Vault sealed'),
        detail: 'last value in use',
      },
    ],
  };
  t.equal(statusText({ status }, { now }).at(-1), 'wait  secret:stats  Vault sealed 12m, last value in use');
});

t.test('a node as desired is two lines', async (t) => {
  const { reason: _reason, next: _next, ...rest } = rolledBack;
  const status: NodeStatus = {
    ...rest,
    verdict: 'OK',
    running: ref(43),
    blocked: [],
    counts: { ok: 29, placed: 2 },
    resources: [],
    overrides: [],
  };
  const resources = [
    { address: 'pod:a', condition: 'placed', since: 0, detail: 'Placed (no kubelet here)' },
    { address: 'pod:b', condition: 'placed', since: 0, detail: 'Placed (no kubelet here)' },
  ] as const;
  t.strictSame(statusText({ status, resources }, { now }), [
    'lb-a  OK  running lb/43                                       4 min ago',
    '      31 resources: 29 ok, 2 placed (no kubelet here)',
  ]);
});

t.test('the last word of a daemon that is down says so', async (t) => {
  const lines = statusText({ status: rolledBack, writtenAt: now - 2 * minute }, { now });
  t.equal(lines[1], 'note  the agent is not running; it wrote this 2 min ago');
  t.equal(
    statusText({ status: rolledBack, writtenAt: now - 2 * minute, silent: 7 }, { now })[1],
    'note  the agent (process 7) does not answer; it wrote this 2 min ago',
  );
});

t.test('nothing that others wrote reaches the terminal as an escape sequence', async (t) => {
  const status = { ...rolledBack, reason: reason('\u001B]0;owned\u0007\u202Etxt') };
  t.equal(statusText({ status }, { now })[1], 'why   \uFFFDtxt');
});

t.test('width and colour change no word', async (t) => {
  const narrow = statusText({ status: rolledBack }, { now, width: 40 });
  t.ok(narrow.slice(1).every((line) => line.length <= 40));
  const coloured = statusText({ status: rolledBack }, { now, palette: paletteFor(true) });
  t.match(coloured[0], '\u001B[31mROLLED BACK\u001B[39m');
  // oxlint-disable-next-line no-control-regex
  t.equal(coloured[0]?.replaceAll(/\u001B\[\d+m/gu, ''), statusText({ status: rolledBack }, { now })[0]);
});
