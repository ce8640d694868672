/** A systemd in memory that the unit contract holds to the real one; for faults that the real one cannot be made to show. */
import { unitError, type UNIT_ERRORS } from '../../agent/host/systemd/errors.ts';
import type { CommandResult } from '../../agent/resources/kind.ts';
import type { TransientCommand, UnitFacts, UnitJob, Units } from '../../agent/resources/unit-manager.ts';

/** How a unit behaves when it is started. */
export interface UnitBehaviour {
  readonly starts: 'well' | 'not' | 'too slowly';
  readonly reloads?: 'well' | 'not';
  readonly activeForMs?: number;
}

interface Unit {
  behaviour: UnitBehaviour;
  read: UnitBehaviour;
  active: string;
  result: string;
  enabled: boolean;
}

export class UnitDouble implements Units {
  readonly #units = new Map<string, Unit>();
  readonly #masked = new Set<string>();
  #heard: ((name: string | null) => void)[] = [];
  /** `restart x.service`, in order. */
  readonly told: string[] = [];
  /** Every call from now on fails with this; null: none does. */
  fault: keyof typeof UNIT_ERRORS | null = null;

  /** A unit file, new or changed. */
  put(name: string, behaviour: UnitBehaviour): void {
    const known = this.#units.get(name);
    if (known !== undefined) known.behaviour = behaviour;
    else this.#units.set(name, { behaviour, read: behaviour, active: 'inactive', result: 'success', enabled: false });
  }

  /** It ends by itself, badly. */
  crash(name: string): void {
    const unit = this.#units.get(name);
    if (unit !== undefined) Object.assign(unit, { active: 'failed', result: 'exit-code' });
    this.#changed(name);
  }

  async unit(name: string): Promise<UnitFacts> {
    this.#ask(`look at ${name}`);
    const unit = this.#units.get(name);
    const masked = this.#masked.has(name);
    const active = unit?.active ?? 'inactive';
    return {
      name,
      load: masked ? 'masked' : unit === undefined ? 'not-found' : 'loaded',
      active,
      sub: active === 'active' ? 'running' : active === 'failed' ? 'failed' : 'dead',
      file: masked ? 'masked' : unit === undefined ? '' : unit.enabled ? 'enabled' : 'disabled',
      needsReload: unit !== undefined && unit.read !== unit.behaviour,
      canReload: unit?.read.reloads !== undefined,
      activeForMs: active === 'active' ? (unit?.behaviour.activeForMs ?? 0) : null,
      result: unit?.result ?? 'success',
      exitStatus: unit?.active === 'failed' ? 1 : 0,
      restarts: 0,
    };
  }

  async list() {
    this.#ask('list');
    return Promise.all([...this.#units.keys()].map((name) => this.unit(name)));
  }

  async *changes(signal: AbortSignal): AsyncGenerator<string | null> {
    const heard: (string | null)[] = [];
    let wake = Promise.withResolvers<void>();
    this.#heard.push((name) => {
      heard.push(name);
      wake.resolve();
    });
    signal.addEventListener('abort', () => wake.resolve(), { once: true });
    while (!signal.aborted) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      for (const name of heard.splice(0)) yield name;
    }
  }

  async job(verb: UnitJob, name: string): Promise<void> {
    this.#tell(`${verb} ${name}`);
    if (this.#masked.has(name)) throw unitError('KSN-UNIT-005', name, { element: name });
    const unit = this.#units.get(name);
    if (unit === undefined) throw unitError('KSN-UNIT-004', name, { element: name });
    const { read } = unit;
    if (verb === 'stop') Object.assign(unit, { active: 'inactive', result: 'success' });
    if (verb === 'reload') {
      if (read.reloads === undefined || unit.active !== 'active') throw unitError('KSN-UNIT-007', name);
      if (read.reloads === 'not') throw unitError('KSN-UNIT-011', name, { element: name });
    }
    if (verb === 'start' || verb === 'restart') {
      const well = read.starts === 'well';
      Object.assign(unit, { active: well ? 'active' : 'failed', result: well ? 'success' : 'exit-code' });
      this.#changed(name);
      if (read.starts === 'not') throw unitError('KSN-UNIT-011', name, { element: name });
      if (read.starts === 'too slowly') throw unitError('KSN-UNIT-012', name, { element: name });
    }
    this.#changed(name);
  }

  async kill(name: string, signalName: string): Promise<void> {
    this.#tell(`${signalName} ${name}`);
  }

  async resetFailed(name: string): Promise<void> {
    this.#tell(`reset ${name}`);
    const unit = this.#units.get(name);
    if (unit?.active === 'failed') Object.assign(unit, { active: 'inactive', result: 'success' });
  }

  async enable(names: readonly string[]): Promise<void> {
    this.#switch('enable', names, true);
  }

  async disable(names: readonly string[]): Promise<void> {
    this.#switch('disable', names, false);
  }

  async mask(names: readonly string[]): Promise<void> {
    this.#tell(`mask ${names.join(' ')}`);
    for (const name of names) this.#masked.add(name);
  }

  async unmask(names: readonly string[]): Promise<void> {
    this.#tell(`unmask ${names.join(' ')}`);
    for (const name of names) this.#masked.delete(name);
  }

  async daemonReload(): Promise<void> {
    this.#tell('daemon-reload');
    for (const unit of this.#units.values()) unit.read = unit.behaviour;
  }

  async runTransient(command: TransientCommand): Promise<CommandResult> {
    this.#tell(`run ${command.name}`);
    const text = command.argv.at(-1) ?? '';
    const exit = /exit (\d+)/.exec(text)?.[1];
    const said = /echo (\w+)/.exec(text)?.[1];
    return {
      exitCode: Number(exit ?? 0),
      signal: null,
      timedOut: false,
      outputTail: said === undefined ? '' : `${said}\n`,
    };
  }

  #switch(verb: string, names: readonly string[], enabled: boolean): void {
    this.#tell(`${verb} ${names.join(' ')}`);
    for (const name of names) {
      const unit = this.#units.get(name);
      if (unit === undefined && enabled) throw unitError('KSN-UNIT-004', name);
      if (unit !== undefined) unit.enabled = enabled;
    }
  }

  #tell(what: string): void {
    this.#ask(what);
    this.told.push(what);
  }

  #ask(what: string): void {
    if (this.fault !== null) throw unitError(this.fault, what);
  }

  #changed(name: string): void {
    for (const hear of this.#heard) hear(name);
  }
}
