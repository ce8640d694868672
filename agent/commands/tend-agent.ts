/** How the agent of a root is looked after: systemd's on `/`, a person's own on a sandbox. */
import { resolve } from 'node:path';

/** What to do where none answers; undefined: what its code says. */
export function whereNoneAnswers(root: string): string | undefined {
  if (resolve(root) === '/') return undefined;
  return `Is an agent running on this root? ${starting(root)} \`keelson status\` and \`keelson events\` read the disk without it.`;
}

/** What to do where none ever was. */
export function whereNoneWas(root: string): string | undefined {
  return resolve(root) === '/' ? undefined : starting(root);
}

function starting(root: string): string {
  return `keelson --root ${root} dev plays the sandbox; keelson --root ${root} agent runs one on what is there.`;
}
