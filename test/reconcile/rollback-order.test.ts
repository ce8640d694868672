/**
 * Proof 2 of the engine: a configuration, something signed like a certificate, and the pod that reads both. The gate
 * of the new ones fails; nothing that signs or stores answers any more; and at no instant, also after a power cut,
 * does the restored pod stand beside what was not restored.
 */
import t from 'tap';
import { losesNothing } from '../../hostfs/memory-crash.ts';
import type { MemoryHost } from '../../hostfs/memory-host.ts';
import type { VerifiedSpec } from '../../agent/verify/verified-spec.ts';
import { verified } from '../support/engine-node.ts';
import { ScriptedKind } from '../support/scripted-kind.ts';
import { scriptedNode, type ScriptedNode } from '../support/scripted-node.ts';
import { peek } from '../support/peek.ts';

const CONFIG = '/etc/haproxy/haproxy.cfg';
const MANIFEST = '/etc/kubernetes/manifests/haproxy.json';

function generation(number: 1 | 2): VerifiedSpec {
  return verified(
    number,
    {
      files: { [CONFIG]: { content: { inline: `config ${number}\n` } } },
      things: { certificate: { value: `key-${number}`, signed: true } },
      staticPods: {
        haproxy: {
          pod: {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name: 'haproxy' },
            spec: { containers: [{ name: 'haproxy', image: `localhost/haproxy:${number}` }] },
          },
          dependsOn: [`file:${CONFIG}`, 'thing:certificate'],
        },
      },
    },
    {
      health: { stableForMs: 0, deadlineMs: 100 },
      gates: number === 1 ? [] : [{ type: 'file', path: '/run/never', boot: false, timeoutMs: 1_000 }],
    },
  );
}

interface Picture {
  readonly config: string;
  readonly certificate: string;
  readonly pod: string;
  /** Tells one placing of a pod from another. */
  readonly nonce: string;
}

/** The generation that each of the three is of, at this very instant. */
function picture(machine: MemoryHost): Picture {
  const manifest = JSON.parse(peek(machine, MANIFEST) ?? '{}') as {
    metadata?: { annotations?: Record<string, string> };
    spec?: { containers: { image: string }[] };
  };
  return {
    config: peek(machine, CONFIG)?.trim().slice(-1) ?? '-',
    certificate: peek(machine, '/things/certificate')?.split(' ')[0]?.slice(-1) ?? '-',
    pod: manifest.spec?.containers[0]?.image.slice(-1) ?? '-',
    nonce: JSON.stringify(manifest.metadata?.annotations ?? {}),
  };
}

const isWhole = ({ config, certificate, pod }: Picture): boolean =>
  config === '1' && certificate === '1' && pod === '1';

/** Generation 1 is good, and the signer is gone for good once generation 2 has its certificate. */
async function goodNode(machine?: MemoryHost, kind = new ScriptedKind()): Promise<ScriptedNode> {
  const signed = new Set<string>();
  kind.script('certificate').sign = async ({ to }) => {
    const key = to !== null && 'pending' in to ? to.pending : '';
    if (signed.has('key-2')) throw new Error('the signer does not answer');
    signed.add(key);
    return `signed ${key}`;
  };
  return scriptedNode({}, machine, kind);
}

t.test('proof 2: the whole node returns, offline, with a pod that kubelet has not seen', async (t) => {
  await using it = await goodNode();
  await it.node.accept(generation(1));
  const before = picture(it.node.machine);
  t.equal((await it.node.accept(generation(2))).verdict, 'RolledBack');
  const after = picture(it.node.machine);
  t.ok(isWhole(after));
  t.equal(await it.node.text('/things/certificate'), 'key-1 signed key-1', 'the very certificate, not signed anew');
  t.not(after.nonce, before.nonce, 'rule 4: a rolled-back pod has a fresh nonce');
});

const failing = { config: CONFIG, certificate: '/things/certificate', pod: MANIFEST, nothing: '/nothing' };

for (const [what, path] of Object.entries(failing)) {
  t.test(
    `proof 2: at no instant does a restored pod stand with the new configuration; ${what} fails twice`,
    async (t) => {
      await using it = await goodNode();
      const { node } = it;
      await node.accept(generation(1));
      const { nonce } = picture(node.machine);
      let fails = 2;
      using _ = node.machine.fail(({ primitive, args, path: from }) => {
        const to = `${from.slice(0, from.lastIndexOf('/'))}/${String(args[3])}`;
        if (primitive !== 'rename' || to !== path || node.state.blocked.size === 0 || fails === 0) return undefined;
        fails -= 1;
        return 'EIO';
      });
      const seen = new Set<string>();
      node.machine.onPrimitive = () => {
        if (node.state.blocked.size === 0) return;
        const now = picture(node.machine);
        seen.add(
          `${now.pod === '1' && now.nonce !== nonce ? 'restored pod' : 'pod'}, config ${now.config}, certificate ${now.certificate}`,
        );
      };
      t.equal((await node.accept(generation(2))).verdict, 'RolledBack');
      t.same(
        [...seen].filter((line) => line.startsWith('restored')),
        ['restored pod, config 1, certificate 1'],
      );
      t.ok(seen.has('pod, config 2, certificate 2'));
      if (what !== 'nothing') {
        t.equal(fails, 0);
        t.match(node.events.find(({ type }) => type === 'RollbackIncomplete')?.message, /EIO/);
      }
      t.ok(isWhole(picture(node.machine)));
    },
  );
}

t.test('proof 2: nor does it after a power cut anywhere in the rollback', async (t) => {
  const kind = new ScriptedKind();
  const good = await goodNode(undefined, kind);
  await good.node.accept(generation(1));
  await good.node.stop();
  const { nonce } = picture(good.node.machine);
  const run = async (before: (it: ScriptedNode) => void): Promise<ScriptedNode> => {
    const it = await goodNode(good.node.machine.crash(losesNothing), kind);
    before(it);
    const over = new AbortController();
    const dead = it.node.died(over.signal);
    await Promise.race([it.node.accept(generation(2)).catch(() => {}), dead]);
    over.abort();
    return it;
  };
  /** At every primitive of the rollback that can make a difference to a power cut. */
  const atEach = ({ node }: ScriptedNode, act: (nth: number, index: number) => void): void => {
    let nth = 0;
    node.machine.onPrimitive = ({ primitive, index }) => {
      if (node.state.blocked.size > 0 && ['rename', 'sync', 'syncData'].includes(primitive)) act(nth++, index);
    };
  };
  /** In how many ways what is not synced can be lost there: more than one where the pod has been restored. */
  const points: number[] = [];
  await using rehearsal = await run((it) =>
    atEach(it, (nth) => {
      const now = picture(it.node.machine);
      points[nth] = now.pod === '1' && now.nonce !== nonce ? 8 : 1;
    }),
  );
  t.ok(isWhole(picture(rehearsal.node.machine)));
  const wrong: unknown[] = [];
  for (const [point, ways] of points.entries()) {
    for (let way = 0; way < ways; way += 1) {
      const it = await run((one) =>
        atEach(one, (nth, index) => {
          if (nth === point) one.node.machine.crashAt(index, 'after');
        }),
      );
      // Each folder loses all that is not synced, or nothing.
      let asked = 0;
      const left = picture((await it.node.crash((most) => ((way >> (asked++ % 3)) % 2 === 0 ? 0 : most - 1))).machine);
      const restored = left.pod === '1' && left.nonce !== nonce;
      if (restored && !isWhole(left)) wrong.push({ point, way, ...left });
    }
  }
  t.comment(`${points.length} power cuts`);
  t.ok(points.length > 10);
  t.same(wrong, []);
});
