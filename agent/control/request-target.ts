/** Path and query of a request. */
import type { IncomingMessage } from 'node:http';

/** As they were sent; nothing is decoded in the path. */
export function targetOf({ url = '/' }: Pick<IncomingMessage, 'url'>): {
  readonly path: string;
  readonly query: URLSearchParams;
} {
  // Never `new URL(url, …)`: in `//x` that would take x for a host.
  const at = url.indexOf('?');
  return { path: at < 0 ? url : url.slice(0, at), query: new URLSearchParams(at < 0 ? '' : url.slice(at + 1)) };
}
