/** How Node runs the agent. Files that cannot import this say the same, and a test compares them. */

/** Everywhere: a checkout, the tests, every command of a package. */
export const NODE_FLAGS = ['--experimental-ffi', '--disable-warning=ExperimentalWarning'] as const;

/** The daemon idles nearly all its life, and would keep the young generation that it once needed to read a spec. */
export const DAEMON_FLAGS = [...NODE_FLAGS, '--max-semi-space-size=1'] as const;

export const DAEMON_ENVIRONMENT = {
  /** 16 fsyncs in flight is where a disk stops gaining. */
  UV_THREADPOOL_SIZE: '16',
  /** glibc gives each thread an arena and keeps what was freed in it: up to 10 MB after a spec was read. */
  MALLOC_ARENA_MAX: '1',
} as const;
