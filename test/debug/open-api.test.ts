import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import { declaredRoutes } from '../../agent/debug/app.ts';
import { openApiDocument } from '../../packaging/openapi-document.ts';
import { somePreview, someSpec, someStatus } from '../control/fake-port.ts';
import { fakeDebugPort, get, serve } from './served.ts';

interface Document {
  readonly paths: Readonly<
    Record<string, { readonly get: { readonly responses: Readonly<Record<string, Responses>> } }>
  >;
}
interface Responses {
  readonly content?: Readonly<Record<string, unknown>>;
}

const published = JSON.parse(
  readFileSync(new URL('../../schema/openapi-v1.json', import.meta.url), 'utf8'),
) as Document;

t.test('the published document is the one of the routes', async (t) => {
  t.strictSame(published, await openApiDocument(), 'run: bin/node packaging/generate-openapi.ts');
  const urls = declaredRoutes(fakeDebugPort(), systemClock).map(({ url }) => url);
  t.strictSame(Object.keys(published.paths).toSorted(), urls.toSorted(), 'every route, and only routes');
});

t.test('it is served, and what it names answers as it says', async (t) => {
  const reason = { code: 'KSN-X-001', message: 'why', fault: 'environment', place: { line: 1 } } as const;
  const ref = { series: 'lb', generation: 1, digest: 'sha256:1' };
  const status = {
    ...someStatus,
    lookedAt: 1,
    reason,
    next: 'x',
    wanted: ref,
    running: ref,
    lastKnownGood: ref,
    blocked: [{ ...ref, reason }],
    resources: [{ address: 'file:/x', condition: 'waiting', since: 1, detail: 'd', reason }],
    overrides: [{ id: 'h', kind: 'hold', address: null, by: 'ana', reason: 'r', since: 1, expires: 2 }],
    remarks: [reason],
  } as const;
  const event = { logId: 'l', seq: 1, at: 1, bootId: 'b', type: 'Held', message: 'm', by: 'ana', reason } as const;
  const specs = async () => ({ wanted: someSpec.spec, running: null });
  const port = fakeDebugPort({ status, preview: somePreview, events: [event] }, { specs, profiling: () => true });
  const { loopback } = await serve(t, port);
  t.strictSame(JSON.parse((await get(loopback, '/openapi.json')).body), published);

  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(published, 'document');
  for (const [path, { get: operation }] of Object.entries(published.paths)) {
    const { status: code, headers, body } = await get(loopback, path === '/debug/cpu' ? `${path}?seconds=1` : path);
    const type = headers['content-type']?.split(';')[0] ?? '';
    t.ok(operation.responses[String(code)]?.content?.[type], `${path}: ${code} ${type} is in the document`);
    t.ok(operation.responses['default'], `${path}: a failure is`);
    if (type !== 'application/json') continue;
    const at = ['paths', path, 'get', 'responses', String(code), 'content', type, 'schema'];
    const pointer = at
      .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/');
    const validate = ajv.getSchema(`document#/${pointer}`);
    t.equal(validate?.(JSON.parse(body)), true, `${path} ${JSON.stringify(validate?.errors)}`);
  }
  const failure = ajv.getSchema('document#/components/schemas/Failure');
  t.equal(failure?.(JSON.parse((await get(loopback, '/nothing')).body)), true);
  t.equal(failure?.({ error: {} }), false);
});
