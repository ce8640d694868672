import { readdirSync, readFileSync } from 'node:fs';

/** Codes of a catalogue that no source under `agent/` or `hostfs/` uses: dead entries. */
export function unusedCodes(catalogue: Readonly<Record<string, unknown>>): string[] {
  const root = new URL('../../', import.meta.url).pathname;
  const files = ['agent', 'hostfs'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((name) => `${root}${folder}/${name}`),
  );
  const sources = files.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(file, 'utf8'));
  const users = sources.filter((source) => !source.includes('satisfies Catalogue'));
  return Object.keys(catalogue).filter((code) => !users.some((source) => source.includes(code)));
}
