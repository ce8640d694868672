import type { Endpoint } from './endpoint.ts';

/** An endpoint that is loaded when something is first asked of it; where that fails, at the next request again. */
export function lateEndpoint(load: () => Promise<Endpoint>): Endpoint {
  let loading: Promise<Endpoint> | null = null;
  return async (request, response, asker) => {
    loading ??= load();
    loading.catch(() => {
      loading = null;
    });
    await (
      await loading
    )(request, response, asker);
  };
}
