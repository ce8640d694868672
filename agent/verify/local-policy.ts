/**
 * What any spec may do on this node, whoever signed it. Set in the image or /etc; a spec cannot widen it.
 * Judged on items, so that it holds for every kind: what a kind owns it claims.
 */
import type { Reason } from '../base/errors.ts';
import type { NodeSpec } from '../desired/node-spec.ts';
import type { CommandSpec, GateSpec } from '../desired/shared-types.ts';
import { isPath, pathOf } from '../desired/items.ts';
import { oneOf, quoted } from '../base/words.ts';
import type { AnyKind, Item, KindName } from '../resources/kind.ts';
import { verifyError, type VerifyCode } from './errors.ts';

export interface LocalPolicy {
  readonly kinds: 'any' | readonly KindName[];
  /** Folders, absolute in the root. Denied wins over allowed. */
  readonly paths: { readonly allow: readonly string[]; readonly deny: readonly string[] };
  readonly limits: { readonly resources: number; readonly bytes: number };
  /** Programs as specs name them (argv[0]), for checks, effects and gates. */
  readonly commands: 'any' | readonly string[];
  /** The agent's own folders, wherever the settings put them: besides being kept from specs, no gate asks what is in them. */
  readonly own?: readonly string[];
  /** Whether something that is there and not ours may be taken over; the plan asks. */
  readonly adoption: 'allow' | 'deny';
}

export const DEFAULT_POLICY: LocalPolicy = {
  kinds: 'any',
  paths: { allow: ['/'], deny: [] },
  limits: { resources: 5000, bytes: 16 * 2 ** 20 },
  commands: 'any',
  adoption: 'allow',
};

const OWN_FOLDERS = ['/etc/keelson', '/usr/lib/keelson', '/var/lib/keelson', '/run/keelson'] as const;

/** Never a spec's, whatever the settings say: the agent's own folders, and what is no disk. */
export const PROTECTED_FOLDERS = [...OWN_FOLDERS, '/proc', '/sys', '/dev'] as const;

/** The part of the agent's state that is made for specs to put things into. */
const openFolder = '/var/lib/keelson/certs';

/** The policy with folders of this node's own kept from specs too, wherever the settings put them. */
export function keptFrom(policy: LocalPolicy, folders: readonly string[]): LocalPolicy {
  const moved = folders.filter(
    (folder) => isInside(folder, openFolder) || !PROTECTED_FOLDERS.some((kept) => isInside(folder, kept)),
  );
  const { allow, deny } = policy.paths;
  return { ...policy, paths: { allow, deny: [...new Set([...deny, ...moved])] }, own: folders };
}

type Items = readonly Item<unknown>[];

/**
 * Every item and gate that is against it, each with its reason; empty: it may be done. Items that the engine implied
 * are not judged.
 */
export function checkPolicy(
  items: Items,
  { gates }: Pick<NodeSpec, 'gates'>,
  kinds: readonly AnyKind[],
  policy: LocalPolicy,
): readonly Reason[] {
  const declared = items.filter(({ implied }) => implied !== true);
  return [
    ...checkLimits(declared, policy),
    ...declared.flatMap((item) => checkItem(item, kinds, policy)),
    ...checkGates(gates, policy, 'spec'),
  ];
}

/** Why a spec may not own this path, or null. A tree also owns what lies beneath; a path also carries it. */
export function pathRefusal(path: string, policy: LocalPolicy): string | null {
  if (!path.startsWith('/') || path.split('/').some((part) => part === '..')) return 'is not a plain absolute path';
  const kept = path.startsWith(`${openFolder}/`)
    ? PROTECTED_FOLDERS.filter((folder) => !isInside(path, folder))
    : PROTECTED_FOLDERS;
  for (const folder of [...kept, ...policy.paths.deny]) {
    if (isInside(path, folder)) return `lies in ${folder}, which is kept from specs`;
    if (isInside(folder, path)) return `holds ${folder}, which is kept from specs`;
  }
  if (policy.paths.allow.some((folder) => isInside(path, folder))) return null;
  return `lies outside what policy allows: ${oneOf(policy.paths.allow)}`;
}

/** Why a gate may not ask for this file, or null: its answer tells, text by text, what is in the agent's keys and stores. */
export function gateRefusal(path: string, { own = [] }: LocalPolicy): string | null {
  const inOpen = path.startsWith(`${openFolder}/`);
  const asked = inOpen ? own.filter((each) => isInside(each, openFolder)) : [...OWN_FOLDERS, ...own];
  const folder = asked.find((each) => isInside(path, each));
  if (folder === undefined) return null;
  return `lies in ${folder}, which is the agent's own`;
}

function checkLimits(items: Items, { limits }: LocalPolicy): readonly Reason[] {
  const bytes = items.reduce(
    (sum, { contents }) => sum + [...(contents?.values() ?? [])].reduce((size, content) => size + content.length, 0),
    0,
  );
  return [
    ...(items.length > limits.resources
      ? [refuse('KSN-VERIFY-022', `the spec has ${items.length} resources; policy allows ${limits.resources}`, 'spec')]
      : []),
    ...(bytes > limits.bytes
      ? [refuse('KSN-VERIFY-022', `the spec carries ${bytes} bytes; policy allows ${limits.bytes}`, 'spec')]
      : []),
  ];
}

function checkItem(item: Item<unknown>, kinds: readonly AnyKind[], policy: LocalPolicy): readonly Reason[] {
  const { address, claims, shared } = item;
  const kind = kinds.find(({ prefix }) => address.startsWith(`${prefix}:`))?.name;
  const kindRefused = policy.kinds !== 'any' && (kind === undefined || !policy.kinds.includes(kind));
  const refusedPaths = new Map(
    claims.filter(isPath).map((claim) => [pathOf(claim), pathRefusal(pathOf(claim), policy)]),
  );
  const commands = [shared.check, ...shared.onChange.map(({ command }) => command)].filter(
    (command) => command !== undefined,
  );
  return [
    ...(kindRefused
      ? [refuse('KSN-VERIFY-020', `${address}: policy does not allow ${kind ?? 'this kind'}`, address)]
      : []),
    ...[...refusedPaths].flatMap(([path, why]) =>
      why === null ? [] : [refuse('KSN-VERIFY-021', `${address}: ${path} ${why}`, address)],
    ),
    ...checkCommands(commands, policy, address),
    ...checkGates(shared.gates, policy, address),
  ];
}

function checkGates(gates: readonly GateSpec[], policy: LocalPolicy, element: string): readonly Reason[] {
  const commands = gates.flatMap((gate) => (gate.type === 'exec' ? [gate.command] : []));
  const files = new Set(gates.flatMap((gate) => (gate.type === 'file' ? [gate.path] : [])));
  return [
    ...checkCommands(commands, policy, element),
    ...[...files].flatMap((path) => {
      const why = gateRefusal(path, policy);
      return why === null
        ? []
        : [refuse('KSN-VERIFY-025', `${element}: a gate asks for ${path}, which ${why}`, element)];
    }),
  ];
}

function checkCommands(commands: readonly CommandSpec[], policy: LocalPolicy, element: string): readonly Reason[] {
  const { commands: allowed } = policy;
  if (allowed === 'any') return [];
  const programs = new Set(commands.map(({ argv }) => argv[0] ?? ''));
  return [...programs]
    .filter((program) => !allowed.includes(program))
    .map((program) =>
      refuse('KSN-VERIFY-023', `${element}: policy does not allow the program ${quoted(program)}`, element),
    );
}

/** '/etc' is inside '/etc' and '/'. */
export function isInside(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}

function refuse(code: VerifyCode, message: string, element: string): Reason {
  return verifyError(code, message, { element }).toReason();
}
