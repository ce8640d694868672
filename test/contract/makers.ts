/** The hosts that the contract suites run on. */
import type { Test } from 'tap';
import { losesAll, losesBySeed, losesNothing } from '../../hostfs/memory-crash.ts';
import { folderHost } from '../support/folder-host.ts';
import { memoryHost } from '../support/memory-host.ts';
import type { TestHostOptions } from '../support/test-host.ts';
import type { HostMaker } from './kind-contract.ts';

const losesSome = losesBySeed(7);

export function inMemory(options: TestHostOptions = {}): HostMaker {
  return Object.assign(() => memoryHost(options), {
    crash: { points: Number.MAX_SAFE_INTEGER, losing: [losesAll, losesNothing, losesSome], forks: true },
  });
}

export function inFolder(options: TestHostOptions = {}): HostMaker {
  return Object.assign((t: Test) => folderHost(t, options), {
    crash: { points: 5, losing: [losesNothing], forks: false },
  });
}
