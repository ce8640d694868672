/**
 * What the endpoint needs of others, and the page with its script and style, in one module: the bundle keeps it in a
 * file beside it, which is read when the endpoint is first asked. In the file that every start reads it would cost an
 * agent that nobody asks 2 MB.
 */
export { fastify } from 'fastify';
export type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
export { contentSecurityPolicy, renderPage } from './page/render-page.ts';
export { default as Counter } from 'prom-client/lib/counter.js';
export { default as Gauge } from 'prom-client/lib/gauge.js';
export { default as Registry } from 'prom-client/lib/registry.js';
export { default as openFiles } from 'prom-client/lib/metrics/processOpenFileDescriptors.js';
export { default as mostFiles } from 'prom-client/lib/metrics/processMaxFileDescriptors.js';
export { default as memory } from 'prom-client/lib/metrics/osMemoryHeap.js';
export { default as startTime } from 'prom-client/lib/metrics/processStartTime.js';
export { default as openApi } from '../../schema/openapi-v1.json' with { type: 'json' };
