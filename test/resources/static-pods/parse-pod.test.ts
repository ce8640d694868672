import fc from 'fast-check';
import t from 'tap';
import { checkPod, completePod } from '../../../agent/resources/static-pods/check-pod.ts';
import { canonicalJson, type Json } from '../../../agent/resources/static-pods/json.ts';
import { parsePod } from '../../../agent/resources/static-pods/parse-pod.ts';
import { fixture } from './pods.ts';

const parse = (text: string) => parsePod(Buffer.from(text));
const messages = (text: string) => parse(text).findings.map(({ message, line }) => `${line}: ${message}`);

t.test('what YAML 1.1 and 1.2 read differently is refused, with its line', async (t) => {
  const text =
    'octal: 010\nanswer: yes\nnew: 0o10\ntime: 1:30\nbig: 1_000\nday: 2020-01-01\nfine: "yes"\nnone: ~\nhex: 0x1F\n';
  t.same(messages(text), [
    '1: octal is a number in YAML 1.2 and another one in YAML 1.1, which kubelet reads',
    '2: yes is text in YAML 1.2 and true in YAML 1.1, which kubelet reads',
    '3: new is a number in YAML 1.2 and text in YAML 1.1, which kubelet reads',
    '4: time is text in YAML 1.2 and a number in YAML 1.1, which kubelet reads',
    '5: big is text in YAML 1.2 and a number in YAML 1.1, which kubelet reads',
    '6: day is text in YAML 1.2 and a time in YAML 1.1, which kubelet reads',
  ]);
});

t.test('no finding quotes a value', async (t) => {
  for (const text of [
    'a: [hunter2',
    'a: 0777123',
    'a: "hunter2',
    'hunter2: hunter2: b',
    'a: !hunter2 b',
    'a: &hunter2 b',
    '- @hunter2',
    'a: "\\hunter2"',
  ]) {
    const { findings } = parse(text);
    t.not(findings.length, 0, text);
    t.notMatch(JSON.stringify(findings), /unter2|777123/, text);
  }
});

t.test('several documents, duplicate keys, anchors, merge keys, tags, directives are refused', async (t) => {
  t.match(messages('a: 1\n---\nb: 2\n'), ['3: there are 2 documents; kubelet reads only the first']);
  t.match(messages('a: 1\na: 2\n'), ['2: Map keys must be unique']);
  t.match(messages('a: &x 1\nb: *x\n'), ['1: the anchor is not needed without aliases', /2: the alias is not/]);
  t.match(messages('base: 1\n<<: { a: 1 }\n'), ['2: the merge key << is not read the same by everyone']);
  t.match(messages('a: !secret b\n'), [/1: Unresolved tag/]);
  t.match(messages('%YAML 1.1\n---\na: 1\n'), [/the %YAML directive/]);
  t.match(messages(''), [/empty/]);
  t.match(messages('- a\n'), [/not an object/]);
  t.match(messages('a: {'), [/^1: /]);
  t.match(parsePod(Uint8Array.of(0xff, 0xfe)).findings[0]?.message, 'not UTF-8');
  t.match(messages('['.repeat(100_000)), [/nested/]);
  t.match(messages(`a: ${'x'.repeat(1024 * 1024)}`), [/limit/]);
});

t.test('one document with a marker before or after it is one document', async (t) => {
  t.same(parse('---\na: 1\n---\n').pod, { a: 1 });
  t.same(parse('{"a": null, "b": [2.50, -0]}').pod, { b: [2.5, 0] });
});

t.test('no bytes make the reader or the checks throw', async () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 400 }),
        fc.string({ maxLength: 400, unit: 'grapheme' }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const { pod } = parsePod(bytes);
        if (pod !== null) checkPod(pod, 'web');
      },
    ),
    { numRuns: 500 },
  );
});

t.test('no JSON makes the checks throw, whatever stands where', async () => {
  const real = parse(fixture('haproxy')).pod as Json;
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.nat(200), (junk, position) => {
      const broken = replaceNth(real, { left: position }, junk as Json);
      if (broken !== null && typeof broken === 'object' && !Array.isArray(broken)) {
        checkPod(broken as Record<string, Json>, 'haproxy');
        completePod(broken as Record<string, Json>, 'haproxy');
      }
    }),
    { numRuns: 500 },
  );
});

t.test('a damaged text of a real pod is read or refused, never thrown over', async () => {
  const text = fixture('keepalived');
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, cut, put) => {
      const { pod } = parse(text.slice(0, at) + put + text.slice(at + cut));
      if (pod !== null) checkPod(pod, 'keepalived');
    }),
    { numRuns: 300 },
  );
});

t.test('canonical JSON does not depend on the order of members, and reads back as itself', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value as Json);
      const back = JSON.parse(text) as Json;
      return canonicalJson(reversed(back)) === text && canonicalJson(back) === text;
    }),
  );
  t.equal(canonicalJson({ b: 1e3, a: -0 }), '{\n  "a": 0,\n  "b": 1000\n}\n');
  t.match(canonicalJson(JSON.parse('{"__proto__": {"a": 1}}') as Json), '__proto__');
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => reversed(one));
  if (typeof value !== 'object' || value === null) return value;
  const result = Object.create(null) as Record<string, Json>;
  for (const [name, member] of Object.entries(value).toReversed()) result[name] = reversed(member);
  return result;
}

/** Puts `junk` at the n-th place of a walk through the value. */
function replaceNth(value: Json, counter: { left: number }, junk: Json): Json {
  if (counter.left-- === 0) return junk;
  if (Array.isArray(value)) return value.map((one: Json) => replaceNth(one, counter, junk));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaceNth(member, counter, junk)]));
}
