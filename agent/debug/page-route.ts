/** `/`: the page, with what it shows as of now. */
import type { DeclaredRoute } from './declared-route.ts';
import { PAGE_POLICY, renderPage } from './page/page.ts';
import type { DebugPort } from './port.ts';

/** The newest events that a page begins with. */
const EVENTS_SHOWN = 50;

export function pageRoute(port: DebugPort): DeclaredRoute {
  return {
    url: '/',
    schema: {
      summary: 'The node at a glance, for people',
      querystring: {
        type: 'object',
        properties: { plan: { description: 'Present: with the plan, for which the host is looked at.' } },
      },
      response: { 200: { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } } },
    },
    async answer({ query, reply }) {
      const { engine, events, texts } = port;
      const view = {
        status: engine.status(),
        resources: engine.resources(),
        events: await events.read(Math.max(0, events.lastSeq - EVENTS_SHOWN), EVENTS_SHOWN),
        ...(query.has('plan') && { plan: await texts.count(await engine.preview()) }),
        now: port.now(),
      };
      void reply.header('Content-Security-Policy', PAGE_POLICY).type('text/html; charset=utf-8');
      return renderPage(view);
    },
  };
}
