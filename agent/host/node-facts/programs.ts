/** What only a program says. Each answer is kept until what it is about may have changed. */
import type { Clock } from '../../base/clock.ts';
import type { CommandResult, RunCommand } from '../../resources/kind.ts';
import { hostError } from '../errors.ts';
import { bootcDeployments, rpmOstreeDeployments } from './deployments.ts';
import type { DeploymentFacts, UnknownFact } from './document.ts';
import type { FactFiles } from './fact-files.ts';

/** rpm-ostree starts a service first where that was idle. */
const DEADLINE_MS = 10_000;
/** An offset moves all the time; whoever asks more often gets this. */
const TRACKING_MS = 10_000;

/** Where there is nobody to ask, as in a sandbox: `run` is null. */
export interface FactPrograms {
  readonly run: RunCommand | null;
  readonly clock: Clock;
  /** Asked where no file says what the processor is called. */
  readonly cpuModel: () => Promise<string | undefined>;
}

interface Kept {
  readonly stamp: string;
  readonly value: unknown;
}

/** A failure is not kept: it is told, and the next time asked again. */
export class ProgramAnswers {
  readonly #programs: FactPrograms;
  readonly #kept = new Map<string, Kept>();

  constructor(programs: FactPrograms) {
    this.#programs = programs;
  }

  /** ostree touches /ostree/deploy with every change, and keeps what is staged under /run. */
  async deployments(files: FactFiles, unknown: UnknownFact[]): Promise<DeploymentFacts | undefined> {
    if (!(await files.exists('/run/ostree-booted'))) return undefined;
    const stamps = [await files.stamp('/ostree/deploy'), await files.stamp('/run/ostree/staged-deployment')];
    return this.#keptFor('deployments', stamps.join(' '), async () => {
      const byRpmOstree = await this.#json(['rpm-ostree', 'status', '--json'], 'deployments', unknown);
      if (byRpmOstree !== undefined) return rpmOstreeDeployments(byRpmOstree) ?? undefined;
      const byBootc = await this.#json(['bootc', 'status', '--json', '--format-version=1'], 'deployments', unknown);
      return bootcDeployments(byBootc) ?? undefined;
    });
  }

  async chronyTracking(unknown: UnknownFact[]): Promise<string | undefined> {
    const stamp = String(Math.floor(this.#programs.clock.monotonic() / TRACKING_MS));
    return this.#keptFor('tracking', stamp, () =>
      this.#said(['chronyc', '-n', '-c', 'tracking'], 'time.sync', unknown),
    );
  }

  /** The processors of a machine stay what they are. */
  cpuModel(): Promise<string | undefined> {
    if (this.#programs.run === null) return Promise.resolve(undefined);
    return this.#keptFor('cpu', '', () => this.#programs.cpuModel());
  }

  async #keptFor<T>(name: string, stamp: string, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const before = this.#kept.get(name);
    if (before?.stamp === stamp) return before.value as T;
    const value = await ask();
    if (value === undefined) this.#kept.delete(name);
    else this.#kept.set(name, { stamp, value });
    return value;
  }

  /** Warnings stand before the answer, on the other stream; both come as one text. */
  async #json(argv: readonly string[], fact: string, unknown: UnknownFact[]): Promise<unknown> {
    const text = await this.#said(argv, fact, unknown);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text.slice(Math.max(0, text.search(/^\{/m)))) as unknown;
    } catch {
      this.#fail(argv, fact, 'its answer is no JSON', unknown);
      return undefined;
    }
  }

  /** Undefined where the program is not here, which is no failure, or fails, which is told. */
  async #said(argv: readonly string[], fact: string, unknown: UnknownFact[]): Promise<string | undefined> {
    const { run } = this.#programs;
    if (run === null) return undefined;
    const result = await run({ argv, timeoutMs: DEADLINE_MS }, new AbortController().signal);
    if (result.startError === 'ENOENT') return undefined;
    if (result.exitCode === 0) return result.outputTail;
    this.#fail(argv, fact, howItEnded(result), unknown);
    return undefined;
  }

  #fail(argv: readonly string[], fact: string, why: string, unknown: UnknownFact[]): void {
    const command = argv.join(' ');
    unknown.push({ fact, reason: hostError('KSN-HOST-010', `${command}: ${why}`, { element: fact }).toReason() });
  }
}

function howItEnded({ exitCode, signal, timedOut, startError }: CommandResult): string {
  if (startError !== undefined) return `not started (${startError})`;
  if (timedOut) return `no answer within ${DEADLINE_MS / 1_000} s`;
  return exitCode === null ? `ended by ${signal}` : `exit ${exitCode}`;
}
