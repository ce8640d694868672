/** Medians and percentiles, and ratios of what was measured in pairs. */

/** Nearest rank: a figure that was really measured. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('there is no percentile of nothing');
  return value;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = percentile(sorted.slice(middle), 0);
  return sorted.length % 2 === 1 ? upper : (upper + percentile(sorted.slice(0, middle), 100)) / 2;
}

/** Each of ours by the reference that was measured next to it: what slows the machine slows both. */
export function pairwise(
  ours: readonly number[],
  reference: readonly number[],
): { readonly ratio: number; readonly spread: readonly [number, number] } {
  if (ours.length !== reference.length) throw new Error('pairs have two sides');
  const ratios = ours.map((value, index) => value / (reference[index] ?? Number.NaN));
  return { ratio: median(ratios), spread: [Math.min(...ratios), Math.max(...ratios)] };
}

export function milliseconds(ms: number): string {
  return ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s` : `${ms.toPrecision(3)} ms`;
}
