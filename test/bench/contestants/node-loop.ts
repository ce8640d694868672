/** Node without an agent: open, write, fsync, rename in a loop with 16 in flight. What is left for us is what we add. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DAEMON_ENVIRONMENT, NODE_FLAGS } from '../../../packaging/node-flags.ts';
import { unsupported, type Contestant } from '../contestant.ts';
import { makeFolders } from '../workload.ts';

const name = 'bare Node loop';
const program = fileURLToPath(new URL('../node-loop-process.ts', import.meta.url));

export const nodeLoop: Contestant = {
  name,
  lacks: () => null,
  async prepare(workload, root) {
    makeFolders({ folders: [], files: [] }, root);
    const list = join(root, 'list');
    const within = {
      folders: workload.folders.map((folder) => join(root, folder)),
      files: workload.files.map(({ path, text }) => ({ path: join(root, path), text })),
    };
    writeFileSync(list, JSON.stringify(within));
    return {
      async run() {
        const child = fork(program, [list], {
          execArgv: [...NODE_FLAGS],
          env: { ...process.env, ...DAEMON_ENVIRONMENT },
        });
        const [took] = (await once(child, 'message')) as [number];
        return took;
      },
      again: unsupported(name),
      end: async () => {},
    };
  },
};
