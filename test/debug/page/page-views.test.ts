import t from 'tap';
import type { ErrorCode, Reason } from '../../../agent/base/errors.ts';
import { allExplanations } from '../../../agent/commands/catalogues.ts';
import type { PageView } from '../../../agent/debug/page/page-view.ts';
import { largeView, pageView, VERDICTS } from '../../support/page-views.ts';

function reasonsOf({ status, resources, events }: PageView): readonly Reason[] {
  const { reason, rollbackIncomplete, remarks, blocked } = status;
  const many = [...resources, ...status.resources, ...events, ...blocked].map((one) => one.reason);
  return [reason, rollbackIncomplete, ...remarks, ...many].filter((one) => one !== undefined);
}

t.test('the nodes of the page’s tests say what this release can say', async (t) => {
  const known: ReadonlyMap<ErrorCode, { readonly fault: string; readonly next: string }> = allExplanations();
  for (const view of [...VERDICTS.map((verdict) => pageView(verdict)), largeView(100)])
    for (const { code, fault, remedy, message } of reasonsOf(view)) {
      const explanation = known.get(code);
      const found = { code, fault: explanation?.fault, remedy: explanation?.next };
      t.strictSame({ code, fault, remedy }, found, `${view.status.verdict}: ${message}`);
    }
});
