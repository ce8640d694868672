import t from 'tap';
import { LIMITS } from '../../agent/desired/limits.ts';
import { findingsOf, told, type SiteTree } from './site-maker.ts';
import { wrongSpecs } from './wrong-specs.ts';

/** A node without fault beside it: what is wrong is told of the others alone. */
const sound: SiteTree = { 'nodes/sound.yaml': 'metadata: { series: x }\nspec: { links: { /etc/x: { target: y } } }\n' };
const short = (finding: Parameters<typeof told>[0]): string => told({ ...finding, message: '' }).trim();

t.test('each with its code, its place and what to do', async (t) => {
  for (const { name, tree, told: expected, remedy, message } of wrongSpecs) {
    const findings = await findingsOf({ ...sound, ...tree });
    t.strictSame(findings.map(short), expected, `${name}: ${findings.map(told).join('; ')}`);
    const first = findings.find((one) => short(one) === expected[0]);
    t.match(first?.remedy ?? '', remedy, `${name}: remedy`);
    if (message !== undefined) t.match(first?.message, message, `${name}: message`);
    t.ok(
      findings.every(({ nodes }) => !nodes.includes('sound')),
      `${name}: of its nodes alone`,
    );
  }
});

t.test('all in one site: none hides another', async (t) => {
  const tree = Object.assign({}, sound, ...wrongSpecs.map((one) => one.tree)) as SiteTree;
  const findings = await findingsOf(tree);
  t.strictSame(findings.map(short).toSorted(), wrongSpecs.flatMap((one) => one.told).toSorted());
  t.ok(findings.length >= 50 && findings.length < LIMITS.findings);
});

t.test('many in one file, and none hides another there either', async (t) => {
  const findings = await findingsOf({
    'roles/x.yaml': `metadata: { series: x, generation: 1 }
vars:
  peer: { type: ip }
  port: { type: interger }
spec:
  health: { stableFor: 60 }
  selinux: {}
  files:
    /etc/a: { from: files/none }
    /etc/b: { from: files/b, template: true, lable: x }
    /etc/c: { content: { inline: "" }, mode: 644, note: "\${vars.per}" }
    /etc/d: { content: { inline: "" }, dependsOn: ["file:/etc/x"], gates: [ { tcp: "\${vars.peer}:1" } ] }
    /proc/y: { content: { inline: "" }, mode: "0888" }
    /etc/h: &h { content: { inline: "" } }
    /etc/h: { content: { inline: "" } }
    /etc/f: *h
  files:
    /etc/g: { content: { inline: "" }, lable: y }
  links:
    /etc/c: { target: "\${facts.hostnam}" }
    /sys/z: { target: x }
`,
    'nodes/a.yaml': 'extends: [../roles/x.yaml]\nspec: { files: { /etc/e: null, /etc/d: 1 } }\n',
    'nodes/b.yaml': 'extends: [../roles/x.yaml]\nvars: { peer: 10.0.0 }\n',
    'files/b': '${facts.hostname} ${vars.prot}\n',
  });
  t.strictSame(
    findings.map((one) => `${short(one)} ${one.nodes.join(',')}`),
    [
      'files/b:1:19 KSN-BUILD-010 a,b',
      'nodes/a.yaml:2:18 KSN-BUILD-007 a',
      'nodes/a.yaml:2:32 KSN-BUILD-005 a',
      'nodes/b.yaml:2:9 KSN-BUILD-009 b',
      'roles/x.yaml:1:24 KSN-BUILD-017 a,b',
      'roles/x.yaml:3:3 KSN-SPEC-022 a',
      'roles/x.yaml:4:11 KSN-BUILD-008 a,b',
      'roles/x.yaml:6:13 KSN-SPEC-012 a,b',
      'roles/x.yaml:7:3 KSN-SPEC-015 a,b',
      'roles/x.yaml:9:15 KSN-BUILD-002 a,b',
      'roles/x.yaml:10:46 KSN-SPEC-010 a,b',
      'roles/x.yaml:11:40 KSN-SPEC-012 a,b',
      'roles/x.yaml:11:51 KSN-BUILD-010 a,b',
      'roles/x.yaml:12:52 KSN-SPEC-018 a,b',
      'roles/x.yaml:13:5 KSN-VERIFY-021 a,b',
      'roles/x.yaml:13:41 KSN-SPEC-013 a,b',
      'roles/x.yaml:14:16 KSN-SPEC-007 a,b',
      'roles/x.yaml:15:5 KSN-SPEC-006 a,b',
      'roles/x.yaml:16:13 KSN-SPEC-007 a,b',
      'roles/x.yaml:17:3 KSN-SPEC-006 a,b',
      'roles/x.yaml:18:40 KSN-SPEC-010 a,b',
      'roles/x.yaml:20:5 KSN-SPEC-020 a,b',
      'roles/x.yaml:20:15 KSN-SPEC-023 a,b',
      'roles/x.yaml:21:5 KSN-VERIFY-021 a,b',
    ],
  );
});
