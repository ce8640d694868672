/** What the shape of a config cannot say: forms of names and paths, and entries that exclude each other. */
import { posix } from 'node:path';
import { quoted } from '../base/words.ts';
import { pointerOf } from '../desired/pointer.ts';
import type { IgnitionConfig, Named, Resource } from './config.ts';
import { readDataUrl } from './data-url.ts';
import type { Report } from './shape.ts';

const UNIT = /^[^/\0]+[.](?:service|socket|device|mount|automount|swap|target|path|timer|snapshot|slice|scope)$/u;
const ACCOUNT = /^[^:/\s\0]{1,256}$/u;

/** Of a config whose shape fits. Values are never quoted, names and paths are. */
export function judgeConfig(config: IgnitionConfig, report: Report): void {
  const { storage = {}, systemd = {}, passwd = {}, kernelArguments = {} } = config;
  const merge = config.ignition.config?.merge ?? [];
  for (const [at, each] of merge.entries()) judgeResource(each, ['ignition', 'config', 'merge', at], report);
  if (config.ignition.config?.replace)
    judgeResource(config.ignition.config.replace, ['ignition', 'config', 'replace'], report);
  judgePaths(storage, report);
  for (const [index, { contents, append = [] }] of (storage.files ?? []).entries()) {
    const at: At = ['storage', 'files', index];
    if (contents) judgeResource(contents, [...at, 'contents'], report);
    for (const [part, each] of append.entries()) judgeResource(each, [...at, 'append', part], report);
  }
  judgeUnits(systemd.units ?? [], report);
  for (const [list, entries] of Object.entries({ users: passwd.users, groups: passwd.groups }))
    unique(
      entries ?? [],
      ({ name }) => name,
      ['passwd', list],
      'name',
      report,
      (name) => (ACCOUNT.test(name) ? null : 'expected the name of an account'),
    );
  const wanted = [...(kernelArguments.shouldExist ?? []), ...(kernelArguments.shouldNotExist ?? [])];
  if (new Set(wanted).size !== wanted.length)
    report('KSN-IGN-007', 'a kernel argument stands twice', pointerOf(['kernelArguments']));
}

type At = readonly (string | number)[];

function judgePaths(storage: NonNullable<IgnitionConfig['storage']>, report: Report): void {
  const seen = new Map<string, string>();
  const links = new Set((storage.links ?? []).map(({ path }) => path));
  for (const list of ['directories', 'files', 'links'] as const)
    for (const [index, node] of (storage[list] ?? []).entries()) {
      const at: At = ['storage', list, index];
      const { path } = node;
      const place = pointerOf([...at, 'path']);
      if (!path.startsWith('/') || posix.normalize(path) !== path || path.includes('\0') || /.\/$/u.test(path))
        report('KSN-IGN-006', `expected an absolute path without '.', '..' and double slashes`, place);
      const before = seen.get(path);
      if (before !== undefined) report('KSN-IGN-007', `${quoted(path)} is also in ${before}`, place);
      else seen.set(path, list);
      for (let above = posix.dirname(path); above.length > 1; above = posix.dirname(above))
        if (links.has(above))
          report('KSN-IGN-007', `${quoted(path)} lies beneath ${quoted(above)}, which is made a link`, place);
      judgeOwner(node.user, [...at, 'user'], report);
      judgeOwner(node.group, [...at, 'group'], report);
      const mode = 'mode' in node ? (node.mode ?? 0) : 0;
      if (mode < 0 || mode > 0o7777) report('KSN-IGN-006', MODE, pointerOf([...at, 'mode']));
      if ('target' in node && node.target === '')
        report('KSN-IGN-006', 'the target of a link must not be empty', pointerOf([...at, 'target']));
    }
}

const MODE = 'expected a mode in decimal, from 0 to 4095: 420 is 0644, 493 is 0755';

function judgeUnits(units: NonNullable<NonNullable<IgnitionConfig['systemd']>['units']>, report: Report): void {
  const at = ['systemd', 'units'];
  unique(
    units,
    ({ name }) => name,
    at,
    'name',
    report,
    (name) => (UNIT.test(name) ? null : 'expected the name of a unit with its ending, such as .service'),
  );
  for (const [index, { dropins = [] }] of units.entries())
    unique(
      dropins,
      ({ name }) => name,
      [...at, index, 'dropins'],
      'name',
      report,
      (name) => (/^[^/\0]+[.]conf$/u.test(name) ? null : 'expected the name of a drop-in, which ends in .conf'),
    );
}

function unique<T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  at: At,
  field: string,
  report: Report,
  misfit: (key: string) => string | null,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const key = keyOf(entry);
    const place = pointerOf([...at, index, field]);
    const wrong = misfit(key);
    if (wrong !== null) report('KSN-IGN-006', wrong, place);
    if (seen.has(key)) report('KSN-IGN-007', `${quoted(key)} stands twice`, place);
    seen.add(key);
  }
}

function judgeOwner(owner: Named | undefined, at: At, report: Report): void {
  if (owner?.id !== undefined && owner.name !== undefined && owner.name !== '')
    report('KSN-IGN-006', 'takes an id or a name, not both', pointerOf(at));
  if (owner?.id !== undefined && owner.id < 0) report('KSN-IGN-006', 'the number must be at least 0', pointerOf(at));
}

/** Of a data: URL also that it can be decoded: Ignition refuses the config then. */
function judgeResource({ source, compression, verification }: Resource, at: At, report: Report): void {
  if (compression !== undefined && compression !== '' && compression !== 'gzip')
    report('KSN-IGN-006', `expected 'gzip', or no compression`, pointerOf([...at, 'compression']));
  const hash = verification?.hash;
  const place = pointerOf([...at, 'verification', 'hash']);
  if (hash !== undefined && !/^(?:sha256-[0-9a-fA-F]{64}|sha512-[0-9a-fA-F]{128})$/u.test(hash))
    report('KSN-IGN-006', `expected 'sha256-' or 'sha512-' with the hash in hexadecimal`, place);
  if (hash !== undefined && source === undefined) report('KSN-IGN-005', 'a hash needs a source beside it', place);
  if (source === undefined || source === '') return;
  const sourcePlace = pointerOf([...at, 'source']);
  if (!/^(?:data|https?|tftp|gs|s3|arn|file):/u.test(source))
    report('KSN-IGN-006', 'expected a URL of data:, http:, https:, tftp:, s3:, gs:, arn: or file:', sourcePlace);
  if (source.startsWith('data:') && readDataUrl(source) === null)
    report('KSN-IGN-008', 'the data: URL cannot be decoded', sourcePlace);
}
