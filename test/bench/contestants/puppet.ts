/** Puppet (Debian: puppet-agent), one `puppet apply` of a manifest of file resources. It does not fsync. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from '../contestant.ts';
import { lacksPackage } from '../debian-package.ts';
import { timeProgram } from '../run-program.ts';
import type { Workload } from '../workload.ts';

const PROGRAM = '/usr/bin/puppet';

export const puppet: Contestant = {
  name: 'puppet',
  lacks: () => lacksPackage(PROGRAM, 'puppet-agent'),
  async prepare(workload, root) {
    const manifest = join(root, 'site.pp');
    mkdirSync(join(root, 'etc'));
    writeFileSync(manifest, manifestOf(workload, root));
    const own = ['confdir', 'codedir', 'vardir', 'rundir', 'logdir'].map((name) => `--${name}=${join(root, name)}`);
    // With detailed exit codes, 0 is "nothing to do" and 2 "changed".
    const run = (): Promise<number> =>
      timeProgram(
        [PROGRAM, 'apply', '--detailed-exitcodes', ...own, manifest],
        { HOME: root, LANG: 'C.UTF-8' },
        [0, 2],
      );
    return { run, again: run, end: async () => {} };
  },
};

function manifestOf({ folders, files }: Workload, root: string): string {
  return [
    ...folders.map((folder) => `file { '${root}${folder}': ensure => directory, mode => '0755' }`),
    ...files.map(
      ({ path, text }) =>
        `file { '${root}${path}': ensure => file, mode => '0644', content => @("END")\n${text}| END\n}`,
    ),
  ].join('\n');
}
