/** The files of a bundle run from anywhere, without the checkout, and the daemon's has nothing that it does not need. */
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { NODE_FLAGS } from '../../packaging/node-flags.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly said: string;
}

t.test('each command runs from the file beside', async (t) => {
  const folder = t.testdir({});
  execFileSync(process.execPath, [`${root}packaging/bundle.ts`, `${folder}/keelson.cjs`], { stdio: 'ignore' });
  const keelson = async (...words: readonly string[]): Promise<Ended> => {
    const argv = [...NODE_FLAGS, `${folder}/keelson.cjs`, ...words];
    try {
      const { stdout, stderr } = await run(process.execPath, argv, { cwd: folder });
      return { code: 0, said: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, said: stdout + stderr };
    }
  };
  t.match(await keelson('version'), { code: 0, said: /^keelson \d/u });
  t.match(await keelson('validate', `${root}examples/edge-node.yaml`), { code: 0, said: /1 document valid/u });
  t.match(await keelson('complete', 'fish', 'stat'), { code: 0, said: /status/u });
  t.match(await keelson('validate', 'none.yaml'), { code: 1, said: /^KSN-CLI-\d/mu }, 'a failure keeps its code');
  t.match(await keelson('nonsense'), { code: 1, said: /^KSN-CLI-001/u });
  t.match(await keelson('--root', `${folder}/none`, 'agent'), { code: 1, said: /KSN-CLI-\d/u });

  const daemon = readFileSync(`${folder}/keelson-agent.cjs`, 'utf8');
  t.notMatch(daemon, 'KSN-BUILD-001', 'what people write on their machines is not in the daemon');
  t.ok(daemon.length < 2 ** 20, `${daemon.length} bytes: above 1 MiB the text costs a daemon 2 MB more`);
  t.match(daemon, /^\p{ASCII}*$/u, 'one character more, and its text is held with two bytes for each');
  t.ok(readFileSync(`${folder}/keelson.cjs`).length < 32_768, 'what every start reads first is small');
});
