/**
 * Reads a stack of the bundle, whose names are short, as one of the sources: `make stack < FILE`, in a checkout of the
 * release that printed it, after `make bundle`. Lines that name no place in the bundle are printed as they are.
 */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const place = /keelson\.cjs:(\d+):(\d+)/u;

/** Each place in the bundle becomes `name (file:line:column)` of the source, as the map tells. */
export function readStack(stack: string, payload: SourceMapPayload): string {
  const map = new SourceMap(payload);
  return stack
    .split('\n')
    .map((line) => {
      const [, row, column] = place.exec(line) ?? [];
      if (row === undefined || column === undefined) return line;
      const origin = map.findOrigin(Number(row), Number(column));
      if (!('fileName' in origin)) return line;
      const { name, fileName, lineNumber, columnNumber } = origin;
      return `    at ${name ?? '?'} (${fileName.replace(/^(?:\.\.\/)+/u, '')}:${lineNumber}:${columnNumber})`;
    })
    .join('\n');
}

if (import.meta.main) {
  const map = fileURLToPath(new URL('../dist/keelson.cjs.map', import.meta.url));
  process.stdout.write(readStack(await text(process.stdin), JSON.parse(readFileSync(map, 'utf8')) as SourceMapPayload));
}
