import t from 'tap';
import type { JsonSchema } from '../../../agent/commands/text/json-schema.ts';
import { fieldNames, schemaAt, schemaText } from '../../../agent/commands/text/schema-text.ts';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    files: {
      type: 'object',
      description: 'Each key is a path.',
      'x-key': 'a path',
      patternProperties: {
        '^/': {
          type: 'object',
          description: 'A file.',
          required: ['content'],
          properties: {
            content: { type: 'string', description: 'What is in it.' },
            drift: { anyOf: [{ const: 'repair' }, { const: 'ignore' }], description: 'When it is changed.' },
          },
        },
      },
    },
    gates: { items: { anyOf: [{ type: 'object', required: ['tcp'], properties: { tcp: { type: 'string' } } }] } },
  },
};

t.test('a map and a list are looked through to what they hold', async (t) => {
  t.equal(schemaAt(schema, ['files', 'content'])?.description, 'What is in it.');
  t.strictSame(fieldNames(schemaAt(schema, ['files']) ?? {}), ['content', 'drift']);
  t.ok(schemaAt(schema, ['gates', 'tcp']));
  t.equal(schemaAt(schema, ['files', 'nonsense']), null);
});

t.test('a kind reads as its fields, marked where they must be there', async (t) => {
  t.strictSame(schemaText(['files'], schemaAt(schema, ['files']) ?? {}), [
    'files  map',
    '   Each key is a path.',
    '   Each value: A file.',
    'fields (* must be there)',
    '   content*  text                 What is in it.',
    '   drift     "repair" | "ignore"  When it is changed.',
  ]);
  t.match(
    schemaText(['gates'], schemaAt(schema, ['gates']) ?? {}).at(-1),
    /^ {3}tcp {2}text$/u,
    'of several forms none is needed',
  );
});

t.test('nothing of a type or a meaning is left out: it is wrapped in a terminal, and whole without one', async (t) => {
  const user = "the name of a user of this node, or its number: 'haproxy', 99";
  const owner: JsonSchema = { 'x-expected': user, description: 'The user that it belongs to, by name or number.' };
  const parts = { 'x-expected': "small letters, '-' and '.': 'lb'", description: 'Its name.' };
  const text = (width?: number): string[] => schemaText(['file'], { properties: { owner, parts } }, { width }).slice(2);
  t.strictSame(text(), [
    '   owner  the name of a user of this node, or its number  The user that it belongs to, by name or number.',
    `   parts  small letters, '-' and '.'                    Its name.`,
  ]);
  t.strictSame(text(72), [
    '   owner  the name of a user of     The user that it belongs to, by name',
    '          this node, or its number  or number.',
    `   parts  small letters, '-' and    Its name.`,
    `          '.'`,
  ]);
  t.strictSame(text(50), text(), 'where there is no room to wrap in, the terminal does it');
});
