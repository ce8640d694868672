/** `keelson explain config[.setting]` in words, out of the shape that the configuration is read by. */
import { nearest } from '../../base/words.ts';
import { SETTINGS_SHAPE } from '../../config/settings-shape.ts';
import type { Fields, Leaf, MapOf, Section } from '../../config/shape.ts';
import { cliError } from '../errors.ts';
import { wrappedColumns } from './columns.ts';
import { yamlLines } from './yaml-lines.ts';

type Setting = Leaf<unknown> | MapOf<unknown>;

/** One setting, or all under a name. @throws KSN-CLI-004 with what was meant */
export function settingText(name: string, width: number | undefined): string[] {
  const all = new Map(settingsIn(SETTINGS_SHAPE, 'config'));
  const options = { indent: '   ', ...(width !== undefined && { width }) };
  const one = all.get(name);
  if (one !== undefined) return oneSetting(name, one, options);
  const below = [...all].filter(([path]) => path.startsWith(`${name}.`));
  if (below.length === 0) throw unknown(name, [...all.keys()]);
  return [
    `${name}  settings, in /etc/keelson/config.d/*.yaml (keelson explain ${below[0]?.[0]})`,
    ...wrappedColumns(
      below.map(([path, { about }]) => [path.slice('config.'.length), about]),
      options,
    ),
  ];
}

/** Every setting by its dotted name, with `config` before it. */
export function settingNames(): readonly string[] {
  return settingsIn(SETTINGS_SHAPE, 'config').map(([name]) => name);
}

function oneSetting(
  name: string,
  setting: Setting,
  options: { readonly indent: string; readonly width?: number },
): string[] {
  const example = exampleOf(setting);
  const keys = name.split('.').slice(1);
  const takes = setting.is === 'map' ? `a map: ${setting.name.takes} → ${setting.value.takes}` : setting.takes;
  return [
    ...wrappedColumns([[name, takes]], { ...options, indent: '' }),
    ...wrappedColumns([[setting.about]], options),
    ...wrappedColumns([['default', setting.is === 'map' ? '{}' : shown(setting)]], options),
    ...(example === undefined
      ? []
      : [
          'example (/etc/keelson/config.d/50-local.yaml)',
          ...yamlLines(keys.reduceRight<unknown>((value, key) => ({ [key]: value }), example)).map(
            (line) => `   ${line}`,
          ),
        ]),
  ];
}

function shown(leaf: Leaf<unknown>): string {
  const value = leaf.show(leaf.default);
  return value === null ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** The default written out; of what has none there is nothing to show. */
function exampleOf(setting: Setting): unknown {
  if (setting.is === 'map') return undefined;
  return setting.show(setting.default) ?? undefined;
}

function settingsIn(section: Section<Fields>, path: string): readonly (readonly [string, Setting])[] {
  return Object.entries(section.fields).flatMap(([name, field]) => {
    const at = `${path}.${name}`;
    return field.is === 'section' ? settingsIn(field, at) : [[at, field] as const];
  });
}

function unknown(name: string, known: readonly string[]): Error {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const meant = known.find((each) => each.endsWith(`.${last}`)) ?? nearest(name, known);
  return cliError('KSN-CLI-004', `no setting ${name}`, {
    element: name,
    remedy: meant === undefined ? 'keelson explain config lists them.' : `Did you mean ${meant}?`,
  });
}
