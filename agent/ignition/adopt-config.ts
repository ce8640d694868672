/** A config as resources of a spec that keeps it so, and what no spec can have of it. */
import type { Reason } from '../base/errors.ts';
import { adoptReason } from '../resources/adopt-errors.ts';
import { contentOf } from '../resources/path-adopt.ts';
import { formatMode } from '../resources/path-state.ts';
import { holdsSecret } from '../resources/secret-content.ts';
import type { Audited } from './audited.ts';
import type { IgnitionConfig, IgnitionFile, Named, PathNode } from './config.ts';
import { contentsOf, type Allowance } from './contents.ts';
import { ignitionError } from './errors.ts';
import { IGNITION_LIMITS } from './limits.ts';
import { UNIT_FOLDER } from './unit-links.ts';

type Section = Record<string, unknown>;

export interface AdoptedConfig {
  readonly sections: { readonly files: Section; readonly directories: Section; readonly links: Section };
  readonly leftOut: readonly Reason[];
}

/** `audited`: of this host. What the config leaves open and is otherwise here is not taken over. */
export function adoptConfig(config: IgnitionConfig, audited: readonly Audited[], withSecrets: boolean): AdoptedConfig {
  const adopting = new Adopting(withSecrets);
  const open = new Map(
    audited.flatMap(({ element, verdict }) =>
      verdict.is === 'unchecked' && verdict.why.code === 'KSN-IGN-013' ? [[element, verdict.why] as const] : [],
    ),
  );
  const { storage = {}, systemd = {}, passwd = {}, kernelArguments = {} } = config;
  for (const directory of storage.directories ?? [])
    adopting.unless(open.get(`directory:${directory.path}`), () => adopting.directory(directory));
  for (const file of storage.files ?? []) adopting.unless(open.get(`file:${file.path}`), () => adopting.file(file));
  for (const { path, target = '', hard, ...owner } of storage.links ?? [])
    if (hard === true) adopting.leave(adoptReason('KSN-ADOPT-008', path, 'is a hard link'));
    else if (Object.keys(ownerOf({ path, ...owner })).length > 0)
      adopting.without(path, 'a link with an owner of its own');
    else adopting.sections.links[path] = { target };
  for (const { name, contents, dropins = [], mask, enabled } of systemd.units ?? []) {
    const path = `${UNIT_FOLDER}/${name}`;
    if (mask === true) adopting.sections.links[path] = { target: '/dev/null' };
    else if (contents !== undefined && contents !== '') adopting.text(path, contents);
    if (mask === false) adopting.without(`mask:${name}`, 'that a unit is not masked');
    for (const dropIn of dropins)
      if (dropIn.contents !== undefined) adopting.text(`${path}.d/${dropIn.name}`, dropIn.contents);
    if (enabled !== undefined) adopting.without(`enablement:${name}`, 'whether a unit is enabled');
  }
  for (const { name } of passwd.users ?? []) adopting.without(`user:${name}`, 'a user');
  for (const { name } of passwd.groups ?? []) adopting.without(`group:${name}`, 'a group');
  for (const argument of [...(kernelArguments.shouldExist ?? []), ...(kernelArguments.shouldNotExist ?? [])])
    adopting.without(`kernel-argument:${argument}`, 'a kernel argument');
  for (const { device } of [...(storage.disks ?? []), ...(storage.filesystems ?? [])])
    adopting.without(device, 'how disks are laid out');
  for (const { name } of [...(storage.raid ?? []), ...(storage.luks ?? [])])
    adopting.without(name, 'how disks are laid out');
  return { sections: adopting.sections, leftOut: adopting.leftOut };
}

class Adopting {
  readonly sections = { files: {} as Section, directories: {} as Section, links: {} as Section };
  readonly leftOut: Reason[] = [];
  readonly #withSecrets: boolean;
  readonly #allowance: Allowance = { bytes: IGNITION_LIMITS.allContentBytes };

  constructor(withSecrets: boolean) {
    this.#withSecrets = withSecrets;
  }

  leave(reason: Reason): void {
    this.leftOut.push(reason);
  }

  unless(reason: Reason | undefined, take: () => void): void {
    if (reason === undefined) take();
    else this.leave(reason);
  }

  /** Of something that the kinds of this release cannot keep. */
  without(element: string, words: string): void {
    this.leave(
      ignitionError('KSN-IGN-015', `${element}: no kind of this release keeps ${words}`, { element }).toReason(),
    );
  }

  directory(node: PathNode & { readonly mode?: number }): void {
    this.sections.directories[node.path] = attributes(node, 0o755);
  }

  text(path: string, contents: string): void {
    this.#take({ path }, Buffer.from(contents));
  }

  file(file: IgnitionFile): void {
    const { path, contents, append = [] } = file;
    if (contents?.source === undefined)
      return this.without(path, append.length === 0 ? 'a file of any content' : 'the end of a file alone');
    const parts: Uint8Array[] = [];
    for (const resource of [contents, ...append]) {
      const part = contentsOf(resource, path, this.#allowance);
      if ('bytes' in part) parts.push(part.bytes);
      else return this.leave('broken' in part ? part.broken : part.elsewhere);
    }
    this.#take(file, Buffer.concat(parts));
  }

  #take(file: IgnitionFile, bytes: Uint8Array): void {
    const { path, mode = 0o644 } = file;
    if ((mode & 0o6000) !== 0) return this.leave(adoptReason('KSN-ADOPT-007', path, `has mode ${formatMode(mode)}`));
    const secret = holdsSecret(path, bytes);
    if (secret !== null && !this.#withSecrets) return this.leave(adoptReason('KSN-ADOPT-009', path, `holds ${secret}`));
    if ((mode & 0o004) === 0 && !this.#withSecrets)
      return this.leave(adoptReason('KSN-ADOPT-010', path, `has mode ${formatMode(mode)}`));
    this.sections.files[path] = { content: contentOf(bytes), ...attributes(file, 0o644) };
  }
}

/** What a spec means by itself is left out. */
function attributes({ mode, ...node }: PathNode & { readonly mode?: number }, usual: number): Section {
  return { ...(mode !== undefined && mode !== usual && { mode: formatMode(mode) }), ...ownerOf(node) };
}

function ownerOf({ user, group }: PathNode): Section {
  const owner = whoOf(user);
  const members = whoOf(group);
  return { ...(owner !== 0 && { owner }), ...(members !== 0 && { group: members }) };
}

function whoOf({ id, name = '' }: Named = {}): string | number {
  return name === '' ? (id ?? 0) : name === 'root' ? 0 : name;
}
