/** Quantities as people write them, with their units: '1h30m', '16MiB', '0644'. Null = not one. */

const durationPattern = String.raw`^(?=.)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$`;
const sizePattern = String.raw`^(\d{1,12})(B|KiB|MiB|GiB|TiB)$`;
const modePattern = String.raw`^0?[0-7]{3,4}$`;

/** The patterns as schemas use them. */
export const UNIT_PATTERNS = { duration: durationPattern, size: sizePattern, mode: modePattern } as const;

const duration = new RegExp(durationPattern);
const size = new RegExp(sizePattern);
const mode = new RegExp(modePattern);
const millisecondsPer = [86_400_000, 3_600_000, 60_000, 1000, 1];
const bytesPer: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** '500ms', '60s', '10m', '1h30m', '7d' → milliseconds. */
export function parseDuration(text: string): number | null {
  const match = duration.exec(text);
  if (match === null) return null;
  return millisecondsPer.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}

/** '100B', '512KiB', '16MiB' → bytes. */
export function parseSize(text: string): number | null {
  const match = size.exec(text);
  const bytes = match === null ? Number.NaN : Number(match[1]) * (bytesPer[match[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : null;
}

/** '0644', '755', '1777' → permission bits. Always octal. */
export function parseMode(text: string): number | null {
  return mode.test(text) ? Number.parseInt(text, 8) : null;
}

/** 16777217 → '16 MiB': for people, rounded down to the largest unit that fits. */
export function formatSize(bytes: number): string {
  const [unit, factor] = Object.entries(bytesPer).findLast(([, each]) => bytes >= each) ?? ['B', 1];
  return `${Math.floor(bytes / factor)} ${unit}`;
}

/** 90000 → '1m30s': as {@link parseDuration} reads it. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds <= 0) return '0s';
  const units = ['d', 'h', 'm', 's', 'ms'];
  let rest = Math.round(milliseconds);
  let text = '';
  for (const [index, unit] of millisecondsPer.entries()) {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    if (count > 0) text += `${count}${units[index]}`;
  }
  return text;
}
