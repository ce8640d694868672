import fc from 'fast-check';
import t from 'tap';
import { learnPodSchema } from '../../../packaging/pod-schema-probe.ts';
import type { Json } from '../../../agent/resources/static-pods/json.ts';
import { parsePod } from '../../../agent/resources/static-pods/parse-pod.ts';
import { POD_SCHEMA } from '../../../agent/resources/static-pods/pod-schema.ts';
import { checkShape } from '../../../agent/resources/static-pods/shape.ts';
import { fixture } from './pods.ts';

t.test('the schema is what kubernetes-models says today', async (t) => {
  t.same(POD_SCHEMA, await learnPodSchema(), 'run: node packaging/generate-pod-schema.ts');
});

/** The package as a second opinion: it lets unknown fields pass, so ours may refuse more, never less. */
t.test('nothing passes that kubernetes-models refuses', async (t) => {
  const { validate } = await import('kubernetes-models/_schemas/IoK8sApiCoreV1Pod');
  let refused = 0;
  for (const name of ['haproxy', 'keepalived']) {
    const real = parsePod(Buffer.from(fixture(name))).pod as Json;
    t.ok(validate(real));
    const wrong = fc.constantFrom<Json>(0, 1.5, true, '', 'x', [], [1], {}, { a: 1 });
    fc.assert(
      fc.property(fc.nat(120), wrong, (place, junk) => {
        const broken = replaced(real, { left: place }, junk);
        if (validate(broken)) return;
        refused++;
        return checkShape(broken).length > 0;
      }),
      { numRuns: 1000 },
    );
  }
  t.ok(refused > 200, 'the mutations did break pods');
});

/** Puts `junk` at the n-th place of a walk through the value. */
function replaced(value: Json, counter: { left: number }, junk: Json): Json {
  if (counter.left-- === 0) return junk;
  if (Array.isArray(value)) return value.map((one: Json) => replaced(one, counter, junk));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member, counter, junk)]));
}
