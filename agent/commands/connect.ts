/** The agent of the root that is meant. */
import { join } from 'node:path';
import { KeelsonError } from '../base/errors.ts';
import { ControlClient } from '../control/client.ts';
import type { AgentFolders } from '../composition.ts';
import type { Invocation } from './invocation.ts';
import { openRootFolder } from './open-root.ts';
import { foldersOf, readConfig } from './settings.ts';
import { whereNoneAnswers } from './tend-agent.ts';

/**
 * Reads the configuration to find the sockets; nothing is asked yet, so whether an agent answers shows with the first
 * call.
 */
export async function connectAgent(invocation: Invocation): Promise<ControlClient> {
  const { runtime } = await agentFolders(invocation);
  const { root } = invocation.global;
  return new ControlClient(join(root, runtime), invocation.signal, whereNoneAnswers(root));
}

/** For a command that only reads: one client for all that it asks, since the first silence marks it. */
export async function connectReading(invocation: Invocation): Promise<ControlClient> {
  const { runtime } = await agentFolders(invocation);
  const { root } = invocation.global;
  return new ControlClient(join(root, runtime), invocation.signal, whereNoneAnswers(root), true);
}

/**
 * Where the configuration puts them. With a configuration that has faults, where they are by default: an agent that
 * runs is to be asked all the same, and it says itself what is wrong.
 */
export async function agentFolders({ global }: Invocation): Promise<AgentFolders> {
  const { fs } = await openRootFolder(global.root);
  await using _ = fs;
  try {
    return foldersOf((await readConfig(fs, global)).settings);
  } catch (error) {
    if (!(error instanceof KeelsonError) || error.code !== 'KSN-CFG-001') throw error;
    const nothing = { files: { list: async () => [], lstat: async () => null, read: async () => new Uint8Array() } };
    const { loadConfig } = await import('../config/load.ts');
    return foldersOf((await loadConfig(nothing)).settings);
  }
}
