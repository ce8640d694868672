import t from 'tap';
import { explainedFields } from '../../agent/commands/explained-fields.ts';
import { explain } from '../../agent/commands/explain.ts';
import { exampleAt } from '../../agent/commands/text/schema-example.ts';
import type { JsonSchema } from '../../agent/commands/text/json-schema.ts';
import { settingNames, settingText } from '../../agent/commands/text/settings-text.ts';
import { PORT_GATES } from '../../agent/desired/gates.ts';
import { plainSchema } from '../../agent/desired/json-schema.ts';
import { SpecChecker } from '../../agent/desired/spec-checker.ts';
import { validateDocument } from '../../agent/desired/validate.ts';
import { kinds } from '../../agent/resources/registry.ts';
import { TEST_SETTINGS } from '../support/test-host.ts';
import { fakeInvocation } from './fake-invocation.ts';

const lines = (text: string): string[] => text.split('\n').slice(1, -1);

t.test('a field, in 80 columns', async (t) => {
  const fields = await explainedFields();
  t.strictSame(
    fields.text('file.mode', 80),
    lines(`
files.mode  octal permission bits in quotes: '0644', '0750', '1777'
   Permission bits. Content that not everybody may read counts as secret.
   default  '0644'
   pattern  ^0?[0-7]{3,4}$
example
   files:
     /etc/haproxy/haproxy.cfg:
       content:
         inline: |
           frontend api
             bind :6443
       mode: "0640"
`),
  );
  t.strictSame(
    fields.text('links', 80),
    lines(`
links  map
   Each key is an absolute path without '.', '..', empty parts, control
   characters or a part that begins with '.keelson-'.
   Each value: A symbolic link.
fields (* must be there)
   target*    a path, relative to the   What the link points at, relative to its
              link's folder or          folder or absolute. It need not exist.
              absolute
   dependsOn  list of an address        Resources that come first.
   gates      list of fields            Conditions that must hold before a
                                        generation counts as good.
   onChange   map                       What a change owes, by target.
   onRemove   "delete" | "restore" |    When the resource leaves the spec.
              "keep"                    Default: delete what we made, restore
                                        what we took over.
   drift      "repair" | "report" |     What to do when it is changed from
              "ignore"                  outside. Default: 'repair'.
   waitLimit  a duration with its unit  Waiting longer than this counts as
                                        failing. Default: wait for ever.
   note       text                      For people.
   guard      fields                    An undo that works without the agent,
                                        for a change that may cut it off.
example
   links:
     /etc/localtime:
       target: ../usr/share/zoneinfo/Etc/UTC
`),
  );
  t.strictSame(
    fields.text('spec.health.deadline', 80).slice(0, 3),
    lines(`
spec.health.deadline  a duration with its unit: '500ms', '60s', '10m', '1h30m',
                      '7d'
   From the last change to the verdict.
`),
  );
  for (const name of fields.names())
    for (const line of fields.text(name, 80))
      t.ok(line.length <= 80 || !/ /u.test(line.trim().replace(/^(?:pattern|base64:) +/u, '')), line);
});

t.test('a setting, in 80 columns', async (t) => {
  t.strictSame(
    settingText('config.drift.settle', 80),
    lines(`
config.drift.settle  a duration with its unit, such as 500ms, 2s or 10m
   How long a managed thing may stay changed before it is repaired.
   default  2s
example (/etc/keelson/config.d/50-local.yaml)
   drift:
     settle: 2s
`),
  );
  t.strictSame(
    settingText('config.drift', 80),
    lines(`
config.drift  settings, in /etc/keelson/config.d/*.yaml (keelson explain config.drift.settle)
   drift.settle      How long a managed thing may stay changed before it is
                     repaired.
   drift.settleZero  Paths, and folders, that are repaired at once.
`),
  );
  for (const name of settingNames()) t.ok(settingText(name, 80).length >= 3, name);
});

t.test('every example is what a node takes', async (t) => {
  const document = (await plainSchema(kinds)) as JsonSchema;
  const { spec, ...head } = document.properties ?? {};
  const checker = await SpecChecker.of(kinds);
  const wrong: string[] = [];
  let count = 0;
  for (const name of (await explainedFields()).names()) {
    const path = name.split('.');
    const isHead = path[0] !== undefined && Object.hasOwn(head, path[0]);
    if (path[0] === 'spec' || PORT_GATES.some((gate) => path.includes(gate)) || /gates[.]for$|check[.]pod$/u.test(name))
      continue;
    const example = exampleAt({ type: 'object', properties: isHead ? head : (spec?.properties ?? {}) }, path) as object;
    const base = { apiVersion: 'keelson.dev/v1', kind: 'NodeSpec', metadata: { series: 'lb', generation: 1 } };
    const needed = name.includes('floor') ? { metadata: { series: 'lb', generation: 99 } } : {};
    const value = isHead
      ? { ...base, ...needed, spec: {}, ...example }
      : { ...base, spec: { ...others(name), ...example } };
    const { findings } = validateDocument(Buffer.from(JSON.stringify(value)), { checker, settings: TEST_SETTINGS });
    // That what it depends on is not there is no fault of the example.
    for (const { code, message } of findings)
      if (code !== 'KSN-SPEC-018' && code !== 'KSN-SPEC-019') wrong.push(`${name}: ${code} ${message}`);
    count += 1;
  }
  t.strictSame(wrong, []);
  t.ok(count > 100, `${count} fields`);
});

/** What some examples refer to. */
function others(name: string): object {
  return name.startsWith('files') ? {} : { files: { '/etc/haproxy/haproxy.cfg': { content: { inline: '' } } } };
}

t.test('what comes later is said to', async (t) => {
  const said = async (name: string): Promise<string> => {
    const invocation = fakeInvocation('/');
    t.equal(await explain(invocation, name), 0, name);
    return invocation.printed.join('\n');
  };
  t.equal(
    await said('units'),
    "units  comes in a later release\n   A spec that has 'units' is refused for now (KSN-SPEC-015).",
  );
  for (const name of [
    'certificates',
    'selinux',
    'secrets',
    'accelerators',
    'certificate',
    'selinux.booleans',
    'kernel.modules',
    'module',
    'kernel.arguments',
  ])
    t.match(await said(name), / comes in a later release\n/u, name);
  for (const name of ['disruption', 'staticPods.disruption', 'pod.disruption'])
    t.match(await said(name), /^[\w.]+ {2}comes in a later release\n.*'disruption' is refused/u, name);
  await t.rejects(said('health.disruption'), { code: 'KSN-CLI-004' });
});

t.test('what is not there is told with what was meant', async (t) => {
  const refused = async (name: string, remedy: RegExp): Promise<void> => {
    await t.rejects(explain(fakeInvocation('/'), name), { code: 'KSN-CLI-004', element: name, remedy }, name);
  };
  await refused('files.mod', /^Did you mean files\.mode\? There are: content, mode, /u);
  await refused('fils', /^Did you mean files\?$/u);
  await refused('onChange', /^There is directories\.onChange, files\.onChange, /u);
  await refused('config.drift.setle', /^Did you mean config\.drift\.settle\?$/u);
  await refused('config.listen', /^Did you mean config\.debug\.listen\?$/u);
  await refused('KSN-SPEC-10', /^Did you mean KSN-SPEC-010\?/u);
});
