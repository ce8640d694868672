import t from 'tap';
import fc from 'fast-check';
import { parseDocument, type Format } from '../../agent/desired/document.ts';
import { LIMITS } from '../../agent/desired/limits.ts';

function parse(text: string | Uint8Array, format?: Format) {
  return parseDocument(Buffer.from(text), format === undefined ? {} : { format });
}

function codes(text: string | Uint8Array, format?: Format): string[] {
  return (parse(text, format).findings ?? []).map(
    ({ code, place }) => `${code}@${place?.line ?? '-'}:${place?.column ?? '-'}`,
  );
}

t.test('reads YAML 1.2 core as plain values', async (t) => {
  t.strictSame(
    parse('a: yes\nb: 0644\nc: 2020-01-01\n443: true\nd: |\n  x\n  y\ne: ~\nf: [1, 2.5, "z"]\n').document?.value,
    {
      443: true,
      a: 'yes',
      b: 644,
      c: '2020-01-01',
      d: 'x\ny\n',
      e: null,
      f: [1, 2.5, 'z'],
    },
  );
  t.strictSame(parse('\uFEFFa: 1').document?.value, { a: 1 }, 'a byte order mark is no content');
});

t.test('refuses with a place', async (t) => {
  const cases: readonly (readonly [text: string, code: string])[] = [
    ['', 'KSN-SPEC-009@1:1'],
    ['# nothing\n', 'KSN-SPEC-009@1:1'],
    ['a: 1\n---\nb: 2\n', 'KSN-SPEC-009@2:1'],
    ['a: &x 1\n', 'KSN-SPEC-007@1:7'],
    ['&x a: 1\n', 'KSN-SPEC-007@1:4'],
    ['a: *x\n', 'KSN-SPEC-007@1:4'],
    ['a: !!str 1\n', 'KSN-SPEC-008@1:10'],
    ['a: !shell x\n', 'KSN-SPEC-008@1:4'],
    ['!!map a: 1\n', 'KSN-SPEC-008@1:1'],
    ['%YAML 1.1\n---\na: yes\n', 'KSN-SPEC-008@1:1'],
    ['%TAG ! tag:x,2000:\n---\na: 1\n', 'KSN-SPEC-008@1:1'],
    ['a: 1\nb: 2\na: 3\n', 'KSN-SPEC-006@3:1'],
    ['1: x\n"1": y\n', 'KSN-SPEC-006@2:1'],
    ['? [a]\n: 1\n', 'KSN-SPEC-031@1:3'],
    ['__proto__: { x: 1 }\n', 'KSN-SPEC-031@1:1'],
    ['a:\n  ~: 1\n', 'KSN-SPEC-031@2:3'],
    ['a: .inf\n', 'KSN-SPEC-032@1:4'],
    ['a: "\\ud800"\n', 'KSN-SPEC-032@1:4'],
    ['a: b: c\n', 'KSN-SPEC-002@1:4'],
    ['a:\n\tb: 1\n', 'KSN-SPEC-002@2:1'],
  ];
  for (const [text, code] of cases) t.equal(codes(text)[0], code, JSON.stringify(text));
  t.strictSame(codes(Buffer.from([0x61, 0x3a, 0xff])), ['KSN-SPEC-001@-:-']);
});

t.test('reads JSON strictly', async (t) => {
  const text = '{"a":\n [1, -2.5e1,\n  {"b": "x\\n\\u0041\\ud83d\\ude00"}], "c": null, "d": {}, "e": [], "f": true}';
  const { document } = parse(text, 'json');
  t.strictSame(document?.value, JSON.parse(text));
  t.strictSame(document?.locate('/a/2/b'), { line: 3, column: 4 });
  t.strictSame(document?.locate('/a/2/nothing'), { line: 3, column: 3 }, 'the nearest part above');
  t.strictSame(document?.locate(''), { line: 1, column: 1 });
  for (const bad of [
    '{"a":01}',
    '{"a":1,}',
    '[1 2]',
    "{'a':1}",
    '{a:1}',
    '{"a":1} x',
    '"\n"',
    '{"a":tru}',
    '{',
    '"\\x"',
    '+1',
    '.5',
    '1.',
    '\u00A0{}',
  ]) {
    t.match(codes(bad, 'json')[0], /KSN-SPEC-002/, bad);
  }
  t.strictSame(
    codes('{"a":1,\n"a":2,"b":{"c":1,"c":2}}', 'json'),
    ['KSN-SPEC-006@2:1', 'KSN-SPEC-006@2:18'],
    'all of them',
  );
  t.strictSame(codes('{"\\u0061":1,"a":2}', 'json'), ['KSN-SPEC-006@1:13'], 'escapes make no other key');
  t.strictSame(codes('{"__proto__":1}', 'json'), ['KSN-SPEC-031@1:2']);
  t.strictSame(codes('[1e999]', 'json'), ['KSN-SPEC-032@1:2']);
  t.strictSame(codes('["\\ud800"]', 'json'), ['KSN-SPEC-032@1:2']);
  t.strictSame(codes('  \n', 'json'), ['KSN-SPEC-009@2:1']);
});

t.test('a key that YAML takes only as an explicit one is told to be written so, or as JSON', (t) => {
  const path = `/srv/${'x'.repeat(1100)}`;
  for (const key of [path, JSON.stringify(path)]) {
    const { findings } = parse(`a:\n  ${key}: 1\n`);
    t.match(findings, [{ code: 'KSN-SPEC-002', remedy: /explicit key .*JSON/u }]);
  }
  for (const text of [`a:\n  ? "${path}"\n  : 1\n`, `a:\n  ? ${path}\n  : 1\n`, `{"a":{"${path}":1}}`])
    t.strictSame(parse(text).document?.value, { a: { [path]: 1 } });
  t.end();
});

t.test('JSON without being told so is read as JSON, flow YAML as YAML', async (t) => {
  t.strictSame(codes('{"a":1,"a":2}'), ['KSN-SPEC-006@1:8']);
  t.strictSame(parse('{a: 1, "b": x}').document?.value, { a: 1, b: 'x' });
});

t.test('what is refused for its keys, anchors or tags alone can still be judged', async (t) => {
  const legible = (text: string, format?: Format): unknown => {
    const { document, findings = [], legible: read } = parse(text, format);
    t.equal(document, undefined, 'nothing is accepted');
    t.ok(findings.length > 0);
    return read?.value;
  };
  for (const format of ['json', 'yaml'] as const) {
    t.strictSame(legible('{"a": 1, "b": 2, "a": 3}', format), { a: 1, b: 2 }, 'the first holds');
    const twice = '{"s": {"f": {"x": {"p": 1}, "y": 2},\n"f": {"x": {"q": 1}, "z": 3}}}';
    t.strictSame(legible(twice, format), { s: { f: { x: { p: 1 }, y: 2, z: 3 } } }, 'and of a section both');
    const { legible: read } = parse(twice, format);
    t.strictSame(
      ['/s/f/x', '/s/f/z'].map((at) => read?.locate(at)),
      [
        { line: 1, column: 14 },
        { line: 2, column: 22 },
      ],
    );
    t.equal(legible('{"a": 1, "a": 2, "": 3}', format), undefined, 'a key that is none is another matter');
  }
  t.strictSame(legible('a: &x { b: [1] }\nc: *x\nd: !!str 1\ne: !own { f: 2 }\n'), {
    a: { b: [1] },
    c: { b: [1] },
    d: '1',
    e: { f: 2 },
  });
  t.strictSame(codes('a: &x { b: &y 1, b: 2 }\nc: *x\nd: !own 1\nd: 2\n'), [
    'KSN-SPEC-008@3:4',
    'KSN-SPEC-007@1:7',
    'KSN-SPEC-007@1:15',
    'KSN-SPEC-006@1:18',
    'KSN-SPEC-007@2:4',
    'KSN-SPEC-006@4:1',
  ]);
  t.strictSame(codes('a: &x [*x]\nb: *x\n'), ['KSN-SPEC-007@1:7', 'KSN-SPEC-007@1:8'], 'round and round');
  t.equal(legible('a: &x [*x]\n'), undefined);
  t.equal(legible('&x a: 1\nb: *x\n'), undefined, 'an alias of a key');
  t.equal(legible(`a: &a [${'x,'.repeat(999)}x]\nb: &b [${'*a,'.repeat(99)}*a]\nc: [*b, *b]\n`), undefined, 'too much');
});

t.test('a tab that indents is told once, at its place, and hides nothing', async (t) => {
  const cases: readonly (readonly [text: string, told: readonly string[], value: unknown])[] = [
    ['a:\n\tb: 1\n\tc: 2\nd: 3\n', ['002@2:1', '002@3:1'], { a: { b: 1, c: 2 }, d: 3 }],
    ['a:\n  b:\n\t- x\n\t- y\n', ['002@3:1', '002@4:1'], { a: { b: ['x', 'y'] } }],
    ['a:\n  b:\n\t\tc: 1\n\t\td: 2\n  e: 1\n', ['002@3:1', '002@4:1'], { a: { b: { c: 1, d: 2 }, e: 1 } }],
    ['a:\n  -\tb: 1\n    c: 2\n', ['002@2:4'], { a: [{ b: 1, c: 2 }] }],
    ['a:\n  b: {\n\tc: 1 }\n', ['002@3:1'], { a: { b: { c: 1 } } }],
    ['a:\n   b: 1\n\tc: 2\n', ['002@3:1'], { a: { b: 1, c: 2 } }],
    ['a:\r\n\tb: 1\r\nc: 2\r\n', ['002@2:1'], { a: { b: 1 }, c: 2 }],
    ['a:\n\tb: 1\nc: &x 2\nc: 3\n', ['002@2:1', '007@3:7', '006@4:1'], { a: { b: 1 }, c: 2 }],
    ['a:\n  \tb: &x 1\n', ['002@2:3', '007@2:10'], { a: { b: 1 } }],
    ['a:\n\tb: 1\nc: [1\nd: 2\n', ['002@2:1', '002@4:1'], undefined],
    ['a:\n\tb: "\\q"\nc: 1\n', ['002@2:1', '002@2:6'], undefined],
    ['a:\n   b: 1\n\tc: 2\nd:\n    e: 1\n\tf: 1\n', ['002@3:1', '002@6:1'], undefined],
  ];
  for (const [text, told, value] of cases) {
    t.strictSame(
      codes(text),
      told.map((one) => `KSN-SPEC-${one}`),
      JSON.stringify(text),
    );
    const { document, legible } = parse(text);
    t.equal(document, undefined, 'never to be acted on');
    t.strictSame(legible?.value, value, JSON.stringify(text));
  }
  t.strictSame(parse('a:\n  \tb:\n    \t  c: 1\n').legible?.locate('/a/b/c'), { line: 3, column: 8 });
  t.equal(parse('a: |\n  x\n  \ty\nb:\t1\n').document?.value instanceof Object, true, 'elsewhere a tab is text');
  const many = codes(`a:\n${Array.from({ length: LIMITS.findings }, (_, n) => `\tb${n}: 1\n`).join('')}a: 2\n`);
  t.ok(many.includes(`KSN-SPEC-006@${LIMITS.findings + 2}:1`), 'nor do many');
});

t.test('limits hold', async (t) => {
  t.strictSame(codes(Buffer.alloc(LIMITS.bytes + 1, 32)), ['KSN-SPEC-003@-:-']);
  const nest = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  for (const format of ['json', 'yaml'] as const) {
    t.strictSame(codes(nest(LIMITS.depth), format), []);
    t.match(codes(nest(LIMITS.depth + 1), format)[0], /KSN-SPEC-004/);
    t.match(codes(nest(100_000), format)[0], /KSN-SPEC-004/, 'far beyond any stack');
    const list = (length: number): string => `[${'1,'.repeat(length - 1)}1]`;
    t.strictSame(codes(list(LIMITS.nodes - 1), format), []);
    t.match(codes(list(LIMITS.nodes), format)[0], /KSN-SPEC-005/);
  }
  const bomb = `a: &a [x]\nb: &b [${'*a,'.repeat(50)}*a]\nc: [${'*b,'.repeat(50)}*b]\n`;
  t.match(codes(bomb)[0], /KSN-SPEC-007/, 'no alias is ever expanded');
});

t.test('never throws, whatever the bytes', async () => {
  const sane = (bytes: Uint8Array, format?: Format): void => {
    const parsed = parse(bytes, format);
    if (parsed.findings?.length === 0) throw new Error('neither a value nor a finding');
    const document = parsed.document ?? parsed.legible;
    if (document === undefined) return;
    const place = document.locate('/spec/x/0/y');
    if (!(place.line >= 1 && place.column >= 1)) throw new Error('a place outside the text');
    JSON.stringify(document.value);
  };
  const format = fc.constantFrom<(Format | undefined)[]>('json', 'yaml', undefined);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), format, sane), { numRuns: 400 });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), format, (text, f) => sane(Buffer.from(text), f)),
    { numRuns: 400 },
  );
  const yamlish = fc.array(
    fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '&x ',
      '*x',
      '!t ',
      '|',
      '>',
      '? ',
      '#',
      '%',
      '---',
      ',',
      '\\',
      '\t',
      '0',
      '<<',
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(yamlish, format, (parts, f) => sane(Buffer.from(parts.join('')), f)),
    { numRuns: 1500 },
  );
});

t.test('JSON reads as JSON.parse reads it, and YAML reads it alike', async () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => {
      const wanted = JSON.stringify(JSON.parse(text));
      if (/"(?:__proto__)?":/.test(text)) return true;
      const json = parse(text, 'json').document;
      return json === undefined ? text.includes('\\ud') || wanted === 'null' : JSON.stringify(json.value) === wanted;
    }),
    { numRuns: 500 },
  );
});
