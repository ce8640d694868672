/** The deployments of an image-based system, as the tool that keeps them tells: rpm-ostree, or bootc without it. */
import type { Deployment, DeploymentFacts } from './document.ts';
import { present } from './fact-files.ts';

/** `rpm-ostree status --json`; null where it is no such answer. */
export function rpmOstreeDeployments(value: unknown): DeploymentFacts | null {
  const list = fieldOf(value, 'deployments');
  if (!Array.isArray(list)) return null;
  const at = list.findIndex((each) => fieldOf(each, 'booted') === true);
  const staged = list.find((each) => fieldOf(each, 'staged') === true);
  // The list is the order of the boot menu: what stands before the booted one comes next, what stands after it was.
  const ordered = (each: unknown): boolean => each !== staged && fieldOf(each, 'booted') !== true;
  const pending = list.slice(0, Math.max(at, 0)).find(ordered);
  const rollback = at < 0 ? undefined : list.slice(at + 1).find(ordered);
  return {
    by: 'rpm-ostree',
    ...present({
      booted: at < 0 ? undefined : ofRpmOstree(list[at]),
      staged: staged === undefined ? undefined : ofRpmOstree(staged),
      pending: pending === undefined ? undefined : ofRpmOstree(pending),
      rollback: rollback === undefined ? undefined : ofRpmOstree(rollback),
    }),
  };
}

function ofRpmOstree(value: unknown): Deployment {
  return present({
    version: textOf(value, 'version'),
    checksum: textOf(value, 'checksum'),
    image: textOf(value, 'container-image-reference'),
    imageDigest: textOf(value, 'container-image-reference-digest'),
    pinned: fieldOf(value, 'pinned') === true ? true : undefined,
  });
}

/** `bootc status --json --format-version=1`; null where it is no such answer, or this system is not bootc's. */
export function bootcDeployments(value: unknown): DeploymentFacts | null {
  const status = fieldOf(value, 'status');
  if (typeof status !== 'object' || status === null) return null;
  const of = (name: string): Deployment | undefined => {
    const entry = fieldOf(status, name);
    return typeof entry === 'object' && entry !== null ? ofBootc(entry) : undefined;
  };
  const found = present({ booted: of('booted'), staged: of('staged'), rollback: of('rollback') });
  return Object.keys(found).length === 0 ? null : { by: 'bootc', ...found };
}

function ofBootc(entry: object): Deployment {
  const image = fieldOf(entry, 'image');
  return present({
    version: textOf(image, 'version'),
    checksum: textOf(fieldOf(entry, 'ostree'), 'checksum'),
    image: textOf(fieldOf(image, 'image'), 'image'),
    imageDigest: textOf(image, 'imageDigest'),
    pinned: fieldOf(entry, 'pinned') === true ? true : undefined,
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
