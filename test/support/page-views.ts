/** Nodes as the page shows them: one of each verdict, and one of any size. */
import { KeelsonError, type ErrorCode, type Reason } from '../../agent/base/errors.ts';
import { allExplanations } from '../../agent/commands/catalogues.ts';
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

/** As the rooms make it: with fault and remedy of its catalogue. */
const reason = (code: ErrorCode, message: string): Reason => {
  const explanation = allExplanations().get(code);
  if (explanation === undefined) throw new Error(`no catalogue has ${code}`);
  return new KeelsonError(code, explanation, message).toReason();
};

const gateFailed = reason('KSN-GATE-001', 'file /etc/haproxy/haproxy.cfg does not contain the text asked for');
const notAdopted = reason('KSN-PLAN-005', 'file:/etc/haproxy/stats.cfg exists, was not made by Keelson, and differs');
const neededWaits = reason('KSN-PLAN-006', 'pod:haproxy needs file:/etc/haproxy/stats.cfg, which waits');
const rival = reason(
  'KSN-EXEC-010',
  'file:/etc/sysconfig/nftables.conf is changed again and again by something else, probably by Ansible, whose mark it bore',
);
const crashed = reason(
  'KSN-ENGINE-012',
  'the agent ended abnormally three times in ten minutes; the last journal step was file:/etc/haproxy/haproxy.cfg: content',
);
const readOnly = reason('KSN-FILE-017', 'Cannot write /etc/chrony.conf: the file system is read-only (EROFS).');
const notLooked = reason('KSN-PLAN-002', 'link:/etc/haproxy/current was not observed');

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
      resource('file:/etc/haproxy/haproxy.cfg', 'changing', 12_000, { detail: 'content' }),
      resource('pod:haproxy', 'changing', 12_000),
    ],
  },
  Waiting: {
    status: { wanted: ref(43), since: PAGE_NOW - 12 * minute, reason: notAdopted, next: notAdopted.remedy ?? '' },
    resources: [
      resource('pod:haproxy', 'waiting', 12 * minute, { reason: neededWaits }),
      resource('file:/etc/haproxy/stats.cfg', 'waiting', 73 * minute, { reason: notAdopted }),
    ],
  },
  Held: {
    status: {
      since: PAGE_NOW - 22 * minute,
      next: 'what differs is held; the diff is shown when the hold ends',
      overrides: [hold('file:/etc/chrony.conf', 'h-12b0d5c9')],
    },
    resources: [resource('file:/etc/chrony.conf', 'held', 20 * minute, { detail: 'content' })],
  },
  RolledBack: {
    status: {
      since: PAGE_NOW - 4 * minute,
      wanted: ref(43),
      reason: gateFailed,
      next: 'fix, sign and push 44; or keelson retry 43 --reason …',
      blocked: [{ ...ref(43), reason: gateFailed }],
      overrides: [hold('file:/etc/chrony.conf', 'h-12b0d5c9')],
      remarks: [reason('KSN-GATE-006', 'file /etc/haproxy/haproxy.cfg gave no answer before the deadline')],
    },
    resources: [
      resource('file:/etc/chrony.conf', 'held', 20 * minute, { detail: 'content' }),
      resource('file:/etc/haproxy/stats.cfg', 'waiting', 12 * minute, { reason: notAdopted }),
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
      next: 'keelson plan shows what would be done; set mode: enforce to let it happen',
    },
    resources: [resource('file:/etc/chrony.conf', 'differs', 50 * hour, { detail: 'content' })],
  },
  Degraded: {
    status: {
      since: PAGE_NOW - 31 * minute,
      wanted: ref(43),
      reason: gateFailed,
      next: 'the rollback is tried again by itself; mend what keeps it open',
      blocked: [{ ...ref(43), reason: gateFailed }],
      rollbackIncomplete: readOnly,
    },
    resources: [
      resource('file:/etc/sysconfig/nftables.conf', 'contended', 31 * minute, { reason: rival }),
      resource('file:/etc/chrony.conf', 'failed', 4 * minute, { reason: readOnly }),
      resource('pod:foreign/other.yaml', 'foreign', 9 * hour, {
        reason: reason('KSN-POD-012', '/etc/kubernetes/manifests/other.yaml is a foreign manifest, of pod other'),
      }),
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
    { type: 'RollbackStarted', message: `rolling back lb/43 to lb/42: ${gateFailed.message}`, reason: gateFailed },
    { type: 'RolledBack', message: `lb/43 rolled back to lb/42: ${gateFailed.message}`, reason: gateFailed },
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
