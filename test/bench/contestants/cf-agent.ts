/** CFEngine's agent (Debian: cfengine3), one run of its own process on a policy of file promises. It does not fsync. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from '../contestant.ts';
import { lacksPackage } from '../debian-package.ts';
import { timeProgram } from '../run-program.ts';
import type { Workload } from '../workload.ts';

const PROGRAM = '/usr/bin/cf-agent';

export const cfAgent: Contestant = {
  name: 'cf-agent',
  lacks: () => lacksPackage(PROGRAM, 'cfengine3'),
  async prepare(workload, root) {
    const policy = join(root, 'policy.cf');
    mkdirSync(join(root, 'etc'));
    writeFileSync(policy, policyOf(workload, root), { mode: 0o600 });
    // Its state and keys lie in the folder that the package fixes; without locks every run does everything.
    const run = (): Promise<number> => timeProgram([PROGRAM, '--no-lock', '--file', policy], {});
    return { run, again: run, end: async () => {} };
  },
};

function policyOf({ folders, files }: Workload, root: string): string {
  const promises = [
    ...folders.map((folder) => `    "${root}${folder}/." create => "true", perms => mode("755");`),
    ...files.map(
      ({ path, text }) => `    "${root}${path}" create => "true", content => "${text}", perms => mode("644");`,
    ),
  ];
  return `body common control { bundlesequence => { "main" }; }
body perms mode(m) { mode => "$(m)"; }
bundle agent main
{
  files:
${promises.join('\n')}
}
`;
}
