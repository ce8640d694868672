/**
 * Rule 14, and proof 8: weak secrets in files that not everybody may read and in pods. Whoever has a dictionary and
 * every journal, name, status, event, plan and error finds neither the values nor a digest of them that needs no key.
 */
import { createHash } from 'node:crypto';
import t from 'tap';
import type { Entropy } from '../../agent/base/entropy.ts';
import type { Override } from '../../agent/apply/records.ts';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';
import { tracesIn, tracesOf } from '../support/secret-traces.ts';

const STATE = '/var/lib/keelson';
/** Bytes lie there and nowhere else: folders 0700, files 0600. */
const STORES = [`${STATE}/specs`, `${STATE}/preimages`];
const DAY = 24 * 60 * 60_000;

const SECRETS = {
  file: 'hunter2-file',
  changed: 'letmein-changed',
  found: 'dragon-found',
  edited: 'monkey-edited',
  pod: 'qwerty-pod',
  annotation: 'shadow-annotation',
  patched: 'abc123-patched',
  failing: 'trustno1-failing',
  removed: 'passw0rd-removed',
} as const;

/** As whole contents too: `x\n` is not `x`. */
const traces = tracesOf([...Object.values(SECRETS), ...Object.values(SECRETS).map((secret) => `${secret}\n`)]);

const entropyOf = (fill: number): Entropy => ({
  bytes: (length) => new Uint8Array(length).fill(fill),
  fraction: () => 0,
});
const file = (text: string, more: object = {}): object => ({ content: { inline: `${text}\n` }, mode: '0600', ...more });
const pod = (name: string, password: string, annotation: string): object => ({
  pod: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations: { note: annotation } },
    spec: { containers: [{ name, image: `localhost/${name}:1`, env: [{ name: 'PASSWORD', value: password }] }] },
  },
});

class Told {
  readonly said: string[] = [];

  add(...things: readonly unknown[]): void {
    for (const thing of things) this.said.push(typeof thing === 'string' ? thing : JSON.stringify(thing, plain));
  }

  /** Everything that the agent shows or keeps outside its stores of bytes, at this moment. */
  async look(node: EngineNode): Promise<void> {
    this.add(node.events, node.engine.status(), node.engine.resources(), await node.engine.preview());
    this.add([...node.state.ledger.values()], node.state.toCheckpoint(), [...node.state.open.values()]);
    await this.#folder(node, STATE);
  }

  async #folder(node: EngineNode, folder: string): Promise<void> {
    for (const name of await node.fs.list(folder)) {
      const path = `${folder}/${name}`;
      this.add(path);
      const entry = await node.fs.lstat(path);
      if (entry?.type === 'directory') await this.#folder(node, path);
      else if (!STORES.includes(folder)) this.add(Buffer.from(await node.fs.read(path)).toString('latin1'));
    }
  }

  async errorOf(act: Promise<unknown>): Promise<void> {
    await act.catch((error: unknown) => this.add(String(error), (error as Error).stack ?? '', error));
  }

  /** What a dictionary finds. */
  found(): readonly string[] {
    return tracesIn(this.said.join('\n'), traces);
  }
}

/** Errors and maps as JSON shows them to nobody. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return Object.assign({ message: value.message, cause: value.cause }, value);
  if (value instanceof Map || value instanceof Set) return [...value];
  return value;
}

const spec = (secret: string, more: object = {}): Sections => ({
  files: {
    '/etc/secret': file(secret),
    '/etc/taken': file('ours', { mode: '0644' }),
    '/etc/removed': file(SECRETS.removed),
    '/etc/reported': file('ours', { drift: 'report' }),
    ...more,
  },
  staticPods: { app: pod('app', SECRETS.pod, SECRETS.annotation) },
});

t.test('proof 8: no secret, and no digest of one that needs no key, in anything that is kept or shown', async (t) => {
  const told = new Told();
  const node = await EngineNode.on(new MemoryHost());
  await node.write('/etc/taken', `${SECRETS.found}\n`, 0o600);
  await node.start();
  await told.look(node);
  told.add(await node.engine.preview(verified(1, spec(SECRETS.file))));
  await node.accept(verified(1, spec(SECRETS.file)));
  await told.look(node);

  await node.write('/etc/secret', `${SECRETS.edited}\n`, 0o600);
  await node.write('/etc/reported', `${SECRETS.edited}\n`, 0o600);
  await node.clock.advance(1_000);
  await told.look(node);
  await node.clock.advance(10_000);
  await told.look(node);
  t.ok(
    node.events.some(({ type }) => type === 'DriftRepaired') &&
      node.events.some(({ type }) => type === 'DriftReported'),
  );

  await node.accept(verified(2, spec(SECRETS.changed)));
  await told.look(node);
  const since = node.clock.now();
  const patch: Override = {
    id: 'p',
    address: 'file:/etc/secret',
    kind: 'patch',
    patch: { content: { inline: `${SECRETS.patched}\n` } },
    by: 'uid 0',
    reason: 'test',
    since,
    expires: since + DAY,
  };
  await node.engine.override(patch);
  await node.settled();
  t.equal(await node.text('/etc/secret'), `${SECRETS.patched}\n`);
  await told.look(node);

  const bad = {
    '/etc/failing': file(SECRETS.failing, {
      gates: [{ file: '/run/never' }],
      check: { exec: ['/bin/check', '{staged}'] },
    }),
  };
  await node.clock.runUntil(node.engine.accept(verified(3, spec(SECRETS.changed, bad))));
  await node.clock.advance(2_000);
  await told.look(node);
  t.equal((await node.settled()).verdict, 'RolledBack');
  await told.look(node);
  await told.errorOf(node.engine.accept(verified(3, spec(SECRETS.file))));
  await told.errorOf(node.engine.accept(verified(2, spec(SECRETS.file))));

  const { '/etc/removed': _, ...rest } = spec(SECRETS.changed)['files'] ?? {};
  await node.accept(verified(4, { ...spec(SECRETS.changed), files: rest }));
  await told.look(node);
  await node.stop();

  await using again = await node.crash(losesNothing);
  await again.start();
  await again.settled();
  t.equal(await again.text('/etc/secret'), `${SECRETS.patched}\n`, 'a patch holds over a restart');
  await told.look(again);
  await again.opened.reconciliation.execution.book.checkpoint(true);
  await told.look(again);
  await again.engine.release('p', 'uid 0');
  await again.settled();
  t.equal(await again.text('/etc/secret'), `${SECRETS.changed}\n`);
  await again.engine.leave('restore', 'uid 0');
  await again.settled();
  t.equal(await again.text('/etc/taken'), `${SECRETS.found}\n`);
  await told.look(again);
  t.same(told.found(), []);
  t.ok(told.said.length > 100, `${told.said.length} sayings searched for ${traces.size} traces`);
});

t.test('proof 8: the search would find each of them', async (t) => {
  const told = new Told();
  for (const text of Object.values(SECRETS))
    told.add({ password: text, sum: createHash('sha256').update(`${text}\n`).digest('hex') });
  t.equal(told.found().length, 2 * Object.values(SECRETS).length);
});

t.test('rule 14: bytes lie in stores that only root reads', async (t) => {
  await using node = await EngineNode.on(new MemoryHost());
  await node.write('/etc/taken', `${SECRETS.found}\n`);
  await node.start();
  await node.accept(verified(1, spec(SECRETS.file)));
  for (const folder of [STATE, ...STORES]) {
    t.equal((await node.fs.lstat(folder))?.mode, 0o700, folder);
    for (const name of await node.fs.list(folder)) {
      const entry = await node.fs.lstat(`${folder}/${name}`);
      if (entry?.type === 'file') t.equal(entry.mode, 0o600, `${folder}/${name}`);
    }
  }
  t.ok((await node.fs.list(`${STATE}/preimages`)).length > 0);
});

t.test('rule 14: the same secret has another fingerprint on another node', async (t) => {
  const names = [];
  for (const fill of [1, 2]) {
    await using node = await EngineNode.on(new MemoryHost(), {
      entropy: entropyOf(fill),
    });
    await node.write('/etc/taken', `${SECRETS.found}\n`);
    await node.start();
    await node.accept(verified(1, spec(SECRETS.file)));
    names.push(await node.fs.list(`${STATE}/preimages`));
  }
  t.equal(new Set(names.flat()).size, names.flat().length);
});

t.test(
  'rule 14: without its key, or with another, a node looks and does not touch: it cannot tell what it wrote',
  async (t) => {
    const first = await EngineNode.on(new MemoryHost());
    await first.start();
    await first.accept(verified(1, spec(SECRETS.file)));
    await first.stop();
    for (const key of [null, 'x'.repeat(32), 'short']) {
      await using node = await EngineNode.on(first.machine.crash(losesNothing), { entropy: entropyOf(9) });
      const outside = await node.outside();
      if (key === null) await outside.remove(`${STATE}/node-key`);
      else await node.write(`${STATE}/node-key`, key, 0o600);
      await node.start();
      await node.clock.advance(2 * 60 * 60_000);
      t.match(node.engine.status(), { verdict: 'Unknown', reason: { code: 'KSN-APPLY-022' } });
      t.equal(await node.text('/etc/secret'), `${SECRETS.file}\n`);
      await t.rejects(node.engine.accept(verified(2, {})), { code: 'KSN-ENGINE-006' });
    }
  },
);
