/** The folder of a site as a person names it, and the names under which its files are told of. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Reason } from '../base/errors.ts';
import { SpecChecker } from '../desired/spec-checker.ts';
import { judgeValue } from '../desired/validate.ts';
import { kinds } from '../resources/registry.ts';
import { NODES } from '../authoring/site.ts';

/** Where kubelet's own documentation puts manifests; a node may say otherwise, and judges for itself again. */
export const anyNode = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' } as const;

/** Judges flat documents for no node in particular. */
export async function judgeDocuments(): Promise<(document: unknown) => readonly Reason[]> {
  const checker = await SpecChecker.of(kinds);
  return (document) => judgeValue(document, checker, anyNode);
}

/** Places as paths from where the person stands. */
export function seenFromHere<R extends Reason>(site: string, findings: readonly R[]): readonly R[] {
  return findings.map((finding) => {
    const file = finding.place?.file;
    return file === undefined ? finding : { ...finding, place: { ...finding.place, file: shownPath(site, file) } };
  });
}

/** `site/roles/lb.yaml` */
export function shownPath(site: string, file: string): string {
  return relative('', join(resolve(site), file));
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
