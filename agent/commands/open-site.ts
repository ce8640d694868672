/** The folder of a site as a rooted file system; why it is none is told of the site that the person named. */
import { buildError } from '../authoring/errors.ts';
import { KeelsonError } from '../base/errors.ts';
import { FsError } from '../../hostfs/errors.ts';
import { cliError } from './errors.ts';
import { openRootFolder, type OpenedRoot } from './open-root.ts';
import { siteRemedy } from './site-failure.ts';
import { shownPath, siteOf } from './site-folder.ts';

/** @throws KSN-CLI-002: there is no such folder; KSN-BUILD-025: the file system does not let one in. */
export async function openSite(site: string): Promise<OpenedRoot> {
  try {
    return await openRootFolder(site);
  } catch (error) {
    if (!(error instanceof KeelsonError) || !(error.cause instanceof FsError)) throw error;
    throw notOpened(site, error.cause);
  }
}

function notOpened(site: string, cause: FsError): Error {
  const more = { cause, element: site };
  if (cause.code === 'NOT_FOUND')
    return cliError('KSN-CLI-002', `there is no site ${site}: no such folder`, {
      ...more,
      remedy: 'Name the folder in which nodes/ lies; keelson init makes a new one.',
    });
  if (cause.code === 'NOT_A_DIRECTORY') {
    const around = siteOf(site);
    const folder = around === null ? 'the folder in which nodes/ lies' : shownPath(around, '');
    return cliError('KSN-CLI-002', `${site} is no folder, and a site is one`, { ...more, remedy: `Name ${folder}.` });
  }
  const why = cause.code === 'DENIED' ? 'permission denied' : cause.message;
  return buildError('KSN-BUILD-025', `the site ${site} cannot be opened: ${why}`, {
    ...more,
    ...siteRemedy(cause.code),
  });
}
