/** Patterns over series: `*` stands for any text, `?` for one character; the whole name must match. */

export const SERIES_PATTERN = /^[a-z0-9.*?-]{1,128}$/;

/** False where there are no patterns. */
export function matchesAny(series: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(series, pattern));
}

/** In one pass with one point of return, so that no pattern takes long. */
export function matches(series: string, pattern: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < series.length) {
    if (pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === series[at])) {
      at++;
      next++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(next));
}
