/** The table for people, and the JSON for programs. */
import { isMet, type Row } from './benchmark.ts';

const HEAD = ['benchmark', 'ours', 'reference', 'ratio', 'goal', 'met'] as const;

export function markdownTable(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const draw = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [draw(HEAD), rule, ...lines.slice(1).map(draw)].join('\n');
}

function cells(row: Row): readonly string[] {
  const { name, ours, reference, ratio, spread, goal, skipped } = row;
  const range = spread === undefined ? '' : ` (${figure(spread[0])}–${figure(spread[1])})`;
  const met = isMet(row);
  return [
    name,
    ours,
    reference,
    ratio === null ? `skipped: ${skipped ?? 'not measured'}` : `${figure(ratio)}${range}`,
    goal === null ? '' : `≤ ${goal}`,
    met === null ? '' : met ? 'yes' : 'NO',
  ];
}

function figure(ratio: number): string {
  return ratio.toPrecision(ratio >= 1 ? 3 : 2);
}

const block = /(?<=<!-- bench -->\n)[^]*(?=<!-- \/bench -->)/u;

/** The README with this table in place of the one that it has. `when`: the date, and what it ran on. */
export function inReadme(readme: string, when: string, rows: readonly Row[]): string {
  const words = `\`make bench\` measures against C, cf-agent, puppet and bare Node on one machine, each in turns with ours, and
prints this table (\`JSON=FILE\` also writes every sample). Last run: ${when}.`;
  return readme.replace(block, () => `${words}\n\n${markdownTable(rows)}\n`);
}

export function json(rows: readonly Row[]): string {
  const out = rows.map((row) => ({
    name: row.name,
    ratio: row.ratio,
    goal: row.goal,
    met: isMet(row),
    ...(row.skipped !== undefined && { skipped: row.skipped }),
    samples: row.samples,
  }));
  return `${JSON.stringify(out, null, 2)}\n`;
}
