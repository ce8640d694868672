/**
 * In a mount namespace of its own: an anchor comes and goes on the root of the machine, and its tool makes the trust
 * store each time. Prints what the store says of the authority.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemClock } from '../../agent/base/system-clock.ts';
import { createRunCommand } from '../../agent/host/run-command.ts';
import { caAnchors } from '../../agent/resources/ca-anchors/index.ts';
import type { Host } from '../../agent/resources/kind.ts';
import { FIRST_CA } from '../resources/ca-anchors/authorities.ts';
import { openRootFolder } from '../../agent/commands/open-root.ts';
import { memoryHost } from '../support/memory-host.ts';

const PATH = '/usr/local/share/ca-certificates/keelson-test.crt';
const attributes = { mode: 0o644, uid: 0, gid: 0 } as const;
const body = FIRST_CA.split('\n').slice(1, -2).join('');

// Nobody else sees what is written from here on.
const sh = (script: string): void => void execFileSync('sh', ['-ec', script], { stdio: 'ignore' });
sh('mount --make-rprivate /');
for (const folder of ['/usr/local/share/ca-certificates', '/etc/ssl'])
  sh(`d=$(mktemp -d); cp -a ${folder}/. $d; mount -t tmpfs none ${folder}; cp -a $d/. ${folder}; rm -r $d`);

const { fs } = await openRootFolder('/');
const { context } = await memoryHost();
const items = caAnchors.expand({ [PATH]: { pem: FIRST_CA } }, context);
const host = { fs, run: createRunCommand({ clock: systemClock }) } as unknown as Host;
const [effect] = items.flatMap(({ shared }) => shared.onChange);
const isTrusted = (): boolean =>
  readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8').replaceAll('\n', '').includes(body);
const rebuild = async (): Promise<boolean> => {
  if (effect === undefined) throw new Error('nothing is owed');
  await caAnchors.effects.run({ ...effect, id: 'e1' }, host, new AbortController().signal);
  return isTrusted();
};

const before = isTrusted();
for (const [, bytes] of items.flatMap(({ contents }) => [...(contents ?? [])]))
  await fs.writeDurably(PATH, bytes, attributes);
const [after, again] = [await rebuild(), await rebuild()];
await fs.remove(PATH);
await fs.flush();
console.log(JSON.stringify({ before, after, again, removed: await rebuild() }));
