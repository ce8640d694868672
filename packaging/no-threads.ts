/** In place of thread-stream, in the bundle: pino imports it for transports, of which the agent has none. */
export default function noThreads(): never {
  throw new Error('the agent logs from its own thread');
}
