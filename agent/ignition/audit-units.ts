/** Units, drop-ins, masks and enablement of a config against a host. */
import type { AccountTables } from './accounts.ts';
import { auditFile } from './audit-paths.ts';
import { SAME, unchecked, verdictOf, type Audited, type Difference } from './audited.ts';
import type { IgnitionUnit } from './config.ts';
import type { Allowance } from './contents.ts';
import { inFlight } from './in-flight.ts';
import { isAudited, looked, textAt, type LookFs } from './look.ts';
import { enablementLinks, linksWanted, PRESET_FILE, presetsIn, UNIT_FOLDER } from './unit-links.ts';

export interface UnitAudit {
  readonly fs: LookFs;
  readonly accounts: AccountTables;
  readonly allowance: Allowance;
}

export async function auditUnits(units: readonly IgnitionUnit[], audit: UnitAudit): Promise<readonly Audited[]> {
  const { fs } = audit;
  const asked = units.some(({ enabled }) => enabled !== undefined);
  const onDisk = asked
    ? await looked('enablement', async () => ({
        presets: presetsIn((await textAt(fs, PRESET_FILE)) ?? ''),
        links: await enablementLinks(fs),
        hasBooted: hasBooted(await textAt(fs, '/etc/machine-id')),
      }))
    : null;
  const audited = await inFlight(units, async (unit): Promise<readonly Audited[]> => {
    const parts = await partsOf(unit, audit);
    if (unit.enabled === undefined || onDisk === null) return parts;
    const element = `enablement:${unit.name}`;
    if (isAudited(onDisk)) return [...parts, { element, verdict: onDisk.verdict }];
    return [...parts, await auditEnablement(unit, element, fs, onDisk)];
  });
  return audited.flat();
}

/** Before it, systemd has not yet made links of presets. */
function hasBooted(machineId: string | null): boolean {
  return /^[0-9a-f]{32}$/u.test(machineId?.trim() ?? '');
}

async function partsOf(
  { name, contents, mask, dropins = [] }: IgnitionUnit,
  audit: UnitAudit,
): Promise<readonly Audited[]> {
  const parts: Audited[] = [];
  // A mask takes the place of what the config also gives as contents.
  if (contents !== undefined && contents !== '' && mask !== true)
    parts.push(await ownFile(`unit:${name}`, `${UNIT_FOLDER}/${name}`, contents, audit));
  for (const dropIn of dropins)
    if (dropIn.contents !== undefined) {
      const path = `${UNIT_FOLDER}/${name}.d/${dropIn.name}`;
      parts.push(await ownFile(`drop-in:${name}/${dropIn.name}`, path, dropIn.contents, audit));
    }
  if (mask !== undefined) parts.push(await auditMask(name, mask, audit.fs));
  return parts;
}

async function ownFile(element: string, path: string, contents: string, audit: UnitAudit): Promise<Audited> {
  const source = `data:;base64,${Buffer.from(contents).toString('base64')}`;
  const { verdict } = await auditFile({ path, contents: { source } }, audit);
  return { element, verdict };
}

async function auditMask(name: string, mask: boolean, fs: LookFs): Promise<Audited> {
  const element = `mask:${name}`;
  const found = await looked(element, () => fs.lstat(`${UNIT_FOLDER}/${name}`));
  if (isAudited(found)) return found;
  const isMasked = found?.type === 'link' && found.target === '/dev/null';
  if (isMasked === mask) return { element, verdict: SAME };
  return { element, verdict: verdictOf([{ of: 'presence', wanted: maskWord(mask), found: maskWord(isMasked) }]) };
}

function maskWord(masked: boolean): string {
  return masked ? 'masked' : 'not masked';
}

interface OnDisk {
  readonly presets: ReadonlyMap<string, 'enable' | 'disable'>;
  readonly links: ReadonlyMap<string, string>;
  readonly hasBooted: boolean;
}

async function auditEnablement(
  { name, enabled = false, contents, mask }: IgnitionUnit,
  element: string,
  fs: LookFs,
  { presets, links, hasBooted: booted }: OnDisk,
): Promise<Audited> {
  const preset = presets.get(name);
  const what: Difference[] = [];
  // A unit that was not enabled before has no line that disables it.
  if (enabled ? preset !== 'enable' : preset === 'enable')
    what.push({ of: 'preset', wanted: enabled ? 'enable' : 'no line that enables it', found: preset ?? 'no line' });
  if (!enabled) {
    const enabling = [...links].filter(([, unit]) => unit === name).map(([link]) => link);
    if (enabling.length > 0) what.push({ of: 'links', wanted: 'disabled', found: `enabled by ${enabling.join(', ')}` });
    return { element, verdict: verdictOf(what) };
  }
  if (!booted || mask === true) return { element, verdict: verdictOf(what) };
  const wanted = await looked(element, () => linksWanted(fs, name, contents));
  if (isAudited(wanted)) return what.length > 0 ? { element, verdict: verdictOf(what) } : wanted;
  if (wanted === null && what.length === 0)
    return unchecked(
      'KSN-IGN-011',
      element,
      'no file of the unit with an [Install] section tells which links it needs',
    );
  const absent = (wanted ?? []).filter((link) => !links.has(link));
  if (absent.length > 0) what.push({ of: 'links', wanted: 'enabled', found: `no link ${absent.join(', ')}` });
  return { element, verdict: verdictOf(what) };
}
