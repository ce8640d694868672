/** A pattern that backtracks for ever, and a whole fleet that uses it. */
import t from 'tap';
import { Patterns } from '../../agent/authoring/patterns.ts';
import { processorTime } from '../../agent/base/processor-time.ts';
import { findingsOf, HEAD, told } from './site-maker.ts';

const role = (type: string): string =>
  `metadata: { series: x }\nvars: { v: ${type} }\nspec: { links: { /etc/x: { target: "\${vars.v}" } } }\n`;

t.test('one bad pattern, 500 nodes: one error, soon', async (t) => {
  const nodes = Array.from({ length: 500 }, (_, at) => [
    `nodes/n${at}.yaml`,
    `extends: [../roles/r.yaml]\nvars: { v: ${'a'.repeat(64)}b${at} }\n`,
  ]);
  const began = processorTime();
  const findings = await findingsOf({
    'roles/r.yaml': role('{ type: string, pattern: "(a+)+" }'),
    ...Object.fromEntries(nodes),
  });
  t.strictSame(findings.map(told), [
    'roles/r.yaml:2:28 KSN-BUILD-008 vars.v: the pattern takes too long for its values',
  ]);
  t.match(findings[0]?.remedy, /simpler pattern/u);
  t.ok(processorTime() - began < 8_000, `${processorTime() - began} ms of the processor`);
});

t.test('60 bad patterns: each is told, and all together take a bounded time', async (t) => {
  const names = Array.from({ length: 60 }, (_, at) => `v${at}`);
  const vars = names.map((name, at) => `  ${name}: { type: string, pattern: "(a+)+${at}" }\n`).join('');
  const links = names.map((name) => `    /etc/${name}: { target: "\${vars.${name}}" }\n`).join('');
  const values = names.map((name) => `  ${name}: ${'a'.repeat(64)}b\n`).join('');
  const began = processorTime();
  const findings = await findingsOf({
    'roles/r.yaml': `metadata: { series: x }\nvars:\n${vars}spec:\n  links:\n${links}`,
    'nodes/a.yaml': `extends: [../roles/r.yaml]\nvars:\n${values}`,
  });
  const took = processorTime() - began;
  t.equal(findings.length, 60, 'none hides another');
  t.ok(findings.every(({ code, place }) => code === 'KSN-BUILD-008' && place?.file === 'roles/r.yaml'));
  t.match(findings.map(({ message }) => message).join('\n'), /vars\.v59: all patterns together take too long/u);
  t.ok(took < 20_000, `${took} ms of the processor`);
});

t.test('what counts is the time of the processor that is handed in', async (t) => {
  let now = 0;
  const patterns = new Patterns(() => (now += 300));
  const slow = patterns.of('a.*');
  t.strictSame(
    ['ab', 'b', 'ac', 'ad'].map((text) => slow?.fits(text)),
    [true, false, true, true],
  );
  t.equal(slow?.gaveUp, null, 'that far it could be told');
  t.equal(slow?.fits('c'), true, 'asked no more');
  t.equal(slow?.gaveUp, 'itself');
  t.equal(slow?.fits('b'), false, 'what it said holds');
  t.equal(patterns.of('a.*'), slow, 'one pattern however often it is written');
});

t.test('a text that is too much for a pattern makes it give up', (t) => {
  const pattern = new Patterns(processorTime).of('(?:(a)|b)*');
  t.equal(pattern?.fits('ab'), true);
  t.equal(pattern?.fits('ab'.repeat(4_000_000)), true);
  t.equal(pattern?.gaveUp, 'itself');
  t.end();
});

t.test('a pattern is of the whole text, and never takes for ever', async (t) => {
  const of = (pattern: string, value: string) =>
    findingsOf({
      'nodes/a.yaml': `${HEAD}vars:\n  x: { type: string, pattern: ${JSON.stringify(pattern)}, default: ${JSON.stringify(value)} }\nspec: { files: { /etc/a: { content: { inline: a }, note: "\${vars.x}" } } }\n`,
    });
  t.match((await of('a)|(?:b', 'evil b')).map(told), [/^nodes\/a\.yaml:3:\d+ KSN-BUILD-008 .*no regular expression/u]);
  t.match((await of('(a+)+', `${'a'.repeat(64)}b`)).map(told), [
    /^nodes\/a\.yaml:3:\d+ KSN-BUILD-008 .*takes too long/u,
  ]);
  t.match((await of('a|b', 'ab')).map(told), [/KSN-BUILD-008 .*matches 'a\|b'/u]);
  t.strictSame(await of('a|b\u2028"', 'b\u2028"'), []);
});
