/** Aligned columns, cut to the width of the terminal or wrapped in it. */

/** Beyond this a cell pushes the rest of its own line only, so that one long path does not move every line. */
const widestColumn = 44;

export interface ColumnOptions {
  readonly gap?: number;
  /** Columns of the terminal; the last column is cut to fit. Absent: nothing is cut. */
  readonly width?: number;
  readonly indent?: string;
}

/** Rows of cells as lines without trailing blanks. Cells must not hold escape sequences or line feeds. */
export function columns(rows: readonly (readonly string[])[], options: ColumnOptions = {}): string[] {
  const { gap = 2, width, indent = '' } = options;
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) {
      if (at < row.length - 1) widths[at] = Math.max(widths[at] ?? 0, Math.min(cell.length, widestColumn));
    }
  }
  return rows.map((row) => {
    let line = indent;
    for (const [at, cell] of row.entries()) {
      line += at < row.length - 1 ? cell.padEnd(widths[at] ?? 0) + ' '.repeat(gap) : cell;
    }
    return cut(line.trimEnd(), width);
  });
}

/**
 * Rows of cells, each cell wrapped between words where the width needs it: for prose, of which nothing may be missing.
 * Every column but the last takes what it needs up to `most` (default 32), and the last the rest. Without a width, and
 * where less than 20 columns were left for the last one, no cell is wrapped.
 */
export function wrappedColumns(
  rows: readonly (readonly string[])[],
  options: ColumnOptions & { readonly most?: number } = {},
): string[] {
  const { gap = 2, width, indent = '', most = 32 } = options;
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries())
      widths[at] = Math.max(widths[at] ?? 0, Math.min(cell.length, most));
  }
  const rest = (width ?? 0) - indent.length - widths.reduce((sum, one) => sum + one + gap, 0);
  if (rest < 20) return columns(rows, { gap, indent });
  return rows.flatMap((row) => {
    const cells = row.map((cell, at) => wrap(cell, at < row.length - 1 ? (widths[at] ?? most) : rest));
    const height = Math.max(1, ...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((lines, at) => (lines[line] ?? '').padEnd((widths[at] ?? 0) + gap));
      return (indent + parts.join('')).trimEnd();
    });
  });
}

/** Lines of at most `width` characters, broken at blanks; a longer word has a line of its own, whole. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The line within the width, its end replaced by an ellipsis. */
export function cut(line: string, width: number | undefined): string {
  return width === undefined || line.length <= width || width < 2 ? line : `${line.slice(0, width - 1)}…`;
}

/** `left` and `right` on one line, `right` ending at `at` where there is room. */
export function spread(leftSide: string, rightSide: string, at: number): string {
  const room = at - leftSide.length - rightSide.length;
  return `${leftSide}${' '.repeat(Math.max(2, room))}${rightSide}`;
}

/** For options that leave a field out rather than set it to undefined. */
export function widthOf(terminal: { readonly width: number | undefined }): { readonly width?: number } {
  return terminal.width === undefined ? {} : { width: terminal.width };
}
