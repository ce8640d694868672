import t from 'tap';
import { Ajv } from 'ajv';
import { jsonSchema } from '../../agent/desired/json-schema.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { documentWith, told, validate } from './fake-kinds.ts';

t.test("the real kinds' schemas are valid in strict mode, and published whole", async (t) => {
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    keywords: ['x-expected', 'x-key'],
    validateFormats: false,
  });
  t.ok(ajv.compile(jsonSchema(kinds)));
  for (const kind of kinds) {
    t.ok(ajv.validateSchema(kind.schema), kind.name);
    t.doesNotThrow(
      () => new RegExp(kind.key.pattern.source, 'u'),
      `${kind.name}: its key pattern as JSON Schema reads it`,
    );
    t.notOk(kind.key.pattern.global || kind.key.pattern.sticky, `${kind.name}: its key pattern remembers nothing`);
    const { additionalProperties } = kind.schema as { readonly additionalProperties?: unknown };
    t.equal(additionalProperties, false, `${kind.name} takes no unknown keys`);
  }
});

t.test('a spec of the real kinds, good and bad', async (t) => {
  const good = documentWith(`files:
  /etc/haproxy/haproxy.cfg:
    content: { inline: "global\\n" }
    check: { exec: [haproxy, -c, -f, "{staged}"] }
    onChange: { "process:haproxy": { signal: SIGUSR2 } }
directories: { /etc/haproxy: { mode: '0750' } }
links: { /etc/localtime: { target: ../usr/share/zoneinfo/UTC } }`);
  const { spec, items, findings } = validate(good, { kinds });
  t.strictSame(findings, []);
  t.ok(spec);
  t.match(items.find(({ address }) => address === 'file:/etc/haproxy/haproxy.cfg')?.needs, ['directory:/etc/haproxy']);
  t.match(told(documentWith('files: { /a: { content: { inline: x }, moode: 5 }, /b: {} }'), { kinds }), [
    /KSN-SPEC-010 'moode'.*'mode'/,
    /KSN-SPEC-011 'content' is missing/,
  ]);
});
