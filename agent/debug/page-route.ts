/** `/`: the page, with what it shows as of now. */
import { asKeelsonError } from '../base/errors.ts';
import type { EventRecord } from '../report/events.ts';
import type { DeclaredRoute } from './declared-route.ts';
import { contentSecurityPolicy, renderPage } from './libraries.ts';
import { EVENTS_PER_PAGE, parseQuery, type PageQuery } from './page/page-query.ts';
import type { PageView } from './page/page-view.ts';
import type { DebugPort } from './port.ts';
import type { SharedPlan } from './shared-plan.ts';

export function pageRoute(port: DebugPort, plan: SharedPlan): DeclaredRoute {
  return {
    url: '/',
    schema: {
      summary: 'The node at a glance, for people',
      querystring: {
        type: 'object',
        properties: {
          show: { description: 'Which resources: `not-ok` (what differs), `all`, or one condition.' },
          q: { description: 'Only resources with this text in address, reason or detail.' },
          page: { description: 'Of the list of resources, from 1.' },
          events: { description: '`more`: a page of events instead of the newest few.' },
          before: { description: 'The number of the event that follows that page.' },
          plan: { description: '`now`: with the plan, for which the host is looked at.' },
        },
      },
      response: { 200: { description: 'A page', content: { 'text/html': { schema: { type: 'string' } } } } },
    },
    async answer({ query: asked, reply }) {
      const query = parseQuery(asked);
      const view: PageView = {
        status: port.engine.status(),
        resources: port.engine.resources(),
        events: await eventsOf(port, query),
        lastEvent: port.events.lastSeq,
        ...(query.plan && (await planOf(plan))),
        now: port.now(),
        query,
      };
      void reply.header('Content-Security-Policy', contentSecurityPolicy()).type('text/html; charset=utf-8');
      return renderPage(view);
    },
  };
}

async function eventsOf({ events }: DebugPort, query: PageQuery): Promise<readonly EventRecord[]> {
  const end = Math.min(query.events?.before ?? Infinity, events.lastSeq + 1);
  const found = await events.read(Math.max(0, end - 1 - EVENTS_PER_PAGE), EVENTS_PER_PAGE);
  return found.filter(({ seq }) => seq < end);
}

/** A node whose host cannot be looked at still has a page, with the reason in the place of the plan. */
async function planOf(plan: SharedPlan): Promise<Pick<PageView, 'plan' | 'planFailure'>> {
  try {
    return { plan: await plan() };
  } catch (error) {
    return { planFailure: asKeelsonError(error).toReason() };
  }
}
