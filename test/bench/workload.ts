/** The files that everybody has to bring about: the same names and bytes for Keelson, C, cf-agent and puppet. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Workload {
  /** Parents first. Absolute in the root, as are the files. */
  readonly folders: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

const FOLDERS = 10;
/** A small configuration file. */
const BYTES = 512;

export function workloadOf(count: number): Workload {
  const folders = Array.from({ length: FOLDERS }, (_, index) => `/etc/bench/part-${index}.d`);
  const files = Array.from({ length: count }, (_, index) => ({
    path: `${folders[index % FOLDERS]}/service-${String(index).padStart(4, '0')}.conf`,
    text: textOf(index),
  }));
  return { folders: ['/etc/bench', ...folders], files };
}

function textOf(index: number): string {
  let text = `# service ${index}\n`;
  for (let line = 0; text.length < BYTES; line += 1)
    text += `setting-${line} = value-${(index * 31 + line * 7) % 997}\n`;
  return text.slice(0, BYTES - 1).concat('\n');
}

export function makeFolders({ folders }: Workload, root: string): void {
  mkdirSync(join(root, '/etc'), { recursive: true });
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
}

/** What test/bench/c/write-file.h reads. */
export function listOf({ folders, files }: Workload, root: string): string {
  const head = `folders ${folders.length} files ${files.length}\n`;
  const named = folders.map((folder) => `${root}${folder}\n`);
  return [head, ...named, ...files.map(({ path, text }) => `${text.length} ${root}${path}\n${text}`)].join('');
}

/** A figure for work that was not done would be worth nothing. */
export function checkAll({ files }: Workload, root: string, who: string): void {
  for (const { path, text } of files)
    if (readFileSync(join(root, path), 'utf8') !== text) throw new Error(`${who} left ${path} with other content`);
}
