import { createHmac } from 'node:crypto';
import type { Clock } from '../../agent/base/clock.ts';
import { systemClock } from '../../agent/base/system-clock.ts';
import { hostsOf, type Hosts } from '../../agent/apply/hosts.ts';
import type { CommandSpec } from '../../agent/desired/shared-fields.ts';
import type {
  CommandResult,
  ExpandContext,
  Fingerprint,
  Item,
  KindSettings,
  Sysctls,
} from '../../agent/resources/kind.ts';
import { MemorySysctls } from '../../agent/host/memory-sysctls.ts';
import type { PrimitiveName } from '../../hostfs/interpose.ts';
import type { Choose } from '../../hostfs/memory-crash.ts';
import type { FileSystem } from '../../hostfs/filesystem.ts';

export const TEST_SETTINGS: KindSettings = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' };

const PASSED: CommandResult = { exitCode: 0, signal: null, timedOut: false, outputTail: '' };

export interface TestHostOptions {
  readonly users?: Readonly<Record<string, number>>;
  readonly groups?: Readonly<Record<string, number>>;
  readonly settings?: KindSettings;
  readonly clock?: Clock;
  /** Stands in for every program. */
  readonly run?: (spec: CommandSpec) => CommandResult | Promise<CommandResult>;
  readonly selinux?: boolean;
  /** Default: a kernel that has none. */
  readonly sysctls?: Sysctls;
  /** What a comparison of two pictures leaves out of a file: nonces. */
  readonly blur?: (content: Uint8Array) => Uint8Array;
}

/** What a kind gets of the engine, with the stores in memory: they outlive a crash of the host. */
export class TestStores {
  readonly contents = new Map<Fingerprint, Uint8Array>();
  readonly preimages = new Map<Fingerprint, Uint8Array>();
  readonly secrets: Uint8Array[] = [];

  /** Bytes that the spec carries. */
  learn(items: readonly Item<unknown>[]): void {
    for (const item of items) {
      for (const [fingerprint, bytes] of item.contents ?? []) this.contents.set(fingerprint, bytes);
      if (item.contentsArePublic !== true) this.secrets.push(...(item.contents?.values() ?? []));
    }
  }
}

export interface TestHost extends AsyncDisposable {
  readonly hosts: Hosts;
  readonly stores: TestStores;
  /** What was asked to be run, in order. */
  readonly commands: readonly CommandSpec[];
  readonly context: ExpandContext;
  readonly blur: TestHostOptions['blur'];
}

/** The part of a host that primitives go through: counted, and able to die. */
export interface Machine {
  /** Primitives called so far; the next one has the index `calls + 1`. */
  readonly calls: number;
  readonly counts: ReadonlyMap<string, number>;
  /** From that primitive on everything throws CrashError. */
  crashAt(index: number, when?: 'before' | 'after'): void;
}

export interface CrashableHost extends TestHost {
  readonly machine: Machine;
  /** The host ends here; what is left on its disk, and the stores, start again. */
  restart(choose?: Choose): Promise<CrashableHost>;
}

const MUTATING: readonly PrimitiveName[] = [
  'createFile',
  'write',
  'sync',
  'syncData',
  'setOwner',
  'setMode',
  'setLinkOwner',
  'setXattr',
  'createDirectory',
  'createLink',
  'rename',
  'renameNew',
  'unlink',
  'rmdir',
];

/** How often this host was written to. */
export function mutations({ counts }: Machine): number {
  return MUTATING.reduce((sum, primitive) => sum + (counts.get(primitive) ?? 0), 0);
}

export function fingerprint(bytes: Uint8Array): Fingerprint {
  return `hmac:${createHmac('sha256', 'test key').update(bytes).digest('base64url')}`;
}

export function testHost(
  fs: FileSystem & AsyncDisposable,
  stores: TestStores = new TestStores(),
  options: TestHostOptions = {},
): TestHost {
  const { users = {}, groups = {}, settings = TEST_SETTINGS, clock = systemClock, selinux = false } = options;
  const commands: CommandSpec[] = [];
  const hosts = hostsOf({
    fs,
    accounts: { uid: (name) => users[name] ?? null, gid: (name) => groups[name] ?? null },
    abilities: { selinux, kubelet: null },
    sysctls: options.sysctls ?? new MemorySysctls(),
    settings,
    clock,
    run: async (spec) => {
      commands.push(spec);
      return (await options.run?.(spec)) ?? PASSED;
    },
    fingerprint,
    digester() {
      const hmac = createHmac('sha256', 'test key');
      return { update: (bytes) => void hmac.update(bytes), finish: () => `hmac:${hmac.digest('base64url')}` };
    },
    secrets: () => stores.secrets,
    async content(wanted) {
      const bytes = stores.contents.get(wanted) ?? stores.preimages.get(wanted);
      if (bytes === undefined) throw new Error(`nobody has the bytes of ${wanted}`);
      return bytes;
    },
    async savePreimage(bytes) {
      const name = fingerprint(bytes);
      stores.preimages.set(name, bytes.slice());
      return name;
    },
  });
  return {
    hosts,
    stores,
    commands,
    context: { facts: {}, settings, fingerprint },
    blur: options.blur,
    [Symbol.asyncDispose]: () => fs[Symbol.asyncDispose](),
  };
}
