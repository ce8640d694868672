/** Draws the node's status from state and board: one word, the reason, the next step. */
import type { Reason } from '../base/errors.ts';
import type { Accepted, Blocked } from '../apply/records.ts';
import type { StateView } from '../apply/state.ts';
import type { Ages } from '../report/standing.ts';
import { WORST_FIRST } from '../report/condition-words.ts';
import type { GenerationRef, NodeStatus, ResourceCondition, ResourceStatus, Verdict } from '../report/status.ts';
import type { Instant } from '../base/clock.ts';
import type { activeOverrides } from './desired.ts';
import { engineError } from './errors.ts';
import { inMaintenance, isJudged } from './next-job.ts';
import type { EngineSettings } from './context.ts';

/** Everything that the status is drawn from, as of one moment. */
export interface StatusInput {
  readonly state: StateView;
  readonly rows: readonly ResourceStatus[];
  readonly remarks: readonly Reason[];
  readonly settings: EngineSettings;
  readonly overrides: ReturnType<typeof activeOverrides>;
  readonly refusal: Reason | null;
  /** What a lane failed with, while it has not done that again. */
  readonly failing: Reason | null;
  /** When a look at everything ended last; null: none has since the start. */
  readonly lookedAt: Instant | null;
  readonly bootId: string;
  /** What an earlier agent left to be found again. */
  readonly ages: Ages;
  readonly now: Instant;
}

/** The one word, why, and what a person may do next. */
export interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: Reason;
  readonly next?: string;
}

const MOST_SHOWN = 50;
const NO_SPEC = engineError('KSN-ENGINE-014', 'no spec was accepted yet').toReason();

/** The first branch that holds wins. What cannot be known is Unknown, never well. */
export function judge(input: StatusInput): Judgement {
  const { state, rows, settings, overrides } = input;
  const failing = input.failing ?? undefined;
  const worst = (condition: ResourceCondition): ResourceStatus | undefined =>
    rows.find((row) => row.condition === condition);
  if (input.refusal !== null)
    return { verdict: 'Unknown', reason: input.refusal, next: input.refusal.remedy ?? 'keelson doctor' };
  if (state.safeMode !== null)
    return {
      verdict: 'SafeMode',
      reason: state.safeMode.reason,
      next: 'keelson safe-mode off, once the cause is mended',
    };
  if (state.left)
    return { verdict: 'Left', next: 'keelson apply FILE, or a newer generation from a source, manages it again' };
  if (settings.mode === 'observe')
    return withReason(
      'Observe',
      worst('differs')?.reason,
      'keelson plan shows what would be done; set mode: enforce to let it happen',
    );
  const all = [...state.open.values()];
  const open = all.filter((tx) => !inMaintenance(state, tx));
  const blocked = state.wanted === null ? undefined : state.blocked.get(state.wanted.digest);
  const rollingBack = open.some((tx) => tx.cause === 'rollback' || tx.verdict?.outcome === 'bad');
  const failed = open.find((tx) => tx.verdict?.outcome === 'bad');
  if (state.rollbackIncomplete !== null)
    return {
      verdict: 'Degraded',
      // Why there is a rollback; what keeps it open is shown beside it.
      reason: failed?.verdict?.reason ?? blocked?.reason ?? state.rollbackIncomplete,
      next: 'the rollback is tried again by itself; mend what keeps it open',
    };
  if (rollingBack) return withReason('Changing', blocked?.reason, 'wait for the rollback to end');
  // What waits by itself explains more than what waits for it.
  const waiting =
    rows.find((row) => row.condition === 'waiting' && row.reason?.code !== 'KSN-PLAN-006') ?? worst('waiting');
  if (open.some((tx) => tx.cause === 'generation')) {
    // What cannot be looked at is waited for, too.
    const first = waiting ?? worst('unknown');
    return first === undefined
      ? withReason('Changing', failing, failing?.remedy)
      : withReason('Waiting', first.reason, first.reason?.remedy);
  }
  if (blocked !== undefined)
    return withReason(
      'RolledBack',
      blocked.reason,
      `${leftWords(blocked)}fix, sign and push ${blocked.generation + 1}; or keelson retry ${blocked.generation} --reason …`,
    );
  if (overrides.some((override) => override.kind === 'hold' && override.address === null)) {
    return { verdict: 'Held', next: 'the hold ends by itself; keelson release ends it now' };
  }
  const unwell = worst('failed') ?? worst('contended');
  if (unwell !== undefined) return withReason('Degraded', unwell.reason, unwell.reason?.remedy);
  if (input.lookedAt === null || worst('unknown') !== undefined) {
    const why = worst('unknown')?.reason ?? failing;
    return withReason('Unknown', why, why?.remedy);
  }
  if (worst('changing') !== undefined || all.some((tx) => isJudged(tx))) return { verdict: 'Changing' };
  if (worst('held') !== undefined)
    return { verdict: 'Held', next: 'what differs is held; the diff is shown when the hold ends' };
  if (waiting !== undefined) return withReason('Waiting', waiting.reason, waiting.reason?.remedy);
  if (state.wanted !== null && state.running?.digest !== state.wanted.digest)
    return withReason('Changing', failing, failing?.remedy);
  if (state.wanted === null)
    return withReason('Waiting', input.remarks.at(-1) ?? NO_SPEC, (input.remarks.at(-1) ?? NO_SPEC).remedy);
  return { verdict: 'OK' };
}

/** What the rollback left to a person comes first. */
function leftWords({ left = [] }: Blocked): string {
  if (left.length === 0) return '';
  return `${left.map(({ message }) => message).join('; ')}: run it by hand where it still matters; then `;
}

function withReason(verdict: Verdict, reason: Reason | undefined, next: string | undefined): Judgement {
  return { verdict, ...(reason !== undefined && { reason }), ...(next !== undefined && { next }) };
}

/**
 * `before`: the status that this one follows; its number goes on, and `since` stays while the word does, whatever the
 * reason. Of the resources, those that are not well come first, and only so many.
 */
export function drawStatus(input: StatusInput, before: NodeStatus | null): NodeStatus {
  const { state, rows, settings, overrides } = input;
  const judgement = judge(input);
  const counts: Partial<Record<ResourceCondition, number>> = {};
  for (const row of rows) counts[row.condition] = (counts[row.condition] ?? 0) + 1;
  const shown = rows
    .filter((row) => row.condition !== 'ok' && row.condition !== 'placed')
    .toSorted(
      (a, b) => WORST_FIRST.indexOf(a.condition) - WORST_FIRST.indexOf(b.condition) || (a.address < b.address ? -1 : 1),
    )
    .slice(0, MOST_SHOWN);
  const { verdict } = judgement;
  const since =
    before?.verdict === verdict ? before.since : (input.ages.ofVerdict(verdict, state.wanted?.digest) ?? input.now);
  return {
    node: settings.nodeName,
    agentVersion: settings.agentVersion,
    bootId: input.bootId,
    seq: (before?.seq ?? 0) + 1,
    at: input.now,
    ...(input.lookedAt !== null && { lookedAt: input.lookedAt }),
    since,
    ...judgement,
    ...(state.rollbackIncomplete !== null && { rollbackIncomplete: state.rollbackIncomplete }),
    ...rebootOf(rows),
    ...refs(state),
    blocked: [...state.blocked.values()].map(({ series, generation, digest, reason, at }) => ({
      series,
      generation,
      digest,
      reason,
      at,
    })),
    mode: settings.mode,
    counts,
    total: rows.filter((row) => row.condition !== 'foreign' && row.condition !== 'orphaned').length,
    resources: shown,
    overrides: overrides.map(({ id, kind, address, by, reason, since: from, expires }) => ({
      id,
      kind,
      address,
      by,
      reason,
      since: from,
      expires,
    })),
    remarks: input.remarks,
  };
}

function rebootOf(rows: readonly ResourceStatus[]): Pick<NodeStatus, 'reboot'> {
  const why = rows
    .filter(({ until }) => until === 'reboot')
    .toSorted((a, b) => (a.address < b.address ? -1 : 1))
    .flatMap(({ reason }) => reason ?? [])
    .slice(0, MOST_SHOWN);
  return why.length === 0 ? {} : { reboot: { needed: true, why } };
}

function refs(state: StateView): Pick<NodeStatus, 'wanted' | 'running' | 'lastKnownGood'> {
  return {
    ...(state.wanted !== null && { wanted: ref(state.wanted) }),
    ...(state.running !== null && { running: ref(state.running) }),
    ...(state.lastKnownGood !== null && { lastKnownGood: ref(state.lastKnownGood) }),
  };
}

function ref({ series, generation, digest }: Accepted): GenerationRef {
  return { series, generation, digest };
}
