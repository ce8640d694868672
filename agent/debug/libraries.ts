/**
 * What the endpoint needs of others, and the page with its script and style, in one module: the bundle keeps it in a
 * file beside it, which is read when the endpoint is first asked. In the file that every start reads it would cost an
 * agent that nobody asks 2 MB.
 */
export { fastify } from 'fastify';
export type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
export { contentSecurityPolicy, renderPage } from './page/render-page.ts';
