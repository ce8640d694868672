/** In place of thread-stream and worker_threads, in the bundle: pino imports them for transports, of which the agent has none. */
export const isMainThread = true;

export default function noThreads(): never {
  throw new Error('the agent logs from its own thread');
}
