/** `keelson ignition render SPEC`: the Ignition config of a first boot with the spec, its trust roots and the agent. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine } from '../base/one-line.ts';
import { counted } from '../base/words.ts';
import { asButane, renderConfig, type Sections } from '../ignition/render-config.ts';
import { cliError } from './errors.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { readGiven } from './read-given.ts';
import { dataText } from './text/data.ts';
import { acceptedBy } from './verify.ts';
import { writeNew } from './write-new.ts';

export interface IgnitionRenderOptions {
  readonly trust: string;
  readonly butane: boolean;
  readonly out?: string;
}

/** Exit 0: it is written, whatever of the spec only the agent can bring. */
export async function ignitionRender(
  invocation: Invocation,
  file: string,
  { trust: folder, butane, out }: IgnitionRenderOptions,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const { given, document, series } = await acceptedBy(invocation, file, folder);
  const { spec } = document as { readonly spec: Sections };
  const { health: _, gates: __, ...sections } = spec;
  const trust = await trustFiles(folder);
  const { config, left } = renderConfig({ series, sections, envelope: given.bytes, trust });
  const text = await dataText(butane ? asButane(config) : config, butane ? 'yaml' : 'json');
  if (out === undefined) terminal.print(text);
  else await writeNew(out, `${text}\n`, true);
  const { files, directories, links } = config.storage;
  terminal.warn([
    ...left.map(({ element, why }) => `left to the agent: ${oneLine(element)}: ${why}`),
    `${counted(files.length + directories.length + links.length, 'path')} and ${counted(trust.length, 'trust root')}, for an image that has the agent.`,
  ]);
  return 0;
}

/** The files that a node would read as trust roots. */
async function trustFiles(folder: string): Promise<readonly { readonly name: string; readonly bytes: Uint8Array }[]> {
  try {
    const names = (await readdir(folder))
      .filter((name) => /^[A-Za-z0-9_][A-Za-z0-9_.@-]*[.](?:yaml|yml|json)$/u.test(name))
      .toSorted();
    return await Promise.all(names.map(async (name) => ({ name, bytes: await readGiven(join(folder, name)) })));
  } catch (error) {
    if (!(error instanceof Error) || !('errno' in error)) throw error;
    throw cliError('KSN-CLI-002', `cannot read ${folder}: ${error.message}`, { cause: error, element: folder });
  }
}
