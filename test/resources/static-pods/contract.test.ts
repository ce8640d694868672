import t from 'tap';
import { staticPods } from '../../../agent/resources/static-pods/index.ts';
import {
  canonicalJson,
  isObject,
  objectAt,
  type Json,
  type JsonObject,
} from '../../../agent/resources/static-pods/json.ts';
import { NONCE, REVISION } from '../../../agent/resources/static-pods/manifest.ts';
import { kindContract, type KindFixture } from '../../contract/kind-contract.ts';
import { inFolder, inMemory } from '../../contract/makers.ts';
import { fixture, pod } from './pods.ts';

const folder = '/etc/kubernetes/manifests';
const found = { [folder]: { directory: true, mode: 0o700 } } as const;

/** The two pods of a load balancer, and small ones of the same shape for the thousands of crashes. */
const loadBalancer: KindFixture = {
  title: 'one pod changed, one new, one gone',
  found,
  section: {
    haproxy: { content: { inline: fixture('haproxy') } },
    keepalived: { content: { inline: fixture('keepalived') } },
  },
  next: { haproxy: { content: { inline: fixture('haproxy').replace('3.2.4', '3.2.5') } }, web: { pod: pod() } },
};
const small: KindFixture = {
  ...loadBalancer,
  section: { a: { pod: pod() }, b: { pod: pod() } },
  next: { a: { pod: pod({ container: { image: 'registry.example.net/web:2' } }) }, web: { pod: pod() } },
};

/** A pod that comes back has a new nonce, on purpose: that alone may differ. */
function withoutNonce(content: Uint8Array): Uint8Array {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(content).toString()) as Json;
  } catch {
    return content;
  }
  if (!isObject(value)) return content;
  const metadata = objectAt(value, 'metadata');
  const { [NONCE]: nonce, [REVISION]: _, ...annotations } = objectAt(metadata, 'annotations');
  if (nonce === undefined) return content;
  const bare: JsonObject = { ...value, metadata: { ...metadata, annotations } };
  return Buffer.from(canonicalJson(bare));
}

t.test('in memory', async (t) => kindContract(t, staticPods, [small], inMemory({ blur: withoutNonce })));
t.test('in a folder', async (t) => kindContract(t, staticPods, [loadBalancer], inFolder({ blur: withoutNonce })));
