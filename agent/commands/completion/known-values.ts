/** Values that are known here and now: by the agent that runs, its last status on disk, the catalogues, or a site. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeStatus, ResourceStatus } from '../../report/status.ts';
import type { Invocation } from '../invocation.ts';
import type { Candidate, Line, Source } from './wanted.ts';

/** A person waits with a finger on the key. */
const PATIENCE_MS = 1_000;

export async function knownValues(
  source: Source,
  { given, begun }: Pick<Line, 'given' | 'begun'>,
  invocation: Invocation,
): Promise<readonly Candidate[]> {
  switch (source) {
    case 'explained':
      return explained(begun);
    case 'nodes':
      return nodes(given.positional[0] ?? '.');
    case 'addresses': {
      const { resources } = await seen(invocation, true);
      return resources.map(({ address, condition }) => ({ value: address, about: condition }));
    }
    case 'held': {
      const { status } = await seen(invocation, false);
      return status.overrides.map(({ id, address, by, reason }) => ({
        value: address ?? id,
        about: `${by}: ${reason}`,
      }));
    }
    case 'blocked': {
      const { status } = await seen(invocation, false);
      return status.blocked.map(({ generation, reason }) => ({ value: String(generation), about: reason.message }));
    }
  }
}

async function seen(
  { global, ...rest }: Invocation,
  all: boolean,
): Promise<{ readonly status: NodeStatus; readonly resources: readonly ResourceStatus[] }> {
  const signal = AbortSignal.any([rest.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const invocation = { ...rest, global, signal };
  try {
    const { connectAgent } = await import('../connect.ts');
    const agent = await connectAgent(invocation);
    const [status, resources] = await Promise.all([agent.status(), all ? agent.resources() : []]);
    return { status, resources };
  } catch {
    const { statusOnDisk } = await import('../on-disk.ts');
    const { status } = await statusOnDisk(invocation);
    return { status, resources: status.resources };
  }
}

/** Each sort only where it may be meant: the fields take longest. */
async function explained(begun: string): Promise<readonly Candidate[]> {
  if (begun.startsWith('KSN')) return codes();
  if (begun.startsWith('config.')) return settings();
  const { explainedFields } = await import('../explained-fields.ts');
  const fields = (await explainedFields()).names().map((value) => ({ value }));
  return [...fields, ...(await settings()), ...(await codes())];
}

async function codes(): Promise<readonly Candidate[]> {
  const { allExplanations } = await import('../catalogues.ts');
  return [...allExplanations()].map(([value, { meaning }]) => ({ value, about: meaning }));
}

async function settings(): Promise<readonly Candidate[]> {
  const { settingNames } = await import('../text/settings-text.ts');
  return settingNames().map((value) => ({ value }));
}

async function nodes(site: string): Promise<readonly Candidate[]> {
  const files = await readdir(join(site, 'nodes'));
  return files.flatMap((file) => {
    const [, name] = /^([^.].*)\.(?:yaml|yml|json)$/u.exec(file) ?? [];
    return name === undefined ? [] : [{ value: name }];
  });
}
