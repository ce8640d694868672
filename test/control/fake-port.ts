/** An engine that remembers what it was asked, for tests of what stands around it. */
import { FileTexts } from '../../agent/control/file-texts.ts';
import type { ControlPort } from '../../agent/control/port.ts';
import type { Preview } from '../../agent/plan/preview.ts';
import type { EnginePort } from '../../agent/reconcile/engine-port.ts';
import type { EventDraft, EventRecord } from '../../agent/report/events.ts';
import type { NodeStatus } from '../../agent/report/status.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { engineError } from '../../agent/reconcile/errors.ts';

export const someStatus: NodeStatus = {
  node: 'lb-a',
  agentVersion: '0.1.0',
  bootId: 'boot',
  seq: 3,
  at: 0,
  verdict: 'OK',
  since: 0,
  blocked: [],
  mode: 'enforce',
  counts: { ok: 2 },
  total: 2,
  resources: [],
  overrides: [],
  remarks: [],
};

export const somePreview: Preview = {
  basis: { series: 'lb', generation: 42, journalSeq: 9 },
  from: 'lb/42',
  to: 'lb/43',
  signers: ['ops-1'],
  waves: [],
  waits: [],
  notes: [],
  held: [],
  busy: [],
  implied: [],
  same: 2,
  withheld: null,
};

export const someSpec: VerifiedSpec = {
  series: 'lb',
  generation: 43,
  digest: 'sha256:43',
  spec: {
    series: 'lb',
    generation: 43,
    selector: {},
    health: { stableForMs: 1, deadlineMs: 1 },
    gates: [],
    sections: {},
  },
  facts: {},
  signers: ['ops-1'],
  source: 'test',
  envelope: new Uint8Array(),
};

export interface FakePort extends ControlPort {
  readonly calls: unknown[];
  readonly emitted: EventDraft[];
  /** Source of each document, and whether its signature counted. */
  readonly verified: string[];
  publish(status: NodeStatus): void;
  onAccept: () => void;
}

export function fakePort(
  over: {
    status?: NodeStatus;
    preview?: Preview;
    /** One after the other, the last for ever; what is applied is measured against the last. */
    previews?: readonly [Preview, ...Preview[]];
    events?: readonly EventRecord[];
  } = {},
): FakePort {
  const calls: unknown[] = [];
  const previews = over.previews ?? [over.preview ?? somePreview];
  let planned = 0;
  const emitted: EventDraft[] = [];
  const verified: string[] = [];
  const events = [...(over.events ?? [])];
  let status = over.status ?? someStatus;
  let published = Promise.withResolvers<void>();
  const note =
    (name: string) =>
    async (...args: unknown[]): Promise<void> => {
      calls.push([name, ...args]);
    };
  const engine: EnginePort = {
    accept: async (spec, basis) => {
      const now = previews.at(-1)?.basis ?? somePreview.basis;
      if (basis !== undefined && (basis.journalSeq !== now.journalSeq || basis.generation !== now.generation))
        throw engineError('KSN-ENGINE-009', 'the plan was made for another state');
      calls.push(['accept', spec, basis]);
      fake.onAccept();
    },
    refused: () => {},
    hint: () => {},
    reconsider: () => {},
    override: note('override'),
    release: note('release'),
    preview: async () => {
      const preview = previews[Math.min(planned, previews.length - 1)] ?? somePreview;
      planned += 1;
      return preview;
    },
    reconcile: note('reconcile'),
    retry: note('retry'),
    rollback: note('rollback'),
    leave: note('leave'),
    safeMode: note('safeMode'),
    status: () => status,
    resources: () => [{ address: 'file:/etc/x', condition: 'ok', since: 0 }],
    async *watchStatus(signal) {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      while (!signal.aborted) {
        await Promise.race([published.promise, aborted]);
        if (!signal.aborted) yield status;
      }
    },
    settled: async () => status,
  };
  const fake: FakePort = {
    engine,
    calls,
    onAccept: () => {},
    emitted,
    verified,
    events: {
      logId: 'log',
      get lastSeq() {
        return events.at(-1)?.seq ?? 0;
      },
      read: async (after, limit) => events.filter(({ seq }) => seq > after).slice(0, limit),
      async *follow(after, signal) {
        yield* events.filter(({ seq }) => seq > after);
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
    },
    sink: { emit: (event) => emitted.push(event) },
    verify: async (_document, source, signature = 'needed') => {
      verified.push(`${source} ${signature}`);
      return someSpec;
    },
    describe: () => null,
    texts: new FileTexts({
      fs: { read: async () => new Uint8Array(), lstat: async () => null },
      content: () => undefined,
      kinds: [],
    }),
    userName: (uid) => (uid === 0 ? 'root' : null),
    now: () => 1000,
    publish(next) {
      status = next;
      const { resolve } = published;
      published = Promise.withResolvers();
      resolve();
    },
  };
  return fake;
}
