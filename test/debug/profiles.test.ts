import { connect } from 'node:net';
import t from 'tap';
import { fakeDebugPort, get, serve } from './served.ts';

t.test('off unless configured, with the remedy', async (t) => {
  let on = false;
  const { socket, loopback } = await serve(t, fakeDebugPort({}, { profiling: () => on }));
  for (const place of [socket, loopback])
    for (const path of ['/debug/heap', '/debug/heap?seconds=1', '/debug/cpu', '/debug/cpu?seconds=x'])
      t.match(await get(place, path), { status: 404, body: /KSN-DEBUG-005.*profiling: true/u }, path);
  on = true;
  t.equal((await get(loopback, '/debug/heap')).status, 200, 'a reload changes it');
});

t.test('sizes, and profiles for developer tools, one at a time', async (t) => {
  const { loopback } = await serve(t, fakeDebugPort({}, { profiling: () => true }));
  t.match(JSON.parse((await get(loopback, '/debug/heap')).body), {
    heap: { used_heap_size: Number },
    spaces: [{ space_name: String }],
    memory: { rss: Number },
  });
  const cpu = get(loopback, '/debug/cpu?seconds=1');
  while ((await get(loopback, '/debug/heap?seconds=1')).status !== 503);
  t.match(await get(loopback, '/debug/cpu?seconds=1'), { status: 503, body: /KSN-DEBUG-006/u });
  t.match(JSON.parse((await cpu).body), { nodes: [{ callFrame: { functionName: '(root)' } }], samples: [Number] });
  t.match(JSON.parse((await get(loopback, '/debug/heap?seconds=1')).body), { head: { callFrame: {} } });
  for (const seconds of ['0', '31', '-1', '1.5', 'x', '', '1e1'])
    t.match(await get(loopback, `/debug/cpu?seconds=${seconds}`), { status: 400, body: /KSN-CTL-003/u }, seconds);
});

t.test('a reader that goes ends the measuring', async (t) => {
  const { loopback } = await serve(t, fakeDebugPort({}, { profiling: () => true }));
  const status = async (): Promise<number> => (await get(loopback, '/debug/heap?seconds=1')).status;
  const reader = connect(loopback);
  reader.write(`GET /debug/cpu?seconds=30 HTTP/1.1\r\nHost: localhost:${loopback.port}\r\n\r\n`);
  while ((await status()) !== 503);
  const left = performance.now();
  reader.destroy();
  let next = 503;
  while (next === 503) next = await status();
  t.equal(next, 200);
  t.ok(performance.now() - left < 15_000, 'the next has its turn long before the 30 s are over');
});
