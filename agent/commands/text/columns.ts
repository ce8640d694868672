/** Aligned columns, cut to the width of the terminal. */

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
