/** A site of many nodes, made of the example's role. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ground } from './ground.ts';

const example = fileURLToPath(new URL('../../examples/site', import.meta.url));

/** `nodes` of them, each with values of its own. */
export function largeSite(ground: Ground, nodes: number): string {
  const site = join(ground.fresh('site'), 'site');
  cpSync(example, site, { recursive: true, filter: (path) => !/\/build$|generations[.]json$/u.test(path) });
  for (const name of ['lb-a', 'lb-b']) rmSync(join(site, 'nodes', `${name}.yaml`));
  for (let at = 0; at < nodes; at += 1) {
    const vars = `{ peer: 10.${at >> 8}.${at & 255}.1, vrrpPriority: ${(at % 254) + 1} }`;
    writeFileSync(join(site, 'nodes', `lb-${at}.yaml`), `extends: [../roles/lb.yaml]\nvars: ${vars}\n`);
  }
  return site;
}
