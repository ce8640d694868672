/** Sites with one fault each, all in files of their own, so that they can also stand in one site together. */
import { LIMITS } from '../../agent/desired/limits.ts';
import { FIRST_CA } from '../resources/ca-anchors/authorities.ts';
import type { SiteTree } from './site-maker.ts';

export interface WrongSpec {
  readonly name: string;
  readonly tree: SiteTree;
  /** "FILE:LINE:COLUMN CODE", every one that is told. */
  readonly told: readonly string[];
  /** Of the first: what to do. */
  readonly remedy: RegExp;
  /** Of the first: what is said, where it is more than the code. */
  readonly message?: RegExp;
}

let count = 0;

type Write = (file: (name: string) => string) => SiteTree;

/** `n('roles')` is a layer of this case alone, `n('nodes')` its node; so is `n('files')` a file, and `n('pods')` a pod. */
function wrong(name: string, write: Write, told: readonly string[], remedy: RegExp, message?: RegExp): WrongSpec {
  const id = `c${String((count += 1)).padStart(2, '0')}`;
  const file = (folder: string): string => `${folder}/${id}${folder === 'files' ? '' : '.yaml'}`;
  return {
    name,
    tree: write(file),
    told: told.map((one) => one.replace(/^(\w+)(?=:|\+| )/u, (folder: string) => file(folder))),
    remedy,
    ...(message !== undefined && { message }),
  };
}

/** A node by itself. `spec` stands from line 2 on, indented by two. */
const node =
  (spec: string, more: (file: (name: string) => string) => SiteTree = () => ({})): Write =>
  (file) => ({
    [file('nodes')]: `metadata: { series: x }\nspec:\n${spec
      .replaceAll(/^(?=.)/gmu, '  ')
      .replaceAll('FILE', file('files'))
      .replaceAll('POD', file('pods'))}\n`,
    ...more(file),
  });

/** A role and a node that extends it. */
const role =
  (text: string, own: string, more: SiteTree = {}): Write =>
  (file) => ({
    [file('roles')]: text.replaceAll('FILE', file('files')),
    [file('nodes')]: `extends: [../${file('roles')}]\nmetadata: { series: x }\n${own}`,
    ...Object.fromEntries(Object.entries(more).map(([name, thing]) => [file(name), thing])),
  });

const files =
  (text: string): ((file: (name: string) => string) => SiteTree) =>
  (file) => ({ [file('files')]: text });
const pod = (more: string): string =>
  `spec:\n  containers:\n    - { name: web, image: "registry.example.net/web:1" }\n${more}`;

export const wrongSpecs: readonly WrongSpec[] = [
  wrong(
    'a typo of a key',
    node('files:\n  /etc/x: { content: { inline: "" }, onchange: {} }'),
    ['nodes:4:40 KSN-SPEC-010'],
    /Write 'onChange'/u,
    /did you mean 'onChange'\?/u,
  ),
  wrong(
    'a typo of a section',
    node('file:\n  /etc/x: { content: { inline: "" } }'),
    ['nodes:3:3 KSN-SPEC-010'],
    /Write 'files'/u,
  ),
  wrong(
    'a wrong unit',
    node('health: { stableFor: 60 seconds }'),
    ['nodes:3:13 KSN-SPEC-013'],
    /as the finding describes/u,
    /a duration with its unit/u,
  ),
  wrong(
    'a mode that is a number',
    node('files:\n  /etc/x: { content: { inline: "" }, mode: 644 }'),
    ['nodes:4:40 KSN-SPEC-012'],
    /quote it/u,
  ),
  wrong(
    'a mode that is none',
    node('files:\n  /etc/x: { content: { inline: "" }, mode: "0888" }'),
    ['nodes:4:40 KSN-SPEC-013'],
    /./u,
    /octal/u,
  ),
  wrong(
    'a variable without a value',
    role('vars: { peer: { type: ip } }\nspec: { gates: [ { tcp: "${vars.peer}:22" } ] }\n', ''),
    ['roles:1:9 KSN-SPEC-022'],
    /^set it in nodes\/c06\.yaml$/u,
    /^vars\.peer has no value for c06$/u,
  ),
  wrong(
    'two owners of one path',
    node('files: { /etc/x: { content: { inline: "" } } }\nlinks: { /etc/x: { target: y } }'),
    ['nodes:4:12 KSN-SPEC-020'],
    /one of the two/u,
  ),
  wrong(
    'a circle of dependsOn',
    node(
      'files:\n  /etc/x: { content: { inline: "" }, dependsOn: ["link:/etc/y"] }\nlinks:\n  /etc/y: { target: z, dependsOn: ["file:/etc/x"] }',
    ),
    ['nodes:4:52 KSN-SPEC-019'],
    /Remove one dependency/u,
    /file:\/etc\/x → link:\/etc\/y → file:\/etc\/x/u,
  ),
  wrong(
    'a circle of layers',
    (file) => ({
      [file('nodes')]: `extends: [../${file('roles')}]\nmetadata: { series: x }\nspec: {}\n`,
      [file('roles')]: 'extends: [other-c09.yaml]\nspec: {}\n',
      'roles/other-c09.yaml': `spec: {}\nextends: [c09.yaml]\n`,
    }),
    ['roles/other-c09.yaml:2:11 KSN-BUILD-004'],
    /Remove one entry of extends/u,
    /roles\/c09\.yaml → roles\/other-c09\.yaml → roles\/c09\.yaml/u,
  ),
  wrong(
    'a layer that extends itself',
    (file) => ({ [file('nodes')]: 'metadata: { series: x }\nextends: [./c10.yaml]\nspec: {}\n' }),
    ['nodes:2:11 KSN-BUILD-004'],
    /circle/u,
  ),
  wrong(
    'a pod that mounts a managed file',
    node('files: { /etc/app/x: { content: { inline: "" } } }\nstaticPods: { c11: { from: POD } }', (file) => ({
      [file('pods')]: pod('  volumes:\n    - name: config\n      hostPath: { path: /etc/app/x }\n'),
    })),
    ['pods:6:19 KSN-SPEC-014'],
    /^mount \/etc\/app$/u,
  ),
  wrong(
    'a path that no spec may own',
    node('files: { /proc/x: { content: { inline: "" } } }'),
    ['nodes:3:12 KSN-VERIFY-021'],
    /Use another path/u,
  ),
  wrong(
    'a key that is no path',
    node('files: { etc/x: { content: { inline: "" } } }'),
    ['nodes:3:12 KSN-SPEC-017'],
    /Correct the key/u,
  ),
  wrong(
    'a bundle that is too large',
    node('files: { /etc/x: { from: FILE } }', files('x'.repeat(LIMITS.bytes + 1))),
    ['nodes:3:22 KSN-BUILD-015'],
    /./u,
  ),
  wrong(
    'a document that is too large',
    node('files: { /etc/x: { from: FILE }, /etc/y: { from: FILE } }', files('x'.repeat(LIMITS.bytes / 2))),
    ['nodes:1:1 KSN-SPEC-003'],
    /the largest files are files\/c15/u,
  ),
  wrong(
    'a key twice',
    node('files:\n  /etc/x: { content: { inline: "" } }\n  /etc/x: { content: { inline: "" } }'),
    ['nodes:5:5 KSN-SPEC-006'],
    /Keep one/u,
  ),
  wrong('a tab', node('files:\n\t/etc/x: { content: { inline: "" } }'), ['nodes:4:3 KSN-SPEC-002'], /syntax/u, /tab/u),
  wrong(
    'two layers that disagree',
    (file) => ({
      [file('nodes')]: `extends: [../${file('roles')}, ../roles/other-c18.yaml]\nmetadata: { series: x }\n`,
      [file('roles')]: 'spec:\n  health: { stableFor: 20s }\n',
      'roles/other-c18.yaml': 'spec:\n  health: { stableFor: 30s }\n',
    }),
    ['roles:2:13 KSN-BUILD-006'],
    /Decide in a nearer layer/u,
    /at roles\/other-c18\.yaml:2:13/u,
  ),
  wrong(
    'a map against a list',
    role('spec:\n  gates: [ { tcp: "127.0.0.1:1" } ]\n', 'spec:\n  gates: { tcp: "127.0.0.1:1" }\n'),
    ['nodes:4:3 KSN-BUILD-005'],
    /same form/u,
    /at roles\/c19\.yaml:2:3/u,
  ),
  wrong(
    'a fact that there is none of',
    node('links: { /etc/x: { target: "${facts.hostnam}" } }'),
    ['nodes:3:22 KSN-SPEC-023'],
    /facts\.hostname/u,
    /did you mean 'facts\.hostname'\?/u,
  ),
  wrong(
    'a variable that nobody declares',
    role(
      'vars: { peer: { type: ip, default: 10.0.0.1 } }\nspec: { gates: [ { tcp: "${vars.peer}:${vars.prot}" } ] }\n',
      '',
    ),
    ['roles:2:20 KSN-BUILD-010'],
    /declare it/u,
    /no layer declares 'vars\.prot'/u,
  ),
  wrong(
    'a value of the wrong type',
    role(
      'vars: { peer: { type: ip } }\nspec: { gates: [ { tcp: "${vars.peer}:22" } ] }\n',
      'vars: { peer: 10.0.0.300 }\n',
    ),
    ['nodes:3:9 KSN-BUILD-009'],
    /declaration at roles\/c22\.yaml:1/u,
    /expected an IP address/u,
  ),
  wrong(
    'a default of the wrong type',
    role('vars: { n: { type: integer, max: 3, default: 4 } }\nspec: { gates: [ { tcp: "h:${vars.n}" } ] }\n', ''),
    ['roles:1:37 KSN-BUILD-008'],
    /./u,
    /a whole number of 3 or less/u,
  ),
  wrong(
    'a type that there is none of',
    role('vars: { n: { type: interger } }\nspec: {}\n', ''),
    ['roles:1:14 KSN-BUILD-008'],
    /type: ip \| cidr/u,
    /did you mean 'integer'\?/u,
  ),
  wrong(
    'a value that nobody uses',
    role('vars: { n: { type: integer, default: 1 } }\nspec: {}\n', 'vars: { n: 2 }\n'),
    ['nodes:3:9 KSN-BUILD-011'],
    /Take the value out/u,
  ),
  wrong(
    'a value that nobody declares',
    role(
      'vars: { number: { type: integer, default: 1 } }\nspec: { gates: [ { tcp: "h:${vars.number}" } ] }\n',
      'vars: { numbre: 2 }\n',
    ),
    ['nodes:3:9 KSN-BUILD-010'],
    /./u,
    /did you mean 'vars\.number'\?/u,
  ),
  wrong(
    'null of nothing',
    role('spec: { files: {} }\n', 'spec: { files: { /etc/x: null } }\n'),
    ['nodes:3:18 KSN-BUILD-007'],
    /Correct the key/u,
  ),
  wrong(
    'a file that is not there',
    node('files: { /etc/x: { from: FILE } }', () => ({ 'files/c28x': '' })),
    ['nodes:3:22 KSN-BUILD-002'],
    /./u,
    /did you mean 'files\/c28x'\?/u,
  ),
  wrong(
    'a file outside the site',
    node('files: { /etc/x: { from: ../secret } }'),
    ['nodes:3:22 KSN-BUILD-003'],
    /Keep in the site/u,
  ),
  wrong(
    'a link as a file',
    node('files: { /etc/x: { from: FILE } }', (file) => ({ [file('files')]: { link: '/etc/shadow' } })),
    ['nodes:3:22 KSN-BUILD-003'],
    /plain files/u,
  ),
  wrong(
    'a layer that is not there',
    (file) => ({
      [file('nodes')]: 'metadata: { series: x }\nextends: [../roles/c31x.yaml]\n',
      'roles/c31.yaml': 'spec: {}\n',
    }),
    ['nodes:2:11 KSN-BUILD-002'],
    /./u,
    /did you mean 'roles\/c31\.yaml'\?/u,
  ),
  wrong(
    'references in a template that there are none of',
    node('files: { /etc/x: { from: FILE, template: true } }', files('one\n  ${facts.hostnam} ${vars.x}\n${open\n')),
    ['files:2:3 KSN-SPEC-023', 'files:2:20 KSN-BUILD-010', 'files:3:1 KSN-SPEC-023'],
    /writes a literal/u,
    /did you mean 'facts\.hostname'\?/u,
  ),
  wrong('a kind that there is none of', node('sausages: { a: {} }'), ['nodes:3:3 KSN-SPEC-010'], /Known here/u),
  wrong('a kind of later', node('selinux: { booleans: {} }'), ['nodes:3:3 KSN-SPEC-015'], /agent that has the kind/u),
  wrong('an empty layer', (file) => ({ [file('nodes')]: '' }), ['nodes:1:1 KSN-SPEC-009'], /./u),
  wrong(
    'two documents',
    (file) => ({ [file('nodes')]: 'spec: {}\n---\nspec: {}\n' }),
    ['nodes:2:1 KSN-SPEC-009'],
    /one document a file/u,
  ),
  wrong(
    'an anchor',
    (file) => ({ [file('nodes')]: 'metadata: &head { series: x }\nspec: {}\n' }),
    ['nodes:1:17 KSN-SPEC-007'],
    /Write the value out/u,
  ),
  wrong(
    'not UTF-8',
    (file) => ({ [file('nodes')]: { file: new Uint8Array([0x61, 0x3a, 0xff, 0x0a]) } }),
    ['nodes KSN-SPEC-001'],
    /UTF-8/u,
  ),
  wrong('a list', (file) => ({ [file('nodes')]: '- spec\n' }), ['nodes:1:1 KSN-SPEC-012'], /./u),
  wrong(
    'none of the values of an enum',
    role(
      'vars: { mode: { type: enum, values: [fast, safe] } }\nspec: { links: { /etc/x: { target: "${vars.mode}" } } }\n',
      'vars: { mode: fsat }\n',
    ),
    ['nodes:3:9 KSN-BUILD-009'],
    /./u,
    /did you mean 'fast'\?/u,
  ),
  wrong(
    'a list within a text',
    role(
      'vars: { peers: { type: list, of: ip, default: [10.0.0.1] } }\nspec: { links: { /etc/x: { target: "to-${vars.peers}" } } }\n',
      '',
    ),
    ['roles:2:28 KSN-BUILD-012'],
    /join/u,
  ),
  wrong(
    'from and content',
    role(
      'spec: { files: { /etc/x: { content: { inline: "" } } } }\n',
      'spec: { files: { /etc/x: { from: files/c42 } } }\n',
      { files: 'x' },
    ),
    ['nodes:3:28 KSN-BUILD-013'],
    /`content: null`/u,
  ),
  wrong(
    'from of a kind that takes none',
    node('links: { /etc/x: { from: FILE, target: y } }', files('x')),
    ['nodes:3:22 KSN-BUILD-013'],
    /Files and static pods/u,
  ),
  wrong(
    'a generation by hand',
    (file) => ({ [file('nodes')]: 'metadata: { series: x, generation: 7 }\nspec: {}\n' }),
    ['nodes:1:24 KSN-BUILD-017'],
    /Take it out/u,
  ),
  wrong(
    'a document of another node',
    (file) => ({ [file('nodes')]: 'metadata: { series: x, selector: { node: other } }\nspec: {}\n' }),
    ['nodes:1:36 KSN-BUILD-017'],
    /name of its file/u,
  ),
  wrong(
    'a pod with a field that there is none of',
    node('staticPods: { c46: { from: POD } }', (file) => ({ [file('pods')]: pod('  hostNetwrok: true\n') })),
    ['pods:4:3 KSN-POD-002'],
    /hostNetwork/u,
  ),
  wrong(
    'a pod that is no YAML',
    node('staticPods: { c47: { from: POD } }', (file) => ({ [file('pods')]: 'spec:\n  - a\n b: [\n' })),
    ['pods:3:1 KSN-POD-001', 'pods:4:1 KSN-POD-001'],
    /./u,
  ),
  wrong(
    'no series',
    (file) => ({ [file('nodes')]: 'metadata: {}\nspec: {}\n' }),
    ['nodes:1:1 KSN-SPEC-011'],
    /Add the key/u,
  ),
  wrong(
    'no node',
    (file) => ({ [file('nodes').replace('.yaml', '.yml~')]: 'spec: {}\n' }),
    ['nodes/c49.yml~ KSN-BUILD-018'],
    /Rename/u,
  ),
  wrong(
    'a template that is no text',
    node('files: { /etc/x: { from: FILE, template: true } }', (file) => ({
      [file('files')]: { file: new Uint8Array([0xff]) },
    })),
    ['files KSN-BUILD-016'],
    /leave out template/u,
  ),
  wrong(
    'a template that does not say so',
    role('vars: { n: { type: integer, default: 1 } }\nspec: { files: { /etc/x: { from: FILE } } }\n', '', {
      files: '${HOME} ${vars.other}\n  ${vars.n}\n',
    }),
    ['files:2:3 KSN-BUILD-013'],
    /`template: true`/u,
    /'\$\{vars\.n\}' stands here/u,
  ),
  wrong(
    'a text in a layer that does not say so',
    node('files: { /etc/x: { content: { inline: "${facts.hostname} ${x}" } } }'),
    ['nodes:3:33 KSN-BUILD-013'],
    /`template: true`/u,
  ),
  wrong(
    'no value where a value has a form',
    role(
      'vars: { mode: { type: string }, from: { type: string } }\nspec: { files: { /etc/x: { mode: "${vars.mode}", from: "files/${vars.from}" } } }\n',
      '',
    ),
    ['roles:1:9 KSN-SPEC-022', 'roles:1:33 KSN-SPEC-022'],
    /^set it in/u,
  ),
  wrong(
    'no value in a pod',
    role(
      'vars: { port: { type: string } }\nspec: { staticPods: { c54: { from: pods/c54.yaml, template: true } } }\n',
      '',
      {
        pods:
          pod('      ports: [ { containerPort: "${vars.port}" } ]\n')
            .replace(', image', ', ports: [ { containerPort: "${vars.port}" } ], image')
            .split('      ports:')[0] ?? '',
      },
    ),
    ['roles:1:9 KSN-SPEC-022'],
    /^set it in/u,
  ),
  wrong(
    'a value that refers to another',
    role(
      'vars: { a: { type: string }, b: { type: string, default: x } }\nspec: { links: { /etc/x: { target: "${vars.a}${vars.b}" } } }\n',
      'vars: { a: "${vars.b}" }\n',
    ),
    ['nodes:3:9 KSN-SPEC-026'],
    /Write the value out/u,
  ),
  wrong(
    'a section of later in a group',
    node('kernel: { modules: {} }'),
    ['nodes:3:13 KSN-SPEC-015'],
    /agent that has the kind/u,
  ),
  wrong(
    'a variable without a value, and a fault in its declaration',
    role(
      'vars: { vrrpPriority: { type: integer, maks: 254 } }\nspec: { gates: [ { tcp: "h:${vars.vrrpPriority}" } ] }\n',
      '',
    ),
    ['roles:1:9 KSN-SPEC-022', 'roles:1:40 KSN-BUILD-008'],
    /^set it in nodes\/c57\.yaml$/u,
    /^vars\.vrrpPriority has no value for c57$/u,
  ),
  wrong(
    'a value, and a field of the declaration that there is none of',
    role(
      'vars: { n: { type: integer, maks: 254 } }\nspec: { gates: [ { tcp: "h:${vars.n}" } ] }\n',
      'vars: { n: 100 }\n',
    ),
    ['roles:1:29 KSN-BUILD-008'],
    /Known here/u,
    /did you mean 'max'\?/u,
  ),
  wrong(
    'a default that is misspelt',
    role('vars: { n: { type: integer, defualt: 1 } }\nspec: { gates: [ { tcp: "h:${vars.n}" } ] }\n', ''),
    ['roles:1:29 KSN-BUILD-008'],
    /Known here/u,
    /did you mean 'default'\?/u,
  ),
  wrong(
    'a default, and a type that there is none of',
    role('vars: { n: { type: interger, default: 1 } }\nspec: { gates: [ { tcp: "h:${vars.n}" } ] }\n', ''),
    ['roles:1:14 KSN-BUILD-008'],
    /type: ip \| cidr/u,
  ),
  wrong(
    'an anchor whose key is no path',
    node(`caAnchors: { edge: { pem: ${JSON.stringify(FIRST_CA)} } }`),
    ['nodes:3:16 KSN-SPEC-017'],
    /Correct the key/u,
  ),
  wrong(
    'a tab, and what stands before and behind it',
    node(
      'health: { stableFor: 60 }\nfiles:\n\t/etc/x: { content: { inline: "" }, lable: y }\n  /etc/z: { content: { inline: "" }, mode: 644 }\nlinks:\n  /etc/y: { taget: x }',
    ),
    [
      'nodes:3:13 KSN-SPEC-012',
      'nodes:5:3 KSN-SPEC-002',
      'nodes:5:39 KSN-SPEC-010',
      'nodes:6:40 KSN-SPEC-012',
      'nodes:8:15 KSN-SPEC-010',
    ],
    /./u,
  ),
];
