/** A node whose kinds are the real ones and the scripted one, started, with what it did at hand. */
import { kinds } from '../../agent/resources/registry.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import { EngineNode, recordingEffects, verified, type EngineNodeOptions, type SpecOptions } from './engine-node.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { pathOf, ScriptedKind, type RawThing } from './scripted-kind.ts';

/** A section `things`: a word is a value. */
export type Things = Readonly<Record<string, string | (RawThing & Readonly<Record<string, unknown>>)>>;

export interface ScriptedNode extends AsyncDisposable {
  readonly node: EngineNode;
  readonly kind: ScriptedKind;
  /** `verb target`, of effects on anything but things, in order. */
  readonly effects: string[];
  /** Effects on these targets fail, while they stand here. */
  readonly failing: Set<string>;
  /** What is at a thing's place. */
  thing(key: string): Promise<string | null>;
  /** Somebody else changes a thing. */
  tamper(key: string, value: string): Promise<void>;
  /** Accepts and lets `ms` pass, whether it is done by then or not. */
  begin(spec: VerifiedSpec, ms: number): Promise<void>;
}

export async function scriptedNode(
  options: EngineNodeOptions = {},
  machine?: MemoryHost,
  kind: ScriptedKind = new ScriptedKind(),
): Promise<ScriptedNode> {
  const run: string[] = [];
  const failing = new Set<string>();
  const effects = [recordingEffects(run, (target) => failing.has(target))];
  const node = await EngineNode.on(machine, { kinds: [...kinds, kind], effects, ...options });
  await node.fs.ensureDirectory('/things', { mode: 0o755, uid: 0, gid: 0 });
  await node.start();
  return {
    node,
    kind,
    effects: run,
    failing,
    thing: (key) => node.text(pathOf(key)),
    tamper: (key, value) => node.write(pathOf(key), value),
    begin: async (spec, ms) => {
      await node.clock.runUntil(node.engine.accept(spec));
      await node.clock.advance(ms);
    },
    [Symbol.asyncDispose]: () => node[Symbol.asyncDispose](),
  };
}

/** A spec of things alone. */
export function things(generation: number, section: Things, options: SpecOptions = {}): VerifiedSpec {
  const entries = Object.entries(section).map(([key, raw]) => [key, typeof raw === 'string' ? { value: raw } : raw]);
  return verified(generation, { things: Object.fromEntries(entries) }, options);
}
