/** Whatever the program can say or be told stands in the documentation. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { declareProgram } from '../../agent/commands/declarations.ts';
import { loadConfig } from '../../agent/config/load.ts';
import { completeSchema } from '../../agent/desired/node-spec-schema.ts';
import { PORT_GATES } from '../../agent/desired/gates.ts';
import { FACT_NAMES } from '../../agent/desired/facts.ts';
import { SIGNALS } from '../../agent/desired/on-change.ts';
import { kinds } from '../../agent/resources/registry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = (name: string): string => readFileSync(`${root}docs/${name}.md`, 'utf8');

t.test('every event', async (t) => {
  const source = readFileSync(`${root}agent/apply/event-sink.ts`, 'utf8');
  const union = /type EventType =([^;]*);/.exec(source)?.[1] ?? '';
  const types = [...union.matchAll(/'(\w+)'/g)].map((match) => match[1] ?? '');
  t.ok(types.length > 20);
  const text = page('events');
  for (const type of types) t.ok(text.includes(`\`${type}\``), type);
});

t.test('every setting', async (t) => {
  const nothing = { list: async () => [], lstat: async () => null, read: async () => new Uint8Array() };
  const effective = await (await loadConfig({ files: nothing, folders: [] })).effective();
  const text = page('operate');
  for (const { key } of effective) t.ok(text.includes(`\`${key}\``), key);
});

t.test('every verdict has its word', async (t) => {
  const source = readFileSync(`${root}agent/report/verdict-words.ts`, 'utf8');
  const words = [...source.matchAll(/^ {2}\w+: '([A-Za-z ]+)',$/gm)].map((match) => (match[1] ?? '').toUpperCase());
  t.ok(words.length > 5);
  const text = page('engine');
  for (const word of words) t.ok(text.includes(`| ${word} |`), word);
});

t.test('every field of a NodeSpec', async (t) => {
  const text = page('nodespec') + page('pods');
  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly patternProperties?: Readonly<Record<string, Schema>>;
  }
  const spec = ((await completeSchema(kinds)) as Schema).properties?.['spec'];
  for (const kind of kinds) {
    t.ok(text.includes(`\`${kind.name}\``), kind.name);
    const section = spec?.properties?.[kind.name];
    const [resource] = Object.values(section?.patternProperties ?? {});
    for (const field of Object.keys(resource?.properties ?? {})) t.match(text, new RegExp(`\`${field}[:\`]`), field);
  }
  for (const name of [...PORT_GATES, ...FACT_NAMES]) t.ok(text.includes(`\`${name}\``), name);
  for (const signal of SIGNALS) t.ok(text.includes(signal), signal);
});

t.test('every command', async (t) => {
  const text =
    ['operate', 'engine', 'signing', 'events', 'nodespec', 'adopt', 'ignition', 'authoring'].map(page).join('') +
    readFileSync(`${root}README.md`, 'utf8');
  for (const command of declareProgram(async () => {}).commands)
    t.match(text, new RegExp(`keelson (?:--root \\S+ )?${command.name()}\\b`), command.name());
});
