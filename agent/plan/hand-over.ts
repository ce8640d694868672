import type { Draft } from '../resources/kind.ts';

/**
 * A claim that passes from one address to another (a file that becomes a link): what takes it is planned as after
 * the change that frees it. Otherwise it would take over, and one day restore, what was ours.
 */
export function handOver(drafts: readonly Draft<unknown>[]): readonly Draft<unknown>[] {
  const freeing = new Map(
    drafts
      .filter(({ why }) => why === 'prune')
      .flatMap((draft) => draft.claims.map((claim) => [claim, draft] as const)),
  );
  if (freeing.size === 0) return drafts;
  return drafts.map((draft) => {
    if (!draft.adopts) return draft;
    const before = draft.claims
      .map((claim) => freeing.get(claim))
      .find((other) => other !== undefined && other.address !== draft.address);
    return before === undefined ? draft : { ...draft, from: before.to, adopts: before.to !== null };
  });
}
