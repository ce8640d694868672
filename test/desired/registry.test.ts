import type { TSchema } from '@sinclair/typebox';
import t from 'tap';
import { Ajv } from 'ajv';
import { jsonSchema } from '../../agent/desired/json-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { parse, stringify } from 'yaml';
import fc from 'fast-check';
import { expandSpec } from '../../agent/desired/items.ts';
import { SpecChecker } from '../../agent/desired/spec-checker.ts';
import { applyEdits, edits } from './mutate.ts';
import { context, documentWith, told, validate } from './fake-kinds.ts';

t.test("the real kinds' schemas are valid in strict mode, and published whole", async (t) => {
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    keywords: ['x-expected', 'x-key', 'x-example-key'],
    validateFormats: false,
  });
  t.ok(ajv.compile(await jsonSchema(kinds)));
  for (const kind of kinds) {
    const schema = await kind.schema();
    t.ok(ajv.validateSchema(schema), kind.name);
    t.doesNotThrow(
      () => new RegExp(kind.key.pattern.source, 'u'),
      `${kind.name}: its key pattern as JSON Schema reads it`,
    );
    t.notOk(kind.key.pattern.global || kind.key.pattern.sticky, `${kind.name}: its key pattern remembers nothing`);
    // A value alone is a form that has no keys.
    const { anyOf = [schema] } = schema as { readonly anyOf?: readonly TSchema[] };
    const maps = anyOf.filter(({ type }) => type === 'object');
    t.ok(maps.length > 0, `${kind.name} takes a map`);
    for (const { additionalProperties } of maps)
      t.equal(additionalProperties, false, `${kind.name} takes no unknown keys`);
  }
});

t.test('a spec of the real kinds, good and bad', async (t) => {
  const checker = await SpecChecker.of(kinds);
  const good = documentWith(`files:
  /etc/haproxy/haproxy.cfg:
    content: { inline: "global\\n" }
    check: { exec: [haproxy, -c, -f, "{staged}"] }
    onChange: { "process:haproxy": { signal: SIGUSR2 } }
directories: { /etc/haproxy: { mode: '0750' } }
links: { /etc/localtime: { target: ../usr/share/zoneinfo/UTC } }`);
  const { spec, items, findings } = validate(good, { checker });
  t.strictSame(findings, []);
  t.ok(spec);
  t.match(items.find(({ address }) => address === 'file:/etc/haproxy/haproxy.cfg')?.needs, ['directory:/etc/haproxy']);
  t.match(told(documentWith('files: { /a: { content: { inline: x }, moode: 5 }, /b: {} }'), { checker }), [
    /KSN-SPEC-010 'moode'.*'mode'/,
    /KSN-SPEC-011 'content' is missing/,
  ]);
});

t.test('what meets is told beside the faults of each: a fault hides no other', async (t) => {
  const checker = await SpecChecker.of(kinds);
  const lines = (more: { file?: string; pod?: string; spec?: string; target?: string } = {}) =>
    told(
      documentWith(`files:
  /etc/h/h.cfg: { content: { inline: x }${more.file ?? ''} }
  /etc/other: { content: { inline: x }, onChange: { "pod:${more.target ?? 'web'}": restart } }
staticPods:
  web:
    pod:
      spec:
        containers: [ { name: a, image: b${more.spec ?? ''}, volumeMounts: [ { name: v, mountPath: /x } ] } ]
        volumes: [ { name: v, hostPath: { path: /etc/h/h.cfg } } ]${more.pod ?? ''}`),
      { checker },
    ).map((line) => /KSN-\S+/.exec(line)?.[0]);
  const mounted = 'KSN-SPEC-014';
  t.strictSame(lines(), [mounted]);
  t.ok(lines({ file: ", mode: '9'" }).includes(mounted), 'of the file');
  t.ok(lines({ file: ', moode: 1, content2: 2' }).includes(mounted), 'keys of the file');
  t.ok(lines({ pod: '\n        hostPid: true' }).includes(mounted), 'of the pod');
  t.ok(lines({ pod: '\n    dependsOn: [ 5 ]' }).includes(mounted), 'of the shared fields of the pod');
  const both = lines({ pod: '\n        hostPid: true\n    waitLimit: zz' });
  t.ok(both.includes('KSN-POD-002') && both.length === 3, 'the pod is looked at also where a shared field is wrong');
  t.ok(lines({ spec: ', image2: "${facts.nope}"' }).includes(mounted), 'a fact that does not exist');
});

t.test('two that own one path are told beside the faults of either', async (t) => {
  const checker = await SpecChecker.of(kinds);
  t.match(
    told(
      documentWith(
        `files: { /a: { content: { inline: x }, moode: 5 } }\nlinks: { /a: { target: b } }`.replaceAll('\n', '\n'),
      ),
      { checker },
    ),
    [/KSN-SPEC-010/, /KSN-SPEC-020/],
  );
});

t.test('a pod that is told of changes is in the spec', async (t) => {
  const checker = await SpecChecker.of(kinds);
  const withTarget = (target: string) =>
    told(
      documentWith(`files: { /a: { content: { inline: x }, onChange: { "${target}": restart } } }
staticPods: { haproxy: { pod: { spec: { containers: [ { name: a, image: b } ] } } } }`),
      { checker },
    );
  t.strictSame(withTarget('pod:haproxy'), []);
  t.match(withTarget('pod:haprxy'), [/KSN-SPEC-037 file:\/a tells 'pod:haprxy' .*; did you mean 'pod:haproxy'\?/]);
  t.strictSame(withTarget('unit:x.service'), []);
});

t.test('what has no content takes no check', async (t) => {
  const checker = await SpecChecker.of(kinds);
  const check = 'check: { exec: [/usr/bin/true] }';
  t.match(told(documentWith(`links: { /a: { target: b, ${check} } }`), { checker }), [/KSN-SPEC-010 'check'/]);
  t.match(told(documentWith(`directories: { /a: { ${check} } }`), { checker }), [/KSN-SPEC-010 'check'/]);
});

t.test('no document makes a real kind throw, and what is valid expands', async (t) => {
  const checker = await SpecChecker.of(kinds);
  const original = parse(
    documentWith(`files:
  /etc/haproxy/haproxy.cfg: { content: { inline: x }, owner: haproxy, group: 99, label: container_file_t, mode: '0640', backup: none }
  /etc/b: { content: { base64: eA== } }
directories: { /etc/haproxy: { mode: '0750', exclusive: true } }
links: { /etc/localtime: { target: ../usr/share/zoneinfo/UTC } }
staticPods:
  haproxy:
    pod:
      metadata: { labels: { app: haproxy } }
      spec:
        hostNetwork: true
        containers:
          - name: haproxy
            image: registry.example/haproxy:2.8
            args: [-f, /etc/haproxy/haproxy.cfg]
            ports: [ { containerPort: 443, hostPort: 443 } ]
            livenessProbe: { httpGet: { port: 8404, path: /healthz } }
            volumeMounts: [ { name: config, mountPath: /etc/haproxy } ]
        volumes: [ { name: config, hostPath: { path: /etc/haproxy, type: Directory } } ]
  text: { content: { inline: "spec: { containers: [ { name: a, image: b } ] }" } }`),
  ) as unknown;
  t.strictSame(validate(stringify(original), { checker }).findings, []);
  fc.assert(
    fc.property(edits, (list) => {
      const { spec, findings } = validate(stringify(applyEdits(original, list)), { checker });
      for (const { place, code, message } of findings) {
        if (place?.line === undefined || code.startsWith('KSN-BASE')) throw new Error(`${code} ${message}`);
      }
      if (spec !== null) expandSpec(spec, kinds, context({ hostname: 'a' }));
    }),
    { numRuns: 400 },
  );
});
