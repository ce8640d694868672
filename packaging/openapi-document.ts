/** The routes of the endpoint as an OpenAPI 3.1 document. */
import swagger from '@fastify/swagger';
import { systemClock } from '../agent/base/system-clock.ts';
import type { ControlPort } from '../agent/control/port.ts';
import { appOf, declaredRoutes } from '../agent/debug/app.ts';
import type { DebugPort } from '../agent/debug/port.ts';

/** Nobody asks it anything: routes are made for their words alone. */
const unasked = {} as ControlPort as DebugPort;

export async function openApiDocument(): Promise<unknown> {
  const app = appOf(declaredRoutes(unasked, systemClock), new WeakMap(), (made) => {
    void made.register(swagger, {
      refResolver: {
        buildLocalReference: ({ $id }, _base, _fragment, index) => (typeof $id === 'string' ? $id : `${index}`),
      },
      openapi: {
        openapi: '3.1.0',
        info: {
          title: 'Keelson, the agent of a node',
          version: '1',
          description: 'Read-only: GET and HEAD, on agent.sock and where debug.listen says so.',
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        servers: [{ url: 'http://localhost:9642', description: 'agent.sock forwarded, or debug.listen' }],
      },
    });
  });
  await app.ready();
  return JSON.parse(JSON.stringify(app.swagger()));
}
