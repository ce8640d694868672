/**
 * Reads a stack of the bundle, whose names are short, as one of the sources: `make stack < FILE`, in a checkout of the
 * release that printed it, after `make bundle`. Lines that name no place in the bundle are printed as they are.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const place = /(keelson(?:-[a-z]+)?\.cjs):(\d+):(\d+)/u;

/** Each place in a file of the bundle becomes `name (file:line:column)` of the source, as the map of that file tells. */
export function readStack(stack: string, mapOf: (file: string) => SourceMapPayload): string {
  const maps = new Map<string, SourceMap>();
  return stack
    .split('\n')
    .map((line) => {
      const [, file, row, column] = place.exec(line) ?? [];
      if (file === undefined || row === undefined || column === undefined) return line;
      const map = maps.get(file) ?? new SourceMap(mapOf(file));
      maps.set(file, map);
      const origin = map.findOrigin(Number(row), Number(column));
      if (!('fileName' in origin)) return line;
      const { name, fileName, lineNumber, columnNumber } = origin;
      return `    at ${name ?? '?'} (${fileName.replace(/^(?:\.\.\/)+/u, '')}:${lineNumber}:${columnNumber})`;
    })
    .join('\n');
}

if (import.meta.main) {
  const dist = fileURLToPath(new URL('../dist/', import.meta.url));
  const mapOf = (file: string): SourceMapPayload =>
    JSON.parse(readFileSync(`${dist}${file}.map`, 'utf8')) as SourceMapPayload;
  process.stdout.write(readStack(await text(process.stdin), mapOf));
}
