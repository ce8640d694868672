import t from 'tap';
import fc from 'fast-check';
import { Findings } from '../../agent/desired/findings.ts';
import { SAMPLE_FACTS, substituteSection, substituteValue } from '../../agent/desired/substitute.ts';
import { FACT_NAMES, type Facts } from '../../agent/desired/facts.ts';

function resolve(
  text: string,
  facts: Facts = { hostname: 'lb-a' },
): { readonly value: unknown; readonly told: readonly string[] } {
  const findings = new Findings();
  const value = substituteValue(text, facts, '/spec/x', findings);
  return { value, told: findings.all.map(({ code, message }) => `${code} ${message}`) };
}

t.test('facts are resolved once', async (t) => {
  t.strictSame(resolve('a ${facts.hostname} b ${facts.hostname}'), { value: 'a lb-a b lb-a', told: [] });
  t.strictSame(resolve('$${facts.hostname} $$ $HOME $(x) {}'), {
    value: '${facts.hostname} $$ $HOME $(x) {}',
    told: [],
  });
  t.strictSame(
    resolve('${facts.hostname}', { hostname: '${facts.machineId}' }).value,
    '${facts.machineId}',
    'no second pass',
  );
  t.equal(resolve('${facts.hostname}', { hostname: '$& $1' }).value, '$& $1', 'a value is no pattern');
});

t.test('what cannot be resolved is told', async (t) => {
  t.strictSame(resolve('${facts.hostnam}').told, [
    "KSN-SPEC-023 there is no 'facts.hostnam'; did you mean 'facts.hostname'?",
  ]);
  t.strictSame(resolve('${HOME}').told, ["KSN-SPEC-023 there is no 'HOME'"]);
  t.strictSame(resolve('${facts.constructor}').told, ["KSN-SPEC-023 there is no 'facts.constructor'"]);
  t.strictSame(resolve('${vars.vip}').told, ["KSN-SPEC-025 the variable 'vars.vip' is not resolved"]);
  t.strictSame(resolve('${facts.hostname').told, ['KSN-SPEC-023 a reference begins with ${ and has no }']);
  t.strictSame(resolve('${facts.machineId}').told, ['KSN-SPEC-024 this node cannot tell its machineId']);
  t.equal(resolve('${a} ${facts.b} ${vars.c} ${').told.length, 4, 'all of them');
});

t.test('in values only, and not in content', async (t) => {
  const findings = new Findings();
  const section = {
    '/a': { content: { inline: '${x}' }, list: ['${facts.hostname}', 1, null], map: { '${facts.hostname}': true } },
    '/b': { content: { inline: '${facts.hostname}', facts: true } },
  };
  t.match(substituteSection(section, { hostname: 'h' }, '/spec/boxes', findings), {
    '/a': { content: { inline: '${x}' }, list: ['h', 1, null] },
    '/b': { content: { inline: 'h' } },
  });
  t.match(findings.all, [{ code: 'KSN-SPEC-026', place: { pointer: '/spec/boxes/~1a/map/${facts.hostname}' } }]);
});

t.test('samples cover every fact; text without references comes back as it is', async (t) => {
  t.strictSame(Object.keys(SAMPLE_FACTS).toSorted(), [...FACT_NAMES].toSorted());
  fc.assert(fc.property(fc.string(), (text) => text.includes('${') || resolve(text).value === text));
  fc.assert(
    fc.property(fc.string(), (text) => resolve(text.replaceAll('${', '$${')).value === text || text.includes('$${')),
  );
});
