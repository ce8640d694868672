/**
 * Rule 13, as far as it is the engine's: what stage gets from outside is durable before the intent names it, stage is
 * resumable by the id of its change, and what failed afterwards does not ask again. The signer stands in for Vault.
 * Of proof 4, that key and request are persisted before anybody is asked, and the answer before stage ends, is done
 * here by the scripted kind itself. The real thing comes with the kind of certificates (issue 8): its own stage, its
 * request, the signer it asks.
 */
import t from 'tap';
import { losesAll } from '../../hostfs/memory-crash.ts';
import type { Change, StageHost } from '../../agent/resources/kind.ts';
import type { ThingState } from '../support/scripted-kind.ts';
import { scriptedNode, things, type ScriptedNode } from '../support/scripted-node.ts';

const HAPROXY = 'unit:haproxy.service' as const;
const certificate = (generation: number, value: string) =>
  things(generation, {
    certificate: { value, signed: true, effects: [{ target: HAPROXY, verb: 'reload' }] },
    other: value,
  });

/** Signs what it is asked to, and knows what became of it. */
class Signer {
  /** Public keys, as they came. */
  readonly asked: string[] = [];
  /** Ids of the changes for which it was asked. */
  readonly ids: string[] = [];
  /** What the node has on its own disk: by public key. Kept here, since it is written before the node can die. */
  readonly parked = new Map<string, string>();
  dies: 'after signing' | 'after parking' | null = null;

  /** Persist key and request, sign, fsync the answer: then stage ends, and the intent may follow. */
  serve({ node, kind }: ScriptedNode): void {
    kind.script('certificate').sign = async (change: Change<ThingState>, host: StageHost) => {
      this.ids.push(change.id);
      const key = `key of ${change.to !== null && 'pending' in change.to ? change.to.pending : ''}`;
      await host.savePreimage(Buffer.from(key));
      const before = this.parked.get(key);
      if (before !== undefined) return before;
      this.asked.push(key);
      const answer = `certificate-${this.asked.length}`;
      if (this.dies === 'after signing') node.machine.crashAt(node.machine.calls + 1);
      await host.savePreimage(Buffer.from(answer));
      this.parked.set(key, answer);
      if (this.dies === 'after parking') node.machine.crashAt(node.machine.calls + 1);
      return answer;
    };
  }
}

async function good(): Promise<{ readonly it: ScriptedNode; readonly signer: Signer }> {
  const it = await scriptedNode();
  const signer = new Signer();
  signer.serve(it);
  await it.node.accept(certificate(1, '1'));
  signer.asked.length = 0;
  signer.ids.length = 0;
  return { it, signer };
}

async function dies({ it, signer }: Awaited<ReturnType<typeof good>>, when: Signer['dies']): Promise<void> {
  signer.dies = when;
  const over = new AbortController();
  const dead = it.node.died(over.signal);
  await Promise.race([it.node.accept(certificate(2, '2')).catch(() => {}), dead]);
  over.abort();
  signer.dies = null;
}

t.test('rule 13: signed, its answer durable, then the intent, which names the answer', async (t) => {
  const { it, signer } = await good();
  t.teardown(() => it[Symbol.asyncDispose]());
  const seen: unknown[] = [];
  it.kind.script('certificate').beforeApply = ({ to, id }) => {
    const intents = [...it.node.state.open.values()].flatMap((tx) => tx.intents.flatMap(({ changes }) => changes));
    seen.push(to, intents.find((change) => change.id === id)?.to, signer.parked.get('key of 2'));
  };
  t.equal((await it.node.accept(certificate(2, '2'))).verdict, 'OK');
  const answer = { value: '2', answer: 'certificate-1' };
  t.same(seen, [answer, answer, 'certificate-1']);
  t.same(it.node.state.ledger.get('thing:certificate')?.last, answer);
  t.equal(await it.thing('certificate'), '2 certificate-1');
});

t.test('rule 13: a crash before the answer is durable signs the same key again: one orphan a crash', async (t) => {
  const made = await good();
  const { it, signer } = made;
  t.teardown(() => it[Symbol.asyncDispose]());
  await dies(made, 'after signing');
  t.equal(it.node.state.open.size, 1);
  const after = await it.node.crash(losesAll);
  t.teardown(() => after[Symbol.asyncDispose]());
  await after.start();
  t.equal((await after.settled()).verdict, 'OK');
  t.same(signer.asked, ['key of 2', 'key of 2'], 'the same public key');
  t.equal(await after.text('/things/certificate'), '2 certificate-2');
});

t.test('rule 13: a crash after it does not ask again; stage is resumed by the id of its change', async (t) => {
  const made = await good();
  const { it, signer } = made;
  t.teardown(() => it[Symbol.asyncDispose]());
  await dies(made, 'after parking');
  const after = await it.node.crash(losesAll);
  t.teardown(() => after[Symbol.asyncDispose]());
  await after.start();
  t.equal((await after.settled()).verdict, 'OK');
  t.same(signer.asked, ['key of 2']);
  t.equal(signer.ids.length, 2);
  t.equal(signer.ids[0], signer.ids[1]);
  t.equal(await after.text('/things/certificate'), '2 certificate-1');
});

t.test('rule 13: a signer that does not answer is waited for, and changes nothing', async (t) => {
  const { it } = await good();
  t.teardown(() => it[Symbol.asyncDispose]());
  it.kind.script('certificate').waits = 'Vault is sealed';
  await it.begin(certificate(2, '2'), 3_600_000);
  t.equal(await it.thing('certificate'), '1 certificate-1');
  t.same(it.effects.length, 1);
  it.kind.script('certificate').waits = null;
  t.equal((await it.node.settled()).verdict, 'OK');
});

t.test('rule 13: ten failed reloads, one sign', async (t) => {
  const { it, signer } = await good();
  t.teardown(() => it[Symbol.asyncDispose]());
  const { node } = it;
  let reloads = 0;
  for (let round = 0; round < 10; round += 1) {
    it.failing.add(HAPROXY);
    if (round === 0) await node.clock.runUntil(node.engine.accept(certificate(2, '2')));
    else await node.clock.runUntil(node.engine.retry(2, 'ana', 'again'));
    await node.clock.advance(0);
    reloads += it.effects.splice(0).length;
    it.failing.clear();
    t.equal((await node.settled()).verdict, 'RolledBack');
    t.equal(await it.thing('certificate'), '1 certificate-1');
  }
  t.ok(reloads >= 10);
  t.same(signer.asked, ['key of 2']);
  await node.clock.runUntil(node.engine.retry(2, 'ana', 'mended'));
  t.equal((await node.settled()).verdict, 'OK');
  t.equal(await it.thing('certificate'), '2 certificate-1', 'the parked one, placed at last');
  t.same(signer.asked, ['key of 2']);
});

t.test('rule 13: an edit of what was signed is put back as it was, not signed anew', async (t) => {
  const { it, signer } = await good();
  t.teardown(() => it[Symbol.asyncDispose]());
  await it.tamper('certificate', '1 forged');
  await it.node.clock.advance(5_000);
  t.equal(await it.thing('certificate'), '1 certificate-1');
  t.same(signer.asked, []);
});
