/** `null` in `vars`: what it takes away, and what it leaves. */
import t from 'tap';
import { built, findingsOf, memorySite, told, type SiteTree } from './site-maker.ts';

const site = (base: string, role: string, node: string): SiteTree => ({
  'base.yaml': `metadata: { series: x }\nvars: { ${base} }\nspec: { links: { /etc/x: { target: "\${vars.v}" } } }\n`,
  'roles/r.yaml': `extends: [../base.yaml]\nvars: { ${role} }\n`,
  'nodes/a.yaml': `extends: [../roles/r.yaml]\nvars: { ${node} }\n`,
});

async function target(tree: SiteTree): Promise<unknown> {
  const { fs } = await memorySite(tree);
  const [document] = (await built(fs)).built;
  return document?.document['spec'];
}

async function said(tree: SiteTree): Promise<readonly string[]> {
  return (await findingsOf(tree)).map((finding) => `${told(finding)} [${finding.remedy}]`);
}

const links = (value: string) => ({ links: { '/etc/x': { target: value } } });

t.test('null takes a value away, and the declaration stays', async (t) => {
  const declared = 'v: { type: string, default: d }';
  t.strictSame(await target(site(declared, 'v: r', 'v: null')), links('d'), 'the default counts again');
  const own = { 'nodes/a.yaml': 'extends: [../roles/r.yaml]\nvars: { v: n }\n' };
  const between: SiteTree = {
    ...site(declared, 'v: null', ''),
    'roles/r.yaml': 'extends: [q.yaml]\nvars: { v: null }\n',
    'roles/q.yaml': 'extends: [../base.yaml]\nvars: { v: q }\n',
  };
  t.strictSame(await target(between), links('d'));
  t.strictSame(await target({ ...between, ...own }), links('n'), 'and a nearer layer may give another');
  t.strictSame(await said(site('v: { type: string }', 'v: r', 'v: null')), [
    'base.yaml:2:9 KSN-SPEC-022 vars.v has no value for a [set it in nodes/a.yaml]',
  ]);
});

t.test('within a declaration it takes a part away', async (t) => {
  t.strictSame(await said(site('v: { type: string, default: d }', 'v: { default: null }', '')), [
    'roles/r.yaml:2:9 KSN-SPEC-022 vars.v has no value for a [set it in nodes/a.yaml]',
  ]);
  t.strictSame(await target(site('v: { type: string, default: d }', 'v: { default: null }', 'v: n')), links('n'));
});

t.test('where there is no value to take away it is an error that says what stays', async (t) => {
  t.strictSame(await said(site('v: { type: string, default: d }', '', 'v: null')), [
    'nodes/a.yaml:2:9 KSN-BUILD-007 null takes the value of vars.v away, and no layer below gives one [Take the line out: the declaration at base.yaml:2 stays, and so does its default; { default: null } removes that.]',
  ]);
  t.match(await said(site('value: { type: string, default: d }, v: { type: string, default: d }', '', 'valeu: null')), [
    /^nodes\/a\.yaml:2:9 KSN-BUILD-007 null takes the value of vars\.valeu away, which no layer declares; did you mean 'vars\.value'\? /u,
  ]);
});

t.test('siblings that disagree about a value', async (t) => {
  const tree: SiteTree = {
    ...site('v: { type: string, default: d }', 'v: r', ''),
    'roles/s.yaml': 'extends: [r.yaml]\nvars: { v: null }\n',
    'roles/u.yaml': 'extends: [r.yaml]\nvars: { v: u }\n',
    'nodes/a.yaml': 'extends: [../roles/s.yaml, ../roles/u.yaml]\n',
  };
  t.match(await said(tree), [/^roles\/s\.yaml:2:9 KSN-BUILD-006 removed here and said at roles\/u\.yaml:2:9/u]);
});
