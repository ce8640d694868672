/** Resources of a host → the text of a spec that this host would accept, and what no spec can have of them. */
import { Document, visit } from 'yaml';
import { bug, type Reason } from '../base/errors.ts';
import { partsOfPointer } from '../desired/pointer.ts';
import { API_VERSION } from '../desired/node-spec-schema.ts';
import { kindAt, nested, sectionPath } from '../desired/section-place.ts';
import { SpecChecker } from '../desired/spec-checker.ts';
import { validateDocument } from '../desired/validate.ts';
import { adoptError } from '../resources/adopt-errors.ts';
import type { AnyKind, KindSettings } from '../resources/kind.ts';
import { checkPolicy, type LocalPolicy } from '../verify/local-policy.ts';
import { checkResolvedPaths } from '../verify/resolved-paths.ts';
import type { ReadFileSystem } from '../../hostfs/filesystem.ts';
import { largestOf, type Haul, type Sections } from './walk.ts';

export interface SpecOptions {
  readonly kinds: readonly AnyKind[];
  readonly settings: KindSettings;
  readonly policy: LocalPolicy;
  readonly fs: Pick<ReadFileSystem, 'lstat'>;
  readonly series: string;
  /** The first lines, without `# `. */
  readonly comment: readonly string[];
}

export interface AdoptedSpec {
  /** YAML; the same resources give the same bytes. */
  readonly text: string;
  readonly sections: Sections;
  /** In the order of their paths. */
  readonly leftOut: readonly Reason[];
}

/** Whatever a node would refuse of the spec is left out of it, with the reason that the node would give. */
export async function specOf({ sections, leftOut }: Haul, options: SpecOptions): Promise<AdoptedSpec> {
  const { kinds, settings, policy, fs } = options;
  const checker = await SpecChecker.of(kinds);
  const refused = [...leftOut];
  for (let left = sections; ;) {
    const text = textOf(left, options);
    const checked = validateDocument(Buffer.from(text), { format: 'yaml', checker, settings });
    const { spec, items, findings } = checked;
    const reasons =
      spec === null
        ? findings
        : [...checkPolicy(items, spec, kinds, policy), ...(await checkResolvedPaths(items, spec.gates, fs, policy))];
    const faulty = reasons.map((reason) => ({ reason, at: placeOf(reason, kinds) }));
    const fatal = faulty.find(({ at }) => at === null);
    if (fatal !== undefined) throw ofWhole(fatal.reason, text, left);
    if (faulty.length === 0) return { text, sections: left, leftOut: sorted(refused) };
    const out = new Map<string, Reason>();
    for (const { reason, at } of faulty) if (at !== null) out.set(JSON.stringify(at), withElement(reason, at));
    refused.push(...out.values());
    left = without(left, out);
  }
}

type At = readonly [section: string, key: string];

/** The resource that a finding is about: by its place in the document, else by its address. */
function placeOf({ place, element }: Reason, kinds: readonly AnyKind[]): At | null {
  const [root, ...parts] = partsOfPointer(place?.pointer ?? '');
  const section =
    root === 'spec'
      ? kindAt(
          parts,
          kinds.map(({ name }) => name),
        )
      : undefined;
  const key = section === undefined ? undefined : parts[sectionPath(section).length];
  if (section !== undefined && key !== undefined) return [section, key];
  const kind = kinds.find(({ prefix }) => element?.startsWith(`${prefix}:`) === true);
  return kind === undefined ? null : [kind.name, (element ?? '').slice(kind.prefix.length + 1)];
}

/** Places in a document that nobody has seen are of no use; the path that is left out is. */
function withElement(reason: Reason, [, key]: At): Reason {
  const { place: _, ...rest } = reason;
  return { ...rest, element: key.startsWith('/') ? key : (reason.element ?? key) };
}

function without(sections: Sections, out: ReadonlyMap<string, Reason>): Sections {
  const kept = Object.entries(sections).map(
    ([name, section]) =>
      [
        name,
        Object.fromEntries(Object.entries(section).filter(([key]) => !out.has(JSON.stringify([name, key])))),
      ] as const,
  );
  return Object.fromEntries(kept);
}

/** No one resource is too much; all of them are. */
function ofWhole(reason: Reason, text: string, sections: Sections): Error {
  if (reason.code !== 'KSN-SPEC-003' && reason.code !== 'KSN-SPEC-005') return bug(`${reason.code} ${reason.message}`);
  const sizes = Object.values(sections)
    .flatMap((section) => Object.entries(section))
    .map(([key, resource]) => [key, JSON.stringify(resource).length] as const);
  const kibibytes = Math.ceil(Buffer.byteLength(text) / 1024);
  return adoptError('KSN-ADOPT-014', `as a spec it would have ${kibibytes} KiB; ${largestOf(sizes)}`);
}

function textOf(sections: Sections, { kinds, series, comment }: SpecOptions): string {
  const spec = nested<unknown>(
    kinds.flatMap(({ name }) => {
      const entries = Object.entries(sections[name] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
      return entries.length === 0 ? [] : [[name, Object.fromEntries(entries)] as const];
    }),
    (_, members) => members,
  );
  const document = { apiVersion: API_VERSION, kind: 'NodeSpec', metadata: { series, generation: 1 }, spec };
  const text = yamlOf(document);
  return `${comment.map((line) => `# ${line}\n`).join('')}${text}`;
}

/** Text in blocks, but in quotes where it begins with blanks: not every reader finds the indentation of such a block. */
function yamlOf(value: unknown): string {
  const options = { lineWidth: 0, aliasDuplicateObjects: false } as const;
  const document = new Document(value, options);
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && /^\n*[ \t]/.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString(options);
}

function sorted(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.toSorted((a, b) => ((a.element ?? '') < (b.element ?? '') ? -1 : 1));
}
