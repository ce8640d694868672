/** `control.sock`: what changes the node. Who asked, and why, becomes an event before anything happens. */
import { randomUUID } from 'node:crypto';
import type { Basis } from '../reconcile/engine-port.ts';
import type { Address } from '../resources/kind.ts';
import { controlError } from './errors.ts';
import type { ControlPort } from './port.ts';
import { LONGEST_HOLD_MS, type ApplyAnswer, type HoldAnswer } from './protocol.ts';
import { bytes, flag, oneOf, optional, optionalText, text, texts, wholeNumber, type Body } from './read-fields.ts';
import type { Answer, Route, RouteRequest, Routes } from './route.ts';

/** Does what was asked; `by` is the person, for the journal and the status. */
type Order = (port: ControlPort, request: RouteRequest, by: string) => Promise<unknown>;

export function controlRoutes(port: ControlPort): Routes {
  const orders: Readonly<Record<string, Order>> = {
    apply,
    hold,
    release,
    retry,
    rollback,
    leave,
    reconcile,
    'safe-mode': safeMode,
  };
  return new Map(Object.entries(orders).map(([name, order]) => [`POST /v1/${name}`, asked(port, name, order)]));
}

function asked(port: ControlPort, name: string, order: Order): Route {
  return async (request): Promise<Answer> => {
    const by = caller(port, request);
    const reasonGiven = optionalText(request.body, 'reason');
    port.sink.emit({
      type: 'ControlRequest',
      message: `${name}${subject(request.body)} asked for by ${peerWords(request)}`,
      by,
      ...(reasonGiven !== undefined && { reasonGiven }),
    });
    return { json: (await order(port, request, by)) ?? {} };
  };
}

/** The name a person gave; else the name of the connection's uid. The event has the uid whatever is claimed. */
function caller(port: ControlPort, { body, peer }: RouteRequest): string {
  const claimed = optionalText(body, 'who');
  if (claimed !== undefined && /^[\w.@-]{1,64}$/u.test(claimed)) return claimed;
  return peer === null ? 'uid unknown' : (port.userName(peer.uid) ?? `uid ${peer.uid}`);
}

function peerWords({ peer }: RouteRequest): string {
  return peer === null ? 'uid unknown' : `uid ${peer.uid}, pid ${peer.pid}`;
}

function subject(body: Body): string {
  if (typeof body['generation'] === 'number') return ` ${body['generation']}`;
  return typeof body['how'] === 'string' ? ` --${body['how']}` : '';
}

async function apply(port: ControlPort, { body }: RouteRequest, by: string): Promise<ApplyAnswer> {
  const document = bytes(body, 'document');
  const basis = optional(body, 'basis', basisOf);
  const afterEvent = port.events.lastSeq;
  if (document === undefined) {
    await port.engine.reconcile(by, basis);
    return { generation: port.engine.status().wanted ?? null, afterEvent };
  }
  const spec = await port.verify(document, `control:${optionalText(body, 'name') ?? 'stdin'}`);
  await port.engine.accept(spec, basis);
  const { series, generation, digest } = spec;
  return { generation: { series, generation, digest }, afterEvent };
}

function basisOf(body: Body): Basis {
  return {
    series: body['series'] === null ? null : text(body, 'series'),
    generation: body['generation'] === null ? null : wholeNumber(body, 'generation'),
    journalSeq: wholeNumber(body, 'journalSeq'),
  };
}

async function hold(port: ControlPort, { body }: RouteRequest, by: string): Promise<HoldAnswer> {
  const addresses = texts(body, 'addresses') as readonly Address[];
  const all = flag(body, 'all');
  const reason = text(body, 'reason');
  const forMs = wholeNumber(body, 'forMs');
  if (forMs === 0 || forMs > LONGEST_HOLD_MS)
    throw controlError('KSN-CTL-003', 'a hold ends within 30 days', {
      element: 'forMs',
      remedy: 'Hold it for 30d at most; what is to stay as it is for longer leaves the spec, or gets drift: report.',
    });
  if (all === addresses.length > 0)
    throw controlError('KSN-CTL-003', 'name addresses, or all', { element: 'addresses' });
  const since = port.now();
  const ids: string[] = [];
  for (const address of all ? [null] : addresses) {
    const id = `h-${randomUUID().slice(0, 8)}`;
    try {
      await port.engine.override({ id, address, kind: 'hold', by, reason, since, expires: since + forMs });
    } catch (error) {
      // All or none.
      for (const held of ids) await port.engine.release(held, by);
      throw error;
    }
    ids.push(id);
  }
  return { ids };
}

async function release(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  for (const id of texts(body, 'ids')) await port.engine.release(id, by);
}

async function retry(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  await port.engine.retry(wholeNumber(body, 'generation'), by, text(body, 'reason'));
}

async function rollback(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  await port.engine.rollback(by, text(body, 'reason'));
}

async function leave(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  await port.engine.leave(oneOf(body, 'how', ['keep', 'restore']), by);
}

async function reconcile(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  await port.engine.reconcile(by, optional(body, 'basis', basisOf));
}

async function safeMode(port: ControlPort, { body }: RouteRequest, by: string): Promise<void> {
  const on = flag(body, 'on');
  await port.engine.safeMode(on, by, optionalText(body, 'reason') ?? (on ? 'asked for' : 'ended by hand'));
}
