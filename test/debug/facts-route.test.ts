import t from 'tap';
import { systemClock } from '../../agent/base/system-clock.ts';
import { fakeDebugPort, get, serve } from './served.ts';

t.test('identity is for root on the socket alone', async (t) => {
  const port = fakeDebugPort({}, { facts: async (identity) => ({ identity }) });
  const ofRoot = await serve(t, port);
  t.strictSame(JSON.parse((await get(ofRoot.socket, '/v1/facts')).body), { identity: true });
  t.strictSame(JSON.parse((await get(ofRoot.loopback, '/v1/facts')).body), { identity: false }, 'whoever it is');
  const ofReader = await serve(t, port, systemClock, () => ({ uid: 1000, pid: 7 }));
  t.strictSame(JSON.parse((await get(ofReader.socket, '/v1/facts')).body), { identity: false });
  const ofNobody = await serve(t, port, systemClock, () => null);
  t.strictSame(JSON.parse((await get(ofNobody.socket, '/v1/facts')).body), { identity: false });
});
