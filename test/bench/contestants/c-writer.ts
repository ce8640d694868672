/** The C programs: what the disk gives, without any agent. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, lacksCompiler } from '../c-program.ts';
import { unsupported, type Contestant } from '../contestant.ts';
import type { Ground } from '../ground.ts';
import { listOf, makeFolders } from '../workload.ts';

export function cWriter(ground: Ground, program: 'serial' | 'threads'): Contestant {
  const name = program === 'serial' ? 'C, serial' : 'C, 16 threads';
  return {
    name,
    lacks: lacksCompiler,
    async prepare(workload, root) {
      // The folders of the workload are made by the program itself, where they are missing.
      makeFolders({ folders: [], files: [] }, root);
      const list = join(root, 'list');
      writeFileSync(list, listOf(workload, root));
      const executable = compiled(ground, program);
      return {
        run: async () => Number(execFileSync(executable, [list], { encoding: 'utf8' })),
        again: unsupported(name),
        end: async () => {},
      };
    },
  };
}
