/** `/openapi.json`: every route, for programs and people who write them. Generated from the routes, ahead of time. */
import type { DeclaredRoute } from './declared-route.ts';
import { openApi } from './libraries.ts';

export function openApiRoute(): DeclaredRoute {
  return {
    url: '/openapi.json',
    schema: { summary: 'This document', response: { 200: { type: 'object', description: 'OpenAPI 3.1' } } },
    answer: async () => openApi,
  };
}
