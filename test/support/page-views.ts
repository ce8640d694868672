/** Nodes as the page shows them: one of each verdict, and one of any size. */
import type { Reason } from '../../agent/base/errors.ts';
import type { PageView } from '../../agent/debug/page/page-view.ts';
import type { Preview } from '../../agent/plan/preview.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import type { NodeStatus, ResourceCondition, ResourceStatus, Verdict } from '../../agent/report/status.ts';
import type { Address, Draft } from '../../agent/resources/kind.ts';

export const PAGE_NOW = Date.parse('2026-11-24T03:16:40Z');
const minute = 60_000;
const hour = 60 * minute;

export const VERDICTS: readonly Verdict[] = [
  'OK',
  'Changing',
  'Waiting',
  'Held',
  'RolledBack',
  'SafeMode',
  'Left',
  'Observe',
  'Degraded',
  'Unknown',
];

const ref = (generation: number) => ({ series: 'lb', generation, digest: `sha256:${String(generation).repeat(16)}` });

function reason(code: Reason['code'], message: string, remedy: string, more: Partial<Reason> = {}): Reason {
  return { code, message, remedy, fault: 'environment', ...more };
}

const gateFailed = reason(
  'KSN-GATE-001',
  'pod:haproxy not ready: exit 1, “unknown keyword ‘blind’”',
  'Mend what the gate asks for, and push a newer generation.',
  { place: { file: 'haproxy.cfg', line: 31, column: 5 } },
);
const vaultSealed = reason(
  'KSN-VAULT-004',
  'Vault is sealed; the last value stays in use',
  'Unseal Vault: vault operator unseal.',
);
const rival = reason(
  'KSN-ENGINE-021',
  'something else keeps changing it: five repairs in ten minutes, most likely by Ansible',
  'Take the file out of the playbook, or let it go: drift: report.',
);
const crashed = reason(
  'KSN-ENGINE-011',
  'the agent ended abnormally three times in ten minutes, last while applying lb/43',
  'Look at the journal of the last start, then: keelson safe-mode off.',
);
const notLooked = reason('KSN-ENGINE-013', 'not everything was looked at yet', 'Wait a moment.');

function resource(
  address: Address,
  condition: ResourceCondition,
  since: number,
  more: Partial<ResourceStatus> = {},
): ResourceStatus {
  return { address, condition, since: PAGE_NOW - since, ...more };
}

const well: readonly ResourceStatus[] = [
  ...['chrony.conf', 'haproxy/haproxy.cfg', 'keepalived/keepalived.conf', 'sysconfig/nftables.conf'].map((name) =>
    resource(`file:/etc/${name}`, 'ok', 9 * hour),
  ),
  ...Array.from({ length: 22 }, (_, at) => resource(`file:/etc/haproxy/errors/${500 + at}.http`, 'ok', 9 * hour)),
  resource('directory:/etc/haproxy/certs', 'ok', 9 * hour),
  resource('link:/etc/haproxy/current', 'ok', 9 * hour),
  resource('pod:haproxy', 'placed', 9 * hour, { detail: 'Placed (no kubelet here)' }),
  resource('pod:keepalived', 'placed', 9 * hour, { detail: 'Placed (no kubelet here)' }),
];

interface Scene {
  readonly status: Partial<NodeStatus>;
  readonly resources?: readonly ResourceStatus[];
}

const hold = (address: Address | null, id: string) => ({
  id,
  address,
  by: 'ana',
  reason: 'trying a time server',
  expires: PAGE_NOW + 38 * minute,
});

const scenes: Readonly<Record<Verdict, Scene>> = {
  OK: { status: { since: PAGE_NOW - 9 * hour } },
  Changing: {
    status: { wanted: ref(43), since: PAGE_NOW - 42_000 },
    resources: [
      resource('file:/etc/haproxy/haproxy.cfg', 'changing', 12_000, { detail: 'its gate has held 12 s of 60 s' }),
      resource('pod:haproxy', 'changing', 12_000),
    ],
  },
  Waiting: {
    status: { wanted: ref(43), since: PAGE_NOW - 12 * minute, reason: vaultSealed, next: vaultSealed.remedy ?? '' },
    resources: [
      resource('pod:haproxy', 'waiting', 12 * minute, { reason: vaultSealed, detail: 'last value in use' }),
      resource('file:/etc/haproxy/stats.cfg', 'waiting', 73 * minute, { reason: vaultSealed }),
    ],
  },
  Held: {
    status: {
      since: PAGE_NOW - 22 * minute,
      next: 'what differs is held; the diff is shown when the hold ends',
      overrides: [hold('file:/etc/chrony.conf', 'h-12b0d5c9')],
    },
    resources: [resource('file:/etc/chrony.conf', 'held', 20 * minute, { detail: 'ana, 38 min left' })],
  },
  RolledBack: {
    status: {
      since: PAGE_NOW - 4 * minute,
      wanted: ref(43),
      reason: gateFailed,
      next: 'fix, sign and push 44; or keelson retry 43 --reason …',
      blocked: [{ ...ref(43), reason: gateFailed }],
      overrides: [hold('file:/etc/chrony.conf', 'h-12b0d5c9')],
      remarks: [
        reason(
          'KSN-ENGINE-017',
          'the reload of unit:chronyd.service was skipped: nothing here can run it',
          'Run it by hand where it matters.',
        ),
      ],
    },
    resources: [
      resource('file:/etc/chrony.conf', 'held', 20 * minute, { detail: 'ana, 38 min left' }),
      resource('file:/etc/haproxy/stats.cfg', 'waiting', 12 * minute, {
        reason: vaultSealed,
        detail: 'last value in use',
      }),
    ],
  },
  SafeMode: {
    status: { since: PAGE_NOW - 7 * minute, reason: crashed, next: 'keelson safe-mode off, once the cause is mended' },
  },
  Left: {
    status: {
      since: PAGE_NOW - 3 * hour,
      next: 'keelson apply FILE, or a newer generation from a source, manages it again',
    },
  },
  Observe: {
    status: {
      mode: 'observe',
      since: PAGE_NOW - 50 * hour,
      reason: reason('KSN-PLAN-002', 'the content differs', 'keelson diff shows it.'),
      next: 'keelson plan shows what would be done; set mode: enforce to let it happen',
    },
    resources: [
      resource('file:/etc/chrony.conf', 'differs', 50 * hour, {
        reason: reason('KSN-PLAN-002', 'the content differs', 'keelson diff shows it.'),
      }),
    ],
  },
  Degraded: {
    status: {
      since: PAGE_NOW - 31 * minute,
      reason: rival,
      next: rival.remedy ?? '',
      rollbackIncomplete: reason(
        'KSN-ENGINE-022',
        'file:/etc/chrony.conf could not be put back: read-only file system',
        'Mount it writable.',
      ),
    },
    resources: [
      resource('file:/etc/sysconfig/nftables.conf', 'contended', 31 * minute, { reason: rival }),
      resource('file:/etc/chrony.conf', 'failed', 4 * minute, {
        reason: reason('KSN-FILE-011', 'cannot be written: read-only file system', 'Mount it writable.'),
      }),
      resource('file:/etc/kubernetes/manifests/other.yaml', 'foreign', 9 * hour, { detail: 'not ours, left alone' }),
    ],
  },
  Unknown: {
    status: { since: PAGE_NOW - 3_000, reason: notLooked, next: notLooked.remedy ?? '' },
    resources: [resource('link:/etc/haproxy/current', 'unknown', 3_000, { reason: notLooked })],
  },
};

/** Events like those of a bad spec, ended by the newest. */
export function pageEvents(count: number): readonly EventRecord[] {
  const told: readonly Pick<EventRecord, 'type' | 'message' | 'address' | 'reason'>[] = [
    { type: 'SpecAccepted', message: 'lb/43 accepted from folder:/etc/keelson/specs.d/lb.yaml, signed by ops-1' },
    {
      type: 'ResourceChanged',
      message: 'file:/etc/haproxy/haproxy.cfg: content',
      address: 'file:/etc/haproxy/haproxy.cfg',
    },
    { type: 'RollbackStarted', message: 'lb/43 failed its gates, going back to lb/42', reason: gateFailed },
    { type: 'RolledBack', message: 'lb/43 rolled back to lb/42, service gap 21 s', reason: gateFailed },
    { type: 'VerdictGood', message: 'lb/42 is good: every gate held' },
  ];
  return Array.from({ length: count }, (_, at) => ({
    ...(told[(at + told.length * 2_000 - count) % told.length] ?? { type: 'Gap', message: '' }),
    logId: 'log1',
    seq: at + 1,
    at: PAGE_NOW - (count - at) * 47_000,
    bootId: 'b6f1',
  }));
}

/** A node with this verdict. */
export function pageView(verdict: Verdict, more: Partial<PageView> = {}): PageView {
  const { status, resources = [] } = scenes[verdict];
  return viewOf(
    verdict,
    [...resources, ...well.filter(({ address }) => !resources.some((one) => one.address === address))],
    status,
    more,
  );
}

/** A node with `count` resources, a tenth of them not as they should be. */
export function largeView(count: number): PageView {
  const resources = Array.from({ length: count }, (_, at) =>
    at % 10 === 0
      ? resource(`file:/srv/data/${at}.conf`, 'contended', at * 1_000, { reason: rival })
      : resource(`file:/srv/data/${at}.conf`, 'ok', at * 1_000),
  );
  return viewOf('Degraded', resources, scenes.Degraded.status, {});
}

function viewOf(
  verdict: Verdict,
  resources: readonly ResourceStatus[],
  status: Partial<NodeStatus>,
  more: Partial<PageView>,
): PageView {
  const counts: Partial<Record<ResourceCondition, number>> = {};
  for (const { condition } of resources) counts[condition] = (counts[condition] ?? 0) + 1;
  return {
    status: {
      node: 'lb-a',
      agentVersion: '0.1.0',
      bootId: 'b6f1c2d8-5a0e-4a53-9d6f-1a5e0f6a7b21',
      seq: 7,
      at: PAGE_NOW,
      verdict,
      since: PAGE_NOW,
      wanted: ref(42),
      running: ref(42),
      lastKnownGood: ref(42),
      blocked: [],
      mode: 'enforce',
      counts,
      total: resources.length,
      resources: resources.filter(({ condition }) => condition !== 'ok' && condition !== 'placed').slice(0, 50),
      overrides: [],
      remarks: [],
      ...status,
    },
    resources,
    events: pageEvents(60),
    now: PAGE_NOW,
    ...more,
  };
}

/** What lb/44 would change. */
export function pagePlan(): Preview {
  const draft = (address: Address, summary: string, more: Partial<Draft<unknown>>): Draft<unknown> => ({
    kind: 'files',
    onRemove: 'default',
    address,
    covers: [address],
    from: {},
    to: {},
    why: 'generation',
    adopts: false,
    claims: [],
    needs: [],
    effects: [],
    undo: 'exact',
    summary,
    ...more,
  });
  return {
    basis: { series: 'lb', generation: 44, journalSeq: 1 },
    from: 'lb/42',
    to: 'lb/44',
    signers: ['ops-1', 'ops-2'],
    waves: [
      [
        draft('file:/etc/haproxy/haproxy.cfg', '+3 -1', {
          effects: [{ target: 'pod:haproxy', verb: 'signal', signal: 'SIGUSR2' }],
        }),
        draft('pod:keepalived', 'image', { effects: [{ target: 'pod:keepalived', verb: 'restart' }] }),
      ],
      [draft('file:/etc/cron.d/old', 'restore original (taken over in 12)', { to: null })],
    ],
    waits: [],
    notes: [],
    held: [],
    busy: [],
    implied: [],
    same: 28,
    withheld: null,
  };
}
