/** Layers of one site for `keelson validate`, as the nodes that they become. */
import { SiteFiles } from '../authoring/site-files.ts';
import { validateSite, type SiteValidation } from '../authoring/validate-site.ts';
import { KeelsonError } from '../base/errors.ts';
import { processorTime } from '../base/processor-time.ts';
import { kinds } from '../resources/registry.ts';
import { openSite } from './open-site.ts';
import { judgeDocuments } from './judge-documents.ts';
import { seenIn } from './site-failure.ts';
import { seenFromHere } from './site-folder.ts';

type Judged = Awaited<ReturnType<typeof validateSite>>;

/** `targets`: paths of the site; null: all of it. A site that cannot be read is one more thing that is wrong. */
export async function validateLayers(site: string, targets: readonly string[] | null): Promise<Judged> {
  try {
    const { findings, ...counts } = await judgedIn(site, targets);
    return { findings: seenFromHere(site, findings), ...counts };
  } catch (error) {
    if (!(error instanceof KeelsonError)) throw error;
    return { findings: [{ ...error.toReason(), nodes: [] }], nodes: 0, layers: 0 };
  }
}

async function judgedIn(site: string, targets: readonly string[] | null): Promise<Judged> {
  const opened = await openSite(site);
  await using fs = opened.fs;
  const options: SiteValidation = { files: new SiteFiles(fs), kinds, judge: await judgeDocuments(), processorTime };
  return await seenIn(site, () => validateSite(options, targets));
}
