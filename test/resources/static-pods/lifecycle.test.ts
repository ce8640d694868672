import t from 'tap';
import { invert } from '../../../agent/plan/invert.ts';
import { targetsOf } from '../../../agent/plan/targets.ts';
import type { Address, Change, Draft, Item, KindSettings, Owned, Target } from '../../../agent/resources/kind.ts';
import { podEffects } from '../../../agent/resources/static-pods/effects.ts';
import { staticPods } from '../../../agent/resources/static-pods/index.ts';
import type { JsonObject } from '../../../agent/resources/static-pods/json.ts';
import type { PodState } from '../../../agent/resources/static-pods/pod-state.ts';
import type { PodItemSpec } from '../../../agent/resources/static-pods/spec.ts';
import { memoryHost, type MemoryTestHost } from '../../support/memory-host.ts';
import { TEST_SETTINGS } from '../../support/test-host.ts';
import { fixture, pod } from './pods.ts';

const folder = '/etc/kubernetes/manifests';
const { signal } = new AbortController();

/** One kind on one host, with a ledger as the engine keeps it. */
class Bench {
  readonly host: MemoryTestHost;
  readonly ledger = new Map<Address, Owned<PodState>>();
  items: readonly Item<PodItemSpec>[] = [];
  #ids = 0;

  constructor(host: MemoryTestHost) {
    this.host = host;
  }

  static async open(settings: Partial<KindSettings> = {}): Promise<Bench> {
    const host = await memoryHost({ settings: { ...TEST_SETTINGS, ...settings } });
    await host.hosts.mutate.fs.ensureDirectory(folder, { mode: 0o700, uid: 0, gid: 0 });
    return new Bench(host);
  }

  want(section: Record<string, unknown>): void {
    this.items = staticPods.expand(section, this.host.context);
    this.host.stores.learn(this.items);
  }

  async plan() {
    const { byKind } = targetsOf([staticPods], this.items, this.ledger);
    const targets = [...(byKind.get('staticPods') ?? [])] as Target<PodItemSpec, PodState>[];
    const known = new Set(targets.map(({ address }) => address));
    const found = await staticPods.discover?.(this.host.hosts.read, known, signal, [...targets]);
    targets.push(...(found?.targets ?? []));
    const seen = await staticPods.observe(targets, this.host.hosts.read, signal);
    return staticPods.plan({ targets, seen, now: 0 });
  }

  async carryOut(draft: Draft<PodState>): Promise<Change<PodState>> {
    const { change } = await staticPods.stage({ ...draft, id: `tx-${++this.#ids}` }, this.host.hosts.stage, signal);
    await staticPods.apply(change, this.host.hosts.mutate, signal);
    await this.host.hosts.mutate.fs.flush();
    const { address, kind, to, claims, needs, onRemove } = change;
    const before = this.ledger.get(address);
    if (change.why === 'prune') this.ledger.delete(address);
    else
      this.ledger.set(address, {
        address,
        kind,
        stateVersion: 1,
        original: before === undefined ? change.from : before.original,
        last: to as PodState,
        claims,
        needs,
        onRemove,
      });
    return change;
  }

  async converge(): Promise<readonly Change<PodState>[]> {
    const done: Change<PodState>[] = [];
    for (const draft of (await this.plan()).changes) done.push(await this.carryOut(draft));
    return done;
  }

  async manifest(name: string): Promise<JsonObject> {
    return JSON.parse(await this.text(`${name}.json`)) as JsonObject;
  }

  async text(file: string): Promise<string> {
    return Buffer.from(await this.host.hosts.read.fs.read(`${folder}/${file}`)).toString();
  }

  async put(file: string, text: string): Promise<void> {
    await this.host.hosts.mutate.fs.writeDurably(`${folder}/${file}`, Buffer.from(text), {
      mode: 0o644,
      uid: 0,
      gid: 0,
    });
  }

  names(): Promise<readonly string[]> {
    return this.host.hosts.read.fs.list(folder);
  }
}

const annotationsOf = (manifest: JsonObject) =>
  (manifest['metadata'] as { readonly annotations: Record<string, string> }).annotations;
const web = (image: string) => ({ web: { pod: pod({ container: { image } }) } });

t.test('a pod is placed as canonical JSON that says which revision it is', async (t) => {
  const bench = await Bench.open();
  bench.want({ haproxy: { content: { inline: fixture('haproxy') } } });
  const [change] = await bench.converge();
  t.match(change, {
    why: 'generation',
    from: null,
    summary: 'create',
    claims: ['path:/etc/kubernetes/manifests/haproxy.json'],
  });
  const manifest = await bench.manifest('haproxy');
  t.match(annotationsOf(manifest), { 'keelson.dev/revision': /^[\w-]{12}\.tx-1$/, 'keelson.dev/nonce': 'tx-1' });
  t.match(manifest, {
    spec: { priority: 2_000_001_000, restartPolicy: 'Always' },
    metadata: { name: 'haproxy', namespace: 'kube-system' },
  });
  t.match(await bench.host.hosts.read.fs.lstat(`${folder}/haproxy.json`), { mode: 0o600, uid: 0, gid: 0 });
  t.same(await bench.names(), ['haproxy.json'], 'no temporaries');
  t.same((await bench.plan()).changes, []);
  const target = { address: 'pod:haproxy', item: bench.items[0] ?? null, owned: null } as const;
  t.match(await staticPods.probe(target, change?.to as PodState, bench.host.hosts.read, signal), {
    is: 'unjudged',
    reason: { code: 'KSN-POD-016', message: 'Placed (no kubelet here)' },
  });
});

t.test('the order of members and the form of the text make no other pod', async (t) => {
  const bench = await Bench.open();
  bench.want({ web: { content: { inline: 'spec: { containers: [{ image: a, name: web }] }\nkind: Pod' } } });
  await bench.converge();
  bench.want({
    web: {
      pod: { apiVersion: 'v1', spec: { containers: [{ name: 'web', image: 'a' }] }, metadata: { annotations: {} } },
    },
  });
  t.same((await bench.plan()).changes, []);
});

t.test('an undo brings the old pod back as one that kubelet has never seen', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  const first = await bench.text('web.json');
  bench.want(web('a:2'));
  const [change] = await bench.converge();
  t.match(change, { summary: 'new pod', interrupts: 'stop/start, ~15 s gap' });
  // A spec that is gone from memory: the bytes of the old pod are a pre-image.
  bench.host.stores.contents.clear();
  const undone = await bench.carryOut(invert(change as Change<PodState>));
  const second = await bench.manifest('web');
  t.match(second, { spec: { containers: [{ image: 'a:1' }] } });
  t.equal(annotationsOf(second)['keelson.dev/nonce'], undone.id);
  t.not(await bench.text('web.json'), first);
  t.ok(staticPods.same(undone.to as PodState, change?.from ?? null), 'equal but for the nonce');
  bench.want(web('a:1'));
  t.same((await bench.plan()).changes, []);
});

t.test('a removed manifest comes back with a new nonce, a changed mode without', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  await bench.host.hosts.mutate.fs.remove(`${folder}/web.json`);
  t.match(await bench.converge(), [{ why: 'drift' }]);
  t.equal(annotationsOf(await bench.manifest('web'))['keelson.dev/nonce'], 'tx-2');
  const before = await bench.text('web.json');
  await bench.host.hosts.mutate.fs.setAttributes(`${folder}/web.json`, { mode: 0o644, uid: 0, gid: 0 });
  t.match(await bench.converge(), [{ why: 'drift', summary: 'mode 0644 → 0600' }]);
  t.equal(await bench.text('web.json'), before, 'the running pod is left alone');
});

t.test('an edited manifest is put back, and its undo brings the edit back to the byte', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  const edited = (await bench.text('web.json')).replace('a:1', 'evil:1');
  await bench.put('web.json', edited);
  const [repair] = await bench.converge();
  t.match(await bench.manifest('web'), { spec: { containers: [{ image: 'a:1' }] } });
  await bench.carryOut(invert(repair as Change<PodState>));
  t.equal(await bench.text('web.json'), edited);
});

t.test('a pod that leaves the spec is taken away; one that was there before comes back', async (t) => {
  const bench = await Bench.open();
  await bench.put('web.json', '{"kind": "Pod"}');
  bench.want({ ...web('a:1'), other: { pod: pod() } });
  t.match(await bench.converge(), [{ adopts: true }, { adopts: false }]);
  bench.want({});
  await bench.converge();
  t.same(await bench.names(), ['web.json']);
  t.equal(await bench.text('web.json'), '{"kind": "Pod"}');
});

t.test('what was edited after it left the spec is not touched', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  await bench.put('web.json', '{}');
  bench.want({});
  t.match(await bench.plan(), { changes: [], notes: [{ address: 'pod:web', disown: true }] });
});

t.test('apply refuses what is neither before nor after', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  const [draft] = (await bench.plan()).changes;
  const { change } = await staticPods.stage(
    { ...(draft as Draft<PodState>), id: 'tx-9' },
    bench.host.hosts.stage,
    signal,
  );
  await bench.put('web.json', 'mine');
  await t.rejects(staticPods.apply(change, bench.host.hosts.mutate, signal), {
    name: 'ThirdStateError',
    address: 'pod:web',
  });
});

const foreign = 'apiVersion: v1\nkind: Pod\nmetadata: { name: web }\nspec: {}\n';

t.test('foreign manifests are reported for what they are', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  await bench.put('web.json.bak', foreign);
  await bench.put('old.yaml', foreign.replace('web', 'old').replace('{ name', '{ namespace: kube-system, name'));
  await bench.put('broken~', 'a: [1,\nb: {');
  await bench.put('notes ü', 'hello');
  await bench.put('.hidden', foreign);
  await bench.host.hosts.mutate.fs.ensureDirectory(`${folder}/sub`, { mode: 0o755, uid: 0, gid: 0 });
  const { changes, notes = [] } = await bench.plan();
  t.same(changes, []);
  t.match(
    notes.map(({ address, reason }) => [address, reason.code, reason.message]),
    [
      ['pod:foreign/broken~', 'KSN-POD-014', /cannot read: it is no YAML \(line \d, column \d+\)/],
      ['pod:foreign/notes%0020%00fc', 'KSN-POD-014', /it is not an object/],
      ['pod:foreign/old.yaml', 'KSN-POD-012', /old.yaml is a foreign manifest, of kube-system\/old/],
      ['pod:foreign/web.json.bak', 'KSN-POD-013', /a second manifest of the managed pod default\/web/],
    ],
  );
  t.equal(notes.length, 4);
});

t.test('quarantine takes them away, keeps their bytes, and can be undone', async (t) => {
  const bench = await Bench.open({ foreignManifests: 'quarantine' });
  bench.want(web('a:1'));
  await bench.converge();
  const copy = await bench.text('web.json');
  await bench.put('web.json~', copy);
  const [change] = await bench.converge();
  t.match(change, {
    why: 'drift',
    undo: 'exact',
    to: null,
    summary: /^quarantine a second manifest .* `keelson leave --restore`/,
  });
  t.same(await bench.names(), ['web.json']);
  t.same((await bench.plan()).changes, [], 'and it stays quiet');
  // Other bytes under the same name are kept too, in a row of their own.
  await bench.put('web.json~', foreign);
  t.match(await bench.converge(), [{ to: null }]);
  const kept = [...bench.ledger.values()].flatMap(({ original }) =>
    original?.type === 'file' ? [original.content] : [],
  );
  t.same(
    kept.map((content) => Buffer.from(bench.host.stores.preimages.get(content) ?? []).toString()),
    [copy, foreign],
  );
  await bench.carryOut(invert(change as Change<PodState>));
  t.equal(await bench.text('web.json~'), copy);
});

t.test('where the spec has no pod nothing is taken away: it may be our own, of a lost journal', async (t) => {
  const bench = await Bench.open({ foreignManifests: 'quarantine' });
  bench.want(web('a:1'));
  await bench.converge();
  bench.ledger.clear();
  bench.want({});
  t.match(await bench.plan(), {
    changes: [],
    notes: [{ address: 'pod:foreign/web.json', reason: { code: 'KSN-POD-012' } }],
  });
});

t.test('ignore ignores', async (t) => {
  const bench = await Bench.open({ foreignManifests: 'ignore' });
  await bench.put('x.yaml', foreign);
  t.same(await bench.plan(), { changes: [], waits: [], notes: [] });
});

t.test('a restart is a new nonce, once an effect', async (t) => {
  const bench = await Bench.open();
  bench.want(web('a:1'));
  await bench.converge();
  const restart = (id: string, verb: 'restart' | 'signal' = 'restart', target: Address = 'pod:web') =>
    podEffects.run({ id, target, verb }, bench.host.hosts.mutate, signal);
  await restart('4/0/pod:web/restart');
  const once = await bench.text('web.json');
  t.equal(annotationsOf(await bench.manifest('web'))['keelson.dev/nonce'], '4/0/pod:web/restart');
  t.match(await bench.host.hosts.read.fs.lstat(`${folder}/web.json`), { mode: 0o600 });
  await restart('4/0/pod:web/restart');
  t.equal(await bench.text('web.json'), once);
  t.same(await bench.names(), ['web.json']);
  t.same((await bench.plan()).changes, [], 'nothing has drifted');
  await t.rejects(restart('5/0/x', 'signal'), { name: 'EffectSkipped', message: /no kubelet here/ });
  await t.rejects(restart('5/0/x', 'restart', 'pod:none'), { name: 'EffectSkipped' });
});
