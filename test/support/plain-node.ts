/**
 * Our Node as people start it: `spawn(PLAIN_NODE.command, [...PLAIN_NODE.before, FILE, …])`. tap puts a hook into the
 * NODE_OPTIONS of every child, which is slow, and cannot write where another user or another machine runs; env(1)
 * takes it out and becomes the program, so the pid is the same.
 */
export const PLAIN_NODE = { command: '/usr/bin/env', before: ['-u', 'NODE_OPTIONS', process.execPath] } as const;
