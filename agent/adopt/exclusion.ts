/** Which paths a person leaves out: patterns in which `*` and `?` stand within a name and `**` for any names. */

/** A pattern without a slash is for names at any depth, one with a slash for whole paths. */
export function excludes(patterns: readonly string[]): (path: string) => boolean {
  const matchers = patterns.map(matcherOf);
  return (path) => matchers.some((matches) => matches.test(path));
}

function matcherOf(pattern: string): RegExp {
  const whole = pattern.replace(/\/+$/, '');
  const parts = whole
    .split(/(\*\*|\*|\?)/)
    .map((part) => wildcards[part] ?? part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&'));
  return new RegExp(`${whole.includes('/') ? '^' : '/'}${parts.join('')}$`, 'u');
}

const wildcards: Readonly<Record<string, string>> = { '**': '.*', '*': '[^/]*', '?': '[^/]' };
