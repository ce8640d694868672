/** The port to units over D-Bus. Loads nothing of D-Bus, and connects to nobody, before its first call. */
import { constants } from 'node:os';
import { printableText } from '../../base/printable-text.ts';
import { KeelsonError } from '../../base/errors.ts';
import { redactText } from '../../base/redact-text.ts';
import type { FileSystem } from '../../../hostfs/filesystem.ts';
import { parentPath } from '../../../hostfs/path.ts';
import type { CommandResult } from '../../resources/kind.ts';
import type { TransientCommand, UnitFacts, UnitJob, Units } from '../../resources/unit-manager.ts';
import { awaitJob } from './jobs.ts';
import { MANAGER, Session, SYSTEMD, type SessionParts } from './session.ts';
import { unitChanges } from './unit-changes.ts';
import { interfaceOf, propertiesOf, unitFacts } from './unit-facts.ts';

export interface SystemdUnitsParts extends SessionParts {
  readonly fs: Pick<FileSystem, 'read' | 'remove' | 'ensureDirectory'>;
  /** Absolute in the root: what transient units say is kept there until it was read. */
  readonly outputFolder: string;
  /** CLOCK_MONOTONIC in microseconds. */
  readonly monotonicUs: () => bigint;
}

const METHODS = {
  start: 'StartUnit',
  stop: 'StopUnit',
  restart: 'RestartUnit',
  reload: 'ReloadUnit',
} as const satisfies Record<UnitJob, string>;

const KEPT_OUTPUT = 4_096;
const LARGEST_OUTPUT = 16 * 1_048_576;
const EXITED = 1;

export class SystemdUnits implements Units, AsyncDisposable {
  readonly #parts: SystemdUnitsParts;
  readonly #session: Session;

  constructor(parts: SystemdUnitsParts) {
    this.#parts = parts;
    this.#session = new Session(parts);
  }

  async unit(name: string, signal: AbortSignal): Promise<UnitFacts> {
    const { unit, own } = await this.#properties(name, signal);
    return unitFacts(unit, own, this.#parts.monotonicUs());
  }

  async list(signal: AbortSignal): Promise<readonly Pick<UnitFacts, 'name' | 'load' | 'active' | 'sub'>[]> {
    const [rows] = await this.#session.read(
      { call: { ...MANAGER, member: 'ListUnits' }, what: 'list of units' },
      signal,
    );
    return (rows as readonly (readonly string[])[]).map(([name = '', , load = '', active = '', sub = '']) => ({
      name,
      load,
      active,
      sub,
    }));
  }

  changes(signal: AbortSignal): AsyncIterable<string | null> {
    return unitChanges(this.#session, this.#parts, signal);
  }

  async job(verb: UnitJob, name: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const call = { ...MANAGER, member: METHODS[verb], signature: 'ss', body: [name, 'replace'] };
    const asked = { call, what: `${verb} of ${name}`, unit: name, timeoutMs };
    const wanted = verb === 'stop' ? 'inactive' : 'active';
    const lookAgain = async (unit: string, inner: AbortSignal): Promise<'done' | 'failed' | null> => {
      const facts = await this.#properties(unit, inner);
      const job = facts.unit['Job'];
      if (Array.isArray(job) && Number(job[0]) !== 0) return null;
      return facts.unit['ActiveState'] === wanted ? 'done' : 'failed';
    };
    await awaitJob(this.#session, asked, { clock: this.#parts.clock, lookAgain }, signal);
  }

  async kill(name: string, signalName: string, signal: AbortSignal): Promise<void> {
    const number = constants.signals[signalName as keyof typeof constants.signals];
    await this.#tell('KillUnit', 'ssi', [name, 'main', number], `${signalName} to ${name}`, signal, name);
  }

  async resetFailed(name: string, signal: AbortSignal): Promise<void> {
    await this.#tell('ResetFailedUnit', 's', [name], `reset of ${name}`, signal, name);
  }

  async enable(names: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('EnableUnitFiles', 'asbb', [[...names], false, true], `enabling ${names.join(', ')}`, signal);
  }

  async disable(names: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('DisableUnitFiles', 'asb', [[...names], false], `disabling ${names.join(', ')}`, signal);
  }

  async mask(names: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('MaskUnitFiles', 'asbb', [[...names], false, false], `masking ${names.join(', ')}`, signal);
  }

  async unmask(names: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#tell('UnmaskUnitFiles', 'asb', [[...names], false], `unmasking ${names.join(', ')}`, signal);
  }

  async daemonReload(signal: AbortSignal): Promise<void> {
    // Reading all units again changes nothing that a second time would not.
    await this.#session.read({ call: { ...MANAGER, member: 'Reload' }, what: 'daemon-reload' }, signal);
  }

  async runTransient(command: TransientCommand, signal: AbortSignal): Promise<CommandResult> {
    const { name, timeoutMs } = command;
    const { fs, outputFolder, clock } = this.#parts;
    const output = `${outputFolder}/${name}.out`;
    await fs.ensureDirectory(parentPath(outputFolder), { mode: 0o755, uid: 0, gid: 0 });
    await fs.ensureDirectory(outputFolder, { mode: 0o700, uid: 0, gid: 0 });
    const { transientProperties } = await import('./transient.ts');
    const body = [name, 'fail', transientProperties(command, output), []];
    const call = { ...MANAGER, member: 'StartTransientUnit', signature: 'ssa(sv)a(sa(sv))', body };
    const lookAgain = async (unit: string, inner: AbortSignal): Promise<'done' | 'failed' | null> => {
      const { active } = await this.unit(unit, inner);
      return active === 'activating' ? null : active === 'active' ? 'done' : 'failed';
    };
    const grace = 5_000;
    try {
      await awaitJob(
        this.#session,
        { call, what: `command ${name}`, unit: name, timeoutMs: timeoutMs + grace },
        { clock, lookAgain },
        signal,
      ).catch(async (error: unknown) => {
        // How a command ended that failed is in its properties.
        if (!(error instanceof KeelsonError) || !['KSN-UNIT-011', 'KSN-UNIT-012'].includes(error.code)) throw error;
      });
      return await this.#ended(name, output, signal);
    } finally {
      await this.#forget(name, output);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  async #ended(name: string, output: string, signal: AbortSignal): Promise<CommandResult> {
    const { own } = await this.#properties(name, signal);
    const status = Number(own['ExecMainStatus'] ?? 0);
    const exited = Number(own['ExecMainCode'] ?? 0) === EXITED;
    const killedBy = Object.entries(constants.signals).find(([, number]) => number === status)?.[0] ?? null;
    const said = await this.#parts.fs.read(output, LARGEST_OUTPUT).catch(() => Buffer.alloc(0));
    const tail = Buffer.from(said).subarray(-KEPT_OUTPUT).toString('utf8');
    return {
      exitCode: exited ? status : null,
      signal: exited ? null : killedBy,
      timedOut: own['Result'] === 'timeout',
      outputTail: redactText(printableText(tail)),
      // EXIT_EXEC: systemd could not execute it.
      ...(exited && status === 203 && { startError: 'ENOENT' }),
    };
  }

  /** Also after an abort: nothing of a command that is not waited for any more goes on. */
  async #forget(name: string, output: string): Promise<void> {
    const { signal } = new AbortController();
    await this.job('stop', name, 10_000, signal).catch(() => {});
    await this.resetFailed(name, signal).catch(() => {});
    await this.#parts.fs.remove(output).catch(() => {});
  }

  async #properties(name: string, signal: AbortSignal) {
    const what = `look at ${name}`;
    const load = { ...MANAGER, member: 'LoadUnit', signature: 's', body: [name] };
    const path = String((await this.#session.read({ call: load, what, element: name }, signal))[0]);
    const at = { destination: SYSTEMD, path, interface: 'org.freedesktop.DBus.Properties' };
    const all = { ...at, member: 'GetAll', signature: 's', body: [`${SYSTEMD}.Unit`] };
    const from = interfaceOf(name);
    const one = async (property: string): Promise<readonly [string, unknown]> => {
      const call = { ...at, member: 'Get', signature: 'ss', body: [from, property] };
      const [variant] = await this.#session.read({ call, what, element: name }, signal);
      return [property, (variant as { readonly value: unknown }).value];
    };
    const wanted =
      from === null
        ? []
        : from.endsWith('.Service')
          ? ['Result', 'ExecMainCode', 'ExecMainStatus', 'NRestarts']
          : ['Result'];
    const [[unit], ...own] = await Promise.all([
      this.#session.read({ call: all, what, element: name }, signal),
      ...wanted.map(one),
    ]);
    return { unit: propertiesOf(unit), own: Object.fromEntries(own) as Readonly<Record<string, unknown>> };
  }

  async #tell(
    member: string,
    signature: string,
    body: readonly unknown[],
    what: string,
    signal: AbortSignal,
    element?: string,
  ): Promise<void> {
    const call = { ...MANAGER, member, signature, body };
    await this.#session.write({ call, what, ...(element !== undefined && { element }) }, signal);
  }
}
