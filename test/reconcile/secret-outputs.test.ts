/** What commands print may be a file that only root reads, and what they are given a secret: no reason, event, status or journal quotes it. */
import t from 'tap';
import type { CommandSpec } from '../../agent/desired/shared-fields.ts';
import { processEffects } from '../../agent/resources/process-effects.ts';
import type { CommandResult } from '../../agent/resources/kind.ts';
import { MemoryHost } from '../../hostfs/memory-host.ts';
import { EngineNode, verified, type Sections } from '../support/engine-node.ts';
import { tracesIn, tracesOf } from '../support/secret-traces.ts';

const SECRET = 'zebra-quartz-77';
/** Folders of bytes, 0600. */
const STORES = /\/(specs|preimages)$/;
/** Given to commands. */
const ARGUMENT = 'walnut-onyx-31';
const CONTENT = `auth_pass2 ${SECRET}\n`;
const secretFile = { mode: '0600', content: { inline: CONTENT } };
const processes = processEffects({ all: async () => [], byPid: async () => null, signal: async () => false });

const traces = tracesOf([SECRET, ARGUMENT, CONTENT]);

async function told(node: EngineNode): Promise<string> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const name of await node.fs.list(folder)) {
      const path = `${folder}/${name}`;
      const bytes = (await node.fs.lstat(path))?.type === 'directory' ? null : await node.fs.read(path);
      // Bytes of specs and pre-images lie in 0600 stores of their own.
      if (bytes === null) await (STORES.test(path) || walk(path));
      else {
        const text = Buffer.from(bytes).toString('latin1');
        // It is 0600, and keeps what commands need to run after a crash.
        files.set(path, name === 'journal' ? text.replaceAll(ARGUMENT, '') : text);
      }
    }
  };
  await walk('/var/lib/keelson');
  const preview = await node.engine.preview();
  return JSON.stringify([[...files], node.events, node.status, node.engine.status(), preview]);
}

async function play(sections: Sections, fails: string, found?: (node: EngineNode) => Promise<void>): Promise<string> {
  const echoes = async ({ argv }: CommandSpec): Promise<CommandResult> => ({
    // What undoes it owes the same effect, and that one works.
    exitCode: argv[0] === fails && !node.events.some(({ type }) => type === 'RollbackStarted') ? 1 : 0,
    signal: null,
    timedOut: false,
    outputTail: `unknown keyword 'blind' after ${CONTENT}`,
  });
  await using node = await EngineNode.on(new MemoryHost(), { run: echoes, effects: [processes] });
  await node.start();
  await found?.(node);
  await node.accept(verified(1, { files: { '/etc/quiet': { content: { inline: 'quiet\n' } } } }));
  await node.accept(verified(2, sections));
  return told(node);
}

const scenes: Readonly<Record<string, { sections: Sections; says: RegExp }>> = {
  'a failing gate': {
    sections: { files: { '/etc/s': { ...secretFile, gates: [{ exec: ['/bin/fails', ARGUMENT] }] } } },
    says: /exec \/bin\/fails ended with exit 1; .*"element":"file:\/etc\/s gates\/0"/,
  },
  'a failing effect': {
    sections: {
      files: { '/etc/s': { ...secretFile, onChange: { 'command:tell': { exec: ['/bin/fails', ARGUMENT] } } } },
    },
    says: /\/bin\/fails: exit 1; its output is not shown, run it by hand/,
  },
  'a failing check of it': {
    sections: { files: { '/etc/s': { ...secretFile, check: { exec: ['/bin/fails', '{staged}'] } } } },
    says: /said no \(exit 1\): unknown keyword 'blind'/,
  },
  'a failing check of another file': {
    sections: {
      files: {
        '/etc/s': secretFile,
        '/etc/open': { content: { inline: 'x\n' }, check: { exec: ['/bin/fails', '{staged}'] } },
      },
    },
    says: /said no \(exit 1\): unknown keyword 'blind'/,
  },
  'a failing check of one that only its folder keeps secret': {
    sections: {
      directories: { '/etc/closed': { mode: '0750' } },
      files: { '/etc/closed/in/s': { content: secretFile.content, check: { exec: ['/bin/fails', '{staged}'] } } },
    },
    says: /said no \(exit 1\): unknown keyword 'blind'/,
  },
  'a failing check of another file, beside one that only its folder keeps secret': {
    sections: {
      directories: { '/etc/closed': { mode: '0700' } },
      files: {
        '/etc/closed/s': { content: secretFile.content },
        '/etc/open': { content: { inline: 'x\n' }, check: { exec: ['/bin/fails', '{staged}'] } },
      },
    },
    says: /said no \(exit 1\): unknown keyword 'blind'/,
  },
};

for (const [name, { sections, says }] of Object.entries(scenes)) {
  t.test(name, async (t) => {
    const text = await play(sections, '/bin/fails');
    t.match(text, says);
    t.same(tracesIn(text, traces), []);
  });
}

t.test('a failing check of one in a folder that somebody else closed', async (t) => {
  const text = await play(
    { files: { '/srv/s': { content: secretFile.content, check: { exec: ['/bin/fails', '{staged}'] } } } },
    '/bin/fails',
    async (node) => (await node.outside()).ensureDirectory('/srv', { mode: 0o700, uid: 0, gid: 0 }),
  );
  t.match(text, /said no \(exit 1\): unknown keyword 'blind'/);
  t.same(tracesIn(text, traces), []);
});
