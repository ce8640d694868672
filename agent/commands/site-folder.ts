/** The folder of a site as a person names it, and the names under which its files are told of. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Reason } from '../base/errors.ts';
import type { SiteFinding } from '../authoring/findings.ts';
import { listed, NODES } from '../authoring/site.ts';

/** Places as paths from where the person stands. */
export function seenFromHere<R extends Reason>(site: string, findings: readonly R[]): readonly R[] {
  return findings.map((finding) => {
    const file = finding.place?.file;
    return file === undefined ? finding : { ...finding, place: { ...finding.place, file: shownPath(site, file) } };
  });
}

/** `site/roles/lb.yaml`; `.` where the person stands. */
export function shownPath(site: string, file: string): string {
  return relative('', join(resolve(site), file)) || '.';
}

/** The folder above a layer in which nodes/ lies; else the one in which roles/ does; null: it is in no site. */
export function siteOf(file: string): string | null {
  for (const name of [NODES, 'roles']) {
    for (let at = dirname(resolve(file)); ; at = dirname(at)) {
      if (basename(at) !== name && existsSync(join(at, name))) return at;
      if (dirname(at) === at) break;
    }
  }
  return null;
}

/** For people: a fault that not every node of its file has says which have it. */
export function withNodes(findings: readonly SiteFinding[]): readonly Reason[] {
  return findings.map(({ nodes, notAll, ...reason }) => {
    const isSaid = notAll !== true || reason.code === 'KSN-SPEC-022';
    return isSaid ? reason : { ...reason, message: `${reason.message}. In ${listed(nodes)}` };
  });
}
