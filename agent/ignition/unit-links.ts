/** How systemd's links on disk say that a unit is enabled: what `systemctl is-enabled` reads, without D-Bus. */
import type { LookFs } from './look.ts';
import { textAt } from './look.ts';

export const UNIT_FOLDER = '/etc/systemd/system';
export const PRESET_FILE = '/etc/systemd/system-preset/20-ignition.preset';
/** In order of precedence. */
const FOLDERS = [
  UNIT_FOLDER,
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];

/** Links by which units are wanted, required or also named, beneath the folder of the administrator: path → unit. */
export async function enablementLinks(fs: LookFs): Promise<ReadonlyMap<string, string>> {
  const links = new Map<string, string>();
  for (const name of await fs.list(UNIT_FOLDER)) {
    if (/[.](?:wants|requires|upholds)$/u.test(name))
      for (const unit of await fs.list(`${UNIT_FOLDER}/${name}`)) links.set(`${name}/${unit}`, unit);
    else {
      const entry = await fs.lstat(`${UNIT_FOLDER}/${name}`);
      const target = entry?.target?.split('/').at(-1);
      if (entry?.type === 'link' && target !== undefined && target !== 'null' && target !== name)
        links.set(name, target);
    }
  }
  return links;
}

/** Links that enabling it makes, relative to the folder; null: no file of it is there, or it has no [Install]. */
export async function linksWanted(
  fs: LookFs,
  unit: string,
  contents: string | undefined,
): Promise<readonly string[] | null> {
  const text = contents === undefined || contents === '' ? await unitText(fs, unit) : contents;
  if (text === null) return null;
  const install = /^\[Install\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/mu.exec(text)?.[1];
  if (install === undefined) return null;
  const named = (key: string): readonly string[] =>
    [...install.matchAll(new RegExp(`^[ \\t]*${key}[ \\t]*=(.*)$`, 'gmu'))]
      .flatMap(([, value = '']) => value.trim().split(/\s+/u))
      .filter((name) => name !== '' && !name.includes('%'));
  return [
    ...named('WantedBy').map((target) => `${target}.wants/${unit}`),
    ...named('RequiredBy').map((target) => `${target}.requires/${unit}`),
    ...named('UpheldBy').map((target) => `${target}.upholds/${unit}`),
    ...named('Alias'),
  ];
}

async function unitText(fs: LookFs, unit: string): Promise<string | null> {
  for (const name of new Set([unit, unit.replace(/@[^.]*(?=[.])/u, '@')]))
    for (const folder of FOLDERS) {
      const text = await textAt(fs, `${folder}/${name}`);
      if (text !== null) return text;
    }
  return null;
}

/** What the file says of each unit, instances of templates one by one: `enable echo@.service a b`. */
export function presetsIn(text: string): ReadonlyMap<string, 'enable' | 'disable'> {
  const presets = new Map<string, 'enable' | 'disable'>();
  for (const line of text.split('\n')) {
    const [verb, name, ...instances] = line.trim().split(/\s+/u);
    if ((verb !== 'enable' && verb !== 'disable') || name === undefined) continue;
    const units = instances.length === 0 ? [name] : instances.map((instance) => name.replace('@.', `@${instance}.`));
    for (const unit of units) if (!presets.has(unit)) presets.set(unit, verb);
  }
  return presets;
}
