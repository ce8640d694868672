/**
 * `keelson apply [FILE]`: shows the plan, asks, hands the document to the agent, and stays until the verdict.
 * What is applied is the plan that was shown: it is refused where the node has changed so that another one would run.
 */
import type { ControlClient } from '../control/client.ts';
import type { Preview } from '../plan/preview.ts';
import { applyShown } from './apply-shown.ts';
import { confirm } from './confirm.ts';
import { connectAgent } from './connect.ts';
import { readBasis } from './basis.ts';
import { asRequest, readDocument } from './documents.ts';
import { durationOf } from './durations.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { waitForVerdict } from './verdict-wait.ts';
import { whoAsks } from './who.ts';
import { widthOf } from './text/columns.ts';
import { dataText, type Output } from './text/data.ts';
import { isPending, planText } from './text/plan-text.ts';

export interface ApplyOptions {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly wait: boolean;
  readonly timeout: string;
  readonly output: Output;
  /** Of a plan that was shown before, as SERIES/GENERATION@SEQ; else that of the plan shown now. */
  readonly basis?: string;
  readonly reason?: string;
}

export async function apply(
  invocation: Invocation,
  file: string | undefined,
  options: ApplyOptions,
): Promise<ExitCode> {
  const { terminal } = invocation;
  const timeoutMs = durationOf(options.timeout, '--timeout');
  const basis = options.basis === undefined ? undefined : readBasis(options.basis);
  const request = file === undefined ? undefined : asRequest(await readDocument(file, invocation));
  const agent = await connectAgent(invocation);
  const plan = (): Promise<Preview> => agent.plan(request && { ...request, signed: !options.dryRun });
  const preview = await plan();
  if (options.output === 'table')
    terminal.print(planText(preview, { palette: terminal.palette, ...widthOf(terminal) }));
  else terminal.print(await dataText(preview, options.output));

  const pending = isPending(preview);
  if (options.dryRun) return pending ? 2 : 0;
  // With nothing to change as well: a generation becomes the running one, and what runs is looked at, by the agent.
  if (pending && !(await confirm(invocation, 'Apply it?', options.yes))) return 1;
  const order = {
    ...request,
    ...whoAsks(invocation),
    ...(options.reason !== undefined && { reason: options.reason }),
  };
  const { generation, afterEvent } =
    basis === undefined ? await applyShown(agent, preview, plan, order) : await agent.apply({ ...order, basis });
  if (!options.wait) return 0;
  return waitAndSay(invocation, agent, { digest: generation?.digest ?? null, afterEvent, timeoutMs });
}

async function waitAndSay(
  invocation: Invocation,
  agent: ControlClient,
  what: { readonly digest: string | null; readonly afterEvent: number; readonly timeoutMs: number },
): Promise<ExitCode> {
  const { code, lines } = await waitForVerdict(invocation, agent, what);
  invocation.terminal.print(lines);
  return code;
}
