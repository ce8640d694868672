/**
 * A kind for tests of the engine, with a file an item in /things. What an item should be stands in the spec, so that
 * plan is pure; how its stage, apply and probe fare is told by the test through a script an item, at any time.
 */
import { Type } from '@sinclair/typebox';
import type { Instant } from '../../agent/base/clock.ts';
import { errorsOf } from '../../agent/base/errors.ts';
import { sharedOf } from '../../agent/desired/shared-fields.ts';
import {
  temporaryName,
  ThirdStateError,
  WaitError,
  type Address,
  type Cause,
  type Change,
  type Claim,
  type Draft,
  type Effect,
  type EffectSupport,
  type Guard,
  type Health,
  type Host,
  type Item,
  type Kind,
  type Note,
  type Observation,
  type Planned,
  type ReadHost,
  type Staged,
  type StageHost,
  type State,
  type Target,
  type Wait,
  type WaitUntil,
} from '../../agent/resources/kind.ts';

/** One entry of the section `things`, together with the fields that all resources share. */
export interface RawThing {
  readonly value: string;
  /** What it becomes on the way to its value, each a change of its own. */
  readonly via?: readonly string[];
  /** The value has an answer that only stage can get. */
  readonly signed?: true;
  /** From then on another value is wanted. */
  readonly due?: { readonly at: Instant; readonly value: string };
  /** Of the last step to its value. */
  readonly undo?: 'none';
  readonly effects?: readonly Effect[];
  readonly claims?: readonly Claim[];
  readonly guard?: Guard;
}

export interface ThingState {
  readonly value: string;
  readonly answer?: string;
}

/** What the test says of one item; may be changed while the engine runs. */
export interface Script {
  /** Stage waits, with these words. */
  waits: string | null;
  until: WaitUntil;
  /** Stage fails this often. */
  stageFails: number;
  /** Apply fails this often. */
  applyFails: number;
  /** Somebody else is quicker than apply, this often. */
  thirds: number;
  /** How long apply takes. */
  applyMs: number;
  /** Apply does not hear that it should stop. */
  deaf: boolean;
  /** How long after an apply the probe says "progressing". */
  progressingMs: number;
  /** Arrived, and still not well. */
  unwell: (value: string | null) => boolean;
  /** It cannot be looked at, with these words. */
  unseen: string | null;
  /** An effect on it fails this often. */
  effectFails: number;
  /** Gets the answer of a signed value. */
  sign: (change: Change<ThingState>, host: StageHost) => Promise<string>;
  beforeApply: (change: Change<ThingState>) => void | Promise<void>;
}

/** What the kind was asked to do, in order. */
export interface Deed {
  readonly did: 'stage' | 'apply' | 'effect';
  readonly key: string;
  /** `1→2`, `·→1`; of an effect, its verb. */
  readonly what: string;
  readonly id: string;
  readonly why: Cause | 'effect';
  /** Monotonic. */
  readonly at: number;
}

interface ThingSpec extends RawThing {
  readonly key: string;
}

const FOLDER = '/things';
const ATTRIBUTES = { mode: 0o644, uid: 0, gid: 0 } as const;

const scriptedError = errorsOf({
  'KSN-THING-001': { fault: 'environment', meaning: 'Told by a test.', evidence: '', next: '' },
  'KSN-THING-002': { fault: 'environment', meaning: 'Told by a test.', evidence: '', next: '', retryable: true },
});

export const reasonOf = (message: string) => scriptedError('KSN-THING-001', message).toReason();

export class ScriptedKind implements Kind<ThingSpec, ThingState> {
  readonly name = 'things';
  readonly prefix = 'thing';
  readonly stateVersion = 1;
  readonly schema = async () => Type.Object({});
  readonly key = { pattern: /^[a-z0-9-]+$/, meaning: 'a word' };
  readonly deeds: Deed[] = [];
  /** How often an apply began before another had ended. */
  overlaps = 0;
  /** False: a watch that hears nothing. */
  watched = true;
  #applying = 0;
  readonly #scripts = new Map<string, Script>();
  /** Monotonic time until which an item is not ready. */
  readonly #readyAt = new Map<string, number>();

  readonly effects: EffectSupport = {
    prefixes: ['thing'],
    run: async ({ target, verb, id }, host) => {
      const key = keyOf(target);
      this.deeds.push({ did: 'effect', key, what: verb, id, why: 'effect', at: host.clock.monotonic() });
      const script = this.script(key);
      if (script.effectFails > 0) {
        script.effectFails -= 1;
        throw scriptedError('KSN-THING-001', `${target} would not ${verb}`);
      }
    },
  };

  script(key: string): Script {
    const known = this.#scripts.get(key);
    if (known !== undefined) return known;
    const script: Script = {
      waits: null,
      until: 'input',
      stageFails: 0,
      applyFails: 0,
      thirds: 0,
      applyMs: 0,
      deaf: false,
      progressingMs: 0,
      unwell: () => false,
      unseen: null,
      effectFails: 0,
      sign: async (change) => `answer to ${change.id}`,
      beforeApply: () => {},
    };
    this.#scripts.set(key, script);
    return script;
  }

  /** `a ·→1`, in order, forgotten when told. */
  take(did: Deed['did']): readonly string[] {
    const taken = this.deeds.filter((deed) => deed.did === did).map(({ key, what }) => `${key} ${what}`);
    this.deeds.splice(0, this.deeds.length, ...this.deeds.filter((deed) => deed.did !== did));
    return taken;
  }

  expand(section: Readonly<Record<string, unknown>>): readonly Item<ThingSpec>[] {
    return Object.entries(section).map(([key, raw]) => {
      const shared = sharedOf(raw);
      const spec = { ...(raw as RawThing), key };
      return {
        address: `thing:${key}` as const,
        spec,
        drift: shared.drift,
        claims: [`path:${pathOf(key)}` as const, ...(spec.claims ?? [])],
        needs: shared.dependsOn,
        shared,
      };
    });
  }

  async observe(
    at: readonly Target<ThingSpec, ThingState>[],
    host: ReadHost,
  ): Promise<ReadonlyMap<Address, Observation<ThingState>>> {
    const seen = new Map<Address, Observation<ThingState>>();
    for (const { address } of at) {
      const { unseen } = this.script(keyOf(address));
      seen.set(address, unseen === null ? { state: await stateAt(address, host) } : { unknown: reasonOf(unseen) });
    }
    return seen;
  }

  plan({
    targets,
    seen,
    now,
  }: {
    readonly targets: readonly Target<ThingSpec, ThingState>[];
    readonly seen: ReadonlyMap<Address, Observation<ThingState>>;
    readonly now: Instant;
  }): Planned<ThingState> {
    const changes: Draft<ThingState>[] = [];
    const waits: Wait[] = [];
    const notes: Note[] = [];
    const dues: Instant[] = [];
    for (const target of targets) {
      const observation = seen.get(target.address);
      if (observation === undefined) continue;
      if ('unknown' in observation) {
        waits.push({ address: target.address, reason: observation.unknown, until: 'input' });
        continue;
      }
      const { due } = target.item?.spec ?? {};
      if (due !== undefined && now < due.at) dues.push(due.at);
      const planned =
        target.item === null ? planRemoval(target, observation.state) : planItem(target, observation.state, now);
      if (planned === null) continue;
      if ('disown' in planned) notes.push(planned);
      else changes.push(planned);
    }
    return { changes, waits, notes, ...(dues.length > 0 && { dueAt: Math.min(...dues) }) };
  }

  same(a: State<ThingState>, b: State<ThingState>): boolean {
    return textOf(a) === textOf(b);
  }

  async stage(change: Change<ThingState>, host: StageHost): Promise<Staged<ThingState>> {
    const key = keyOf(change.address);
    const script = this.script(key);
    this.#note('stage', change, host);
    if (script.waits !== null) throw new WaitError(reasonOf(script.waits), script.until);
    if (script.stageFails > 0) {
      script.stageFails -= 1;
      throw scriptedError('KSN-THING-001', `${change.address} cannot be staged`);
    }
    const to =
      change.to !== null && 'pending' in change.to
        ? { value: change.to.pending, answer: await script.sign(change, host) }
        : change.to;
    if (to !== null)
      await host.temporaries.stage(pathOf(key), temporaryName(change.id), Buffer.from(textOf(to)), ATTRIBUTES);
    return { change: { ...change, to }, rejected: [] };
  }

  async apply(change: Change<ThingState>, host: Host, signal: AbortSignal): Promise<void> {
    this.#note('apply', change, host);
    if (this.#applying > 0) this.overlaps += 1;
    this.#applying += 1;
    try {
      await this.#apply(change, host, signal);
    } finally {
      this.#applying -= 1;
    }
  }

  async #apply(change: Change<ThingState>, host: Host, signal: AbortSignal): Promise<void> {
    const key = keyOf(change.address);
    const script = this.script(key);
    await script.beforeApply(change);
    if (script.applyFails > 0) {
      script.applyFails -= 1;
      throw scriptedError('KSN-THING-001', `${change.address} cannot be changed`);
    }
    if (script.thirds > 0) {
      script.thirds -= 1;
      throw new ThirdStateError(change.address);
    }
    if (script.applyMs > 0) await host.clock.sleep(script.applyMs, ...(script.deaf ? [] : [signal]));
    const to = change.to as State<ThingState>;
    const there = await stateAt(change.address, host);
    if (!this.same(there, to)) {
      if (!this.same(there, change.from)) throw new ThirdStateError(change.address);
      if (to === null) await host.fs.remove(pathOf(key));
      else await host.fs.publish(pathOf(key), temporaryName(change.id));
    }
    this.#readyAt.set(key, host.clock.monotonic() + script.progressingMs);
  }

  async probe(
    { address }: Target<ThingSpec, ThingState>,
    expected: State<ThingState>,
    host: ReadHost,
  ): Promise<Health> {
    const key = keyOf(address);
    const there = await stateAt(address, host);
    if (!this.same(there, expected)) return { is: 'unhealthy', reason: reasonOf(`${address} is ${textOf(there)}`) };
    if (this.script(key).unwell(expected?.value ?? null))
      return { is: 'unhealthy', reason: reasonOf(`${address} is unwell with ${textOf(expected)}`) };
    if (host.clock.monotonic() < (this.#readyAt.get(key) ?? 0))
      return { is: 'progressing', reason: reasonOf(`${address} is not ready yet`) };
    return { is: 'healthy' };
  }

  async *watch(at: readonly Target<ThingSpec, ThingState>[], host: ReadHost, signal: AbortSignal) {
    const byPath = new Map(at.map(({ address }) => [pathOf(keyOf(address)), address]));
    for await (const path of host.fs.watch([...byPath.keys()], signal)) {
      const address = this.watched ? byPath.get(path) : undefined;
      if (address !== undefined) yield { kind: this.name, addresses: [address] };
    }
  }

  #note(did: 'stage' | 'apply', { address, from, to, id, why }: Change<ThingState>, host: ReadHost): void {
    const wanted = to !== null && 'pending' in to ? `${to.pending}?` : textOf(to);
    this.deeds.push({
      did,
      key: keyOf(address),
      what: `${textOf(from)}→${wanted}`,
      id,
      why,
      at: host.clock.monotonic(),
    });
  }
}

/** Where the item of this key lies. */
export function pathOf(key: string): string {
  return `${FOLDER}/${key}`;
}

function keyOf(address: string): string {
  return address.slice(address.indexOf(':') + 1);
}

/** `value`, `value answer`, or `·` for nothing. */
function textOf(state: State<ThingState>): string {
  if (state === null) return '·';
  return state.answer === undefined ? state.value : `${state.value} ${state.answer}`;
}

async function stateAt(address: Address, host: ReadHost): Promise<State<ThingState>> {
  const path = pathOf(keyOf(address));
  if ((await host.fs.lstat(path)) === null) return null;
  const [value = '', ...answer] = Buffer.from(await host.fs.read(path))
    .toString()
    .split(' ');
  return answer.length === 0 ? { value } : { value, answer: answer.join(' ') };
}

function planItem(
  { item, owned }: Target<ThingSpec, ThingState>,
  seen: State<ThingState>,
  now: Instant,
): Draft<ThingState> | null {
  if (item === null) return null;
  const { spec } = item;
  const isDue = spec.due !== undefined && now >= spec.due.at;
  const wanted = isDue && spec.due !== undefined ? spec.due.value : spec.value;
  const last = owned?.last ?? null;
  if (seen?.value === wanted && textOf(seen) === textOf(last)) return null;
  const way = [...(spec.via ?? []), wanted];
  if (last?.value === wanted) return draftOf(item, seen, last, 'drift');
  if (seen?.value === wanted) return draftOf(item, seen, seen, 'generation', owned === null);
  const next = way[way.indexOf(seen?.value ?? '') + 1] ?? wanted;
  const to = spec.signed === true && next === wanted ? { pending: wanted } : { value: next };
  return draftOf(item, seen, to, isDue ? 'due' : 'generation', owned === null && seen !== null);
}

function draftOf(
  { address, spec, claims, needs, shared }: Item<ThingSpec>,
  from: State<ThingState>,
  to: Draft<ThingState>['to'],
  why: Cause,
  adopts = false,
): Draft<ThingState> {
  const last = to !== null && ('pending' in to || to.value === spec.value);
  return {
    address,
    kind: 'things',
    covers: [address],
    from,
    to,
    why,
    adopts,
    claims,
    needs,
    effects: spec.effects ?? [],
    undo: last && why !== 'drift' ? (spec.undo ?? 'exact') : 'exact',
    onRemove: shared.onRemove,
    ...(spec.guard !== undefined && { guard: spec.guard }),
    summary: adopts ? 'adopt as it is' : 'change',
  };
}

function planRemoval(
  { address, owned }: Target<ThingSpec, ThingState>,
  seen: State<ThingState>,
): Draft<ThingState> | (Note & { readonly disown: true }) | null {
  if (owned === null) return null;
  if (seen === null || owned.onRemove === 'keep' || textOf(seen) !== textOf(owned.last))
    return { address, reason: reasonOf(`${address} is left`), disown: true };
  return {
    address,
    kind: 'things',
    covers: [address],
    from: seen,
    to: owned.original,
    why: 'prune',
    adopts: false,
    claims: owned.claims,
    needs: owned.needs,
    effects: owned.effects ?? [],
    undo: 'exact',
    onRemove: owned.onRemove,
    summary: 'remove',
  };
}
