/** Everything that can be sent in one write is on the table before the first of it is answered. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import { Reception } from '../../agent/control/reception.ts';
import type { Route } from '../../agent/control/route.ts';
import { socketHost } from '../../agent/control/served-host.ts';

t.test('of many requests in one write the first is answered, and no other worked on', async (t) => {
  let asked = 0;
  const route: Route = async () => {
    asked += 1;
    return { json: { asked } };
  };
  const reception = new Reception({
    routes: new Map([['GET /v1/status', route]]),
    served: socketHost,
    peerOf: () => null,
    clock: systemClock,
  });
  t.teardown(() => reception[Symbol.asyncDispose]());
  await reception.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect(reception.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2_000));
  const answer = await text(socket).catch((error: unknown) => String(error));
  t.equal(asked, 1);
  t.match(answer, /^HTTP\/1\.1 200 .*\{"asked":1\}/su);
  t.equal(answer.split('HTTP/1.1').length, 2, 'and nobody is told anything else');
});
