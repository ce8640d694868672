/** A node that a test moves, behind the real endpoint, and a way to it that can be cut or go silent. */
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';
import type { PageView } from '../../agent/debug/page/page-view.ts';
import type { EventRecord } from '../../agent/report/events.ts';
import { fakeDebugPort, serve, type FakeDebugPort, type Served } from '../debug/served.ts';
import { PAGE_NOW, pagePlan } from './page-views.ts';

export class PageNode {
  #view: PageView;
  #events: EventRecord[];
  #logId: string;
  #told = Promise.withResolvers<void>();
  readonly port: FakeDebugPort;

  constructor(view: PageView) {
    this.#view = view;
    this.#events = [...view.events];
    this.#logId = view.events.at(-1)?.logId ?? 'log1';
    const port = fakeDebugPort({ status: view.status, preview: pagePlan() });
    this.port = {
      ...port,
      engine: { ...port.engine, resources: () => this.#view.resources },
      events: this.#reader(),
      now: () => PAGE_NOW,
    };
  }

  /** The node is like this now; its events stay. */
  become(view: PageView): void {
    this.#view = { ...view, status: { ...view.status, seq: this.port.engine.status().seq + 1 } };
    this.port.publish(this.#view.status);
  }

  /** Something more happened. */
  happen(...messages: readonly string[]): void {
    for (const message of messages)
      this.#events.push({
        type: 'ResourceChanged',
        message,
        logId: this.#logId,
        seq: (this.#events.at(-1)?.seq ?? 0) + 1,
        at: PAGE_NOW,
        bootId: 'b6f1',
      });
    this.#wake();
  }

  /** The events are lost, and begin anew. */
  loseLog(): void {
    this.#logId = `${this.#logId}x`;
    this.#events = [];
  }

  #wake(): void {
    const { resolve } = this.#told;
    this.#told = Promise.withResolvers();
    resolve();
  }

  #reader(): FakeDebugPort['events'] {
    const after = (seq: number): EventRecord[] => this.#events.filter((event) => event.seq > seq);
    const logId = (): string => this.#logId;
    const lastSeq = (): number => this.#events.at(-1)?.seq ?? 0;
    const told = (): Promise<void> => this.#told.promise;
    return {
      get logId() {
        return logId();
      },
      get lastSeq() {
        return lastSeq();
      },
      read: async (from, limit) => after(from).slice(0, limit),
      async *follow(from, signal) {
        const aborted = new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        let cursor = from;
        while (!signal.aborted) {
          const more = told();
          for (const event of after(cursor)) {
            yield event;
            cursor = event.seq;
          }
          await Promise.race([more, aborted]);
        }
      },
    };
  }
}

/** Between a browser and the endpoint. */
export class Way implements AsyncDisposable {
  readonly #server: Server;
  #served: Served;
  #state: 'open' | 'closed' | 'silent' = 'open';
  /** Paths that were asked for, the newest last. */
  readonly asked: string[] = [];
  /** Those that are being answered. */
  readonly #open = new Map<string, number>();
  #ended = Promise.withResolvers<void>();

  private constructor(served: Served) {
    this.#served = served;
    this.#server = createServer((asked, answer) => {
      this.asked.push(asked.url ?? '');
      this.#count(asked.url ?? '', answer);
      if (this.#state === 'silent') return;
      const { port } = this.#served.loopback;
      const onward = request({
        host: '127.0.0.1',
        port,
        path: asked.url,
        method: asked.method,
        headers: { ...asked.headers, host: `127.0.0.1:${port}` },
      });
      onward.on('response', (got) => {
        answer.writeHead(got.statusCode ?? 502, got.headers);
        got.on('error', () => answer.destroy());
        got.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      answer.on('close', () => onward.destroy());
      asked.pipe(onward);
    });
    this.#server.on('connection', (socket) => {
      if (this.#state === 'closed') socket.destroy();
    });
  }

  /** To the node, over the real endpoint; ends with the test. */
  static async to(t: Pick<Test, 'teardown' | 'testdir'>, node: PageNode): Promise<Way> {
    const way = new Way(await serve(t, node.port));
    const listening = Promise.withResolvers<void>();
    way.#server.listen(0, '127.0.0.1', listening.resolve);
    await listening.promise;
    t.teardown(() => way[Symbol.asyncDispose]());
    return way;
  }

  /** Resolves when nobody is being answered at a path that begins like this. */
  async left(path: string): Promise<void> {
    while ([...this.#open].some(([one, count]) => one.startsWith(path) && count > 0)) await this.#ended.promise;
  }

  #count(path: string, answer: ServerResponse): void {
    this.#open.set(path, (this.#open.get(path) ?? 0) + 1);
    answer.once('close', () => {
      this.#open.set(path, (this.#open.get(path) ?? 0) - 1);
      this.#ended.resolve();
      this.#ended = Promise.withResolvers();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Every connection breaks, and none is taken until it opens again. */
  close(): void {
    this.#state = 'closed';
    this.#server.closeAllConnections();
  }

  /** Connections break, and the next ones are taken. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  /** What is connected stays so, and nothing is answered: an agent that hangs. */
  silence(): void {
    this.#state = 'silent';
  }

  open(): void {
    this.#state = 'open';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    await closed.promise;
  }
}
