/** The endpoint: fastify with every route, behind whichever socket hands a request over. Loaded when first asked. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { bug } from '../base/errors.ts';
import type { Asker, Endpoint } from '../control/endpoint.ts';
import { controlError } from '../control/errors.ts';
import { targetOf } from '../control/request-target.ts';
import { failureOf } from '../control/failure.ts';
import type { DeclaredRoute } from './declared-route.ts';
import { factsRoute } from './facts-route.ts';
import { healthRoutes } from './health-routes.ts';
import {
  fastify,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
} from './libraries.ts';
import { pageRoute } from './page-route.ts';
import type { DebugPort } from './port.ts';
import { openApiRoute } from './open-api-route.ts';
import { profileRoutes } from './profile-routes.ts';
import { v1Routes } from './read-routes.ts';
import { specRoute } from './spec-route.ts';
import { sharedPlan } from './shared-plan.ts';
import { FAILURE, SCHEMAS } from './schemas.ts';

/** Every route there is. */
export function declaredRoutes(port: DebugPort, clock: Clock): readonly DeclaredRoute[] {
  const plan = sharedPlan(port);
  return [
    pageRoute(port, plan),
    ...healthRoutes(port),
    ...v1Routes(port, clock, plan),
    specRoute(port),
    factsRoute(port),
    ...profileRoutes(port, clock),
    openApiRoute(),
  ];
}

/** An endpoint that answers; it holds nothing that would have to be closed. */
export async function openEndpoint(port: DebugPort, clock: Clock): Promise<Endpoint> {
  const askers = new WeakMap<IncomingMessage, Asker>();
  const app = appOf(declaredRoutes(port, clock), askers);
  await app.ready();
  return async (request, response, asker) => {
    askers.set(request, asker);
    // Emitted when the whole answer was given to the response.
    const given = Promise.race([once(response, 'prefinish'), once(response, 'close')]);
    app.routing(request, response);
    await given;
  };
}

/**
 * `first` comes before the routes, as @fastify/swagger must. Routes judge what they are asked themselves, as those of
 * the sockets do: the schemas are for the document.
 */
export function appOf(
  routes: readonly DeclaredRoute[],
  askers: WeakMap<IncomingMessage, Asker>,
  first: (app: FastifyInstance) => void = () => {},
): FastifyInstance {
  const app: FastifyInstance = fastify({
    logger: false,
    schemaController: { compilersFactory: UNCHECKED },
    frameworkErrors: (_error, request, reply) => void noSuch(request, reply),
  });
  first(app);
  for (const schema of SCHEMAS) app.addSchema(schema);
  app.setNotFoundHandler(noSuch);
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = failureOf(error);
    if (!reply.sent) return reply.code(status).send(body);
    // In the middle of a stream: the reader sees it cut.
    request.raw.destroy();
    return reply;
  });
  app.after(() => {
    for (const { url, schema, answer } of routes)
      app.get(url, { schema: { ...schema, response: { ...schema.response, default: FAILURE } } }, (request, reply) => {
        const asker = askers.get(request.raw);
        if (asker === undefined) throw bug('a request that nobody handed over');
        return answer({ request, reply, query: targetOf(request).query, asker });
      });
  });
  return app;
}

/** Neither ajv nor a generator of serialisers is loaded for a handful of routes. */
const UNCHECKED = {
  buildValidator: () => () => () => true,
  buildSerializer: () => () => json,
} as unknown as NonNullable<NonNullable<FastifyServerOptions['schemaController']>['compilersFactory']>;

function json(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function noSuch({ method, url }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const remedy = 'GET /openapi.json lists what can be read here.';
  const { status, body } = failureOf(
    controlError('KSN-CTL-005', `no ${method} ${url.split('?', 1)[0]} here`, { remedy }),
  );
  return reply.code(status).send(body);
}
