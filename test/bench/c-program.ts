/** The small C programs beside this file, compiled when first asked for. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ground } from './ground.ts';

export type CProgram = 'serial' | 'threads' | 'tamper' | 'launch';

const sources = fileURLToPath(new URL('c', import.meta.url));

/** Path of the executable. @throws where there is no C compiler. */
export function compiled(ground: Ground, program: CProgram): string {
  const out = join(ground.path, program);
  if (!existsSync(out))
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-pthread', '-o', out, join(sources, `${program}.c`)]);
  return out;
}

/** Null where C programs can be made; else what is missing. */
export function lacksCompiler(): string | null {
  return spawnSync('gcc', ['--version']).status === 0 ? null : 'needs gcc';
}
