/** Layers of one site for `keelson validate`, as the nodes that they become. */
import { SiteFiles } from '../authoring/site-files.ts';
import { validateSite, type SiteValidation } from '../authoring/validate-site.ts';
import { processorTime } from '../base/processor-time.ts';
import { kinds } from '../resources/registry.ts';
import { openRootFolder } from './open-root.ts';
import { judgeDocuments } from './judge-documents.ts';
import { seenFromHere } from './site-folder.ts';

/** `targets`: paths of the site; null: all of it. */
export async function validateLayers(
  site: string,
  targets: readonly string[] | null,
): Promise<Awaited<ReturnType<typeof validateSite>>> {
  const opened = await openRootFolder(site);
  await using fs = opened.fs;
  const options: SiteValidation = { files: new SiteFiles(fs), kinds, judge: await judgeDocuments(), processorTime };
  const { findings, ...counts } = await validateSite(options, targets);
  return { findings: seenFromHere(site, findings), ...counts };
}
