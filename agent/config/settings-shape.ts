/** Every setting there is, with what it takes and what it is when nobody says. `keelson config show` prints this. */
import {
  anyOrListOf,
  choice,
  dropIn,
  duration,
  leaf,
  listOf,
  loopback,
  mapOf,
  optional,
  orOff,
  path,
  size,
  text,
  truth,
  whole,
} from './leaves.ts';
import { section } from './shape.ts';

const mode = choice('observe', 'enforce');
const nodeName = text('a host name', /^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/);
const kindName = text('the name of a kind', /^[a-zA-Z][a-zA-Z0-9]{0,63}$/);
const seriesPattern = text('a series, or a pattern of series with * and ?', /^[a-z0-9.*?-]{1,128}$/);
const program = text('a program as specs name it', /^[^\0]{1,4095}$/);
const labelName = /^[a-zA-Z0-9]([a-zA-Z0-9._/-]{0,126}[a-zA-Z0-9])?$/;

const named = (form: { readonly takes: string; readonly read: (value: unknown) => unknown }) => ({
  takes: form.takes,
  fits: (name: string) => form.read(name) !== undefined,
});

/** Where what a login and a console show lies, unless told otherwise; also for who cannot read the settings. */
export const NOTICES = { motd: '/run/motd.d/10-keelson', issue: '/run/issue.d/keelson.issue' } as const;

export const SETTINGS_SHAPE = section({
  node: section({
    name: optional(nodeName, 'What this node is called; without it, its host name.'),
    labels: mapOf(
      { takes: 'a label name', fits: (name) => labelName.test(name) },
      text(
        'text of at most 128 characters, in quotes where it looks like a number or a truth value',
        /^[^\p{Cc}]{0,128}$/u,
      ),
      'What selectors of specs see, beside the label `node`, which is the name of the node.',
    ),
  }),
  paths: section({
    state: leaf(path, '/var/lib/keelson', 'Journal, store, events and last status.'),
    runtime: leaf(path, '/run/keelson', 'Sockets; empty after a reboot.'),
    manifests: leaf(path, '/etc/kubernetes/manifests', 'Where kubelet looks for static pods.'),
  }),
  mode: section({
    node: leaf(mode, 'enforce', 'observe: everything up to the plan, and no change.'),
    kinds: mapOf(named(kindName), mode, 'The same for single kinds; observe wins.'),
  }),
  sources: section({
    folder: leaf(path, '/etc/keelson/specs.d', 'Specs that lie on this node.'),
    poll: leaf(duration, 5_000, 'How often the folder is looked at where it cannot be watched.'),
  }),
  trust: section({
    threshold: leaf(whole(1, 16), 1, 'Distinct trusted keys that must have signed a spec.'),
    seriesThreshold: mapOf(
      named(seriesPattern),
      whole(1, 16),
      'The same by series; of several that match, the highest.',
    ),
    allowUnsigned: leaf(listOf(seriesPattern), [], 'Series whose specs need no signature. For sandboxes.'),
  }),
  policy: section({
    kinds: leaf(anyOrListOf(kindName), 'any', 'Kinds that specs may use here.'),
    paths: section({
      allow: leaf(listOf(path), ['/'], 'Folders in which specs may own paths.'),
      deny: leaf(listOf(path), [], 'Folders in which they may not, also where allowed.'),
    }),
    limits: section({
      resources: leaf(whole(1, 1_000_000), 5_000, 'Resources of one spec.'),
      bytes: leaf(size, 16 * 2 ** 20, 'Content that one spec carries.'),
    }),
    commands: leaf(anyOrListOf(program), 'any', 'Programs that checks, effects and gates may run.'),
    adoption: leaf(choice('allow', 'deny'), 'allow', 'Whether a spec may take over what is already there.'),
  }),
  foreignManifests: leaf(
    choice('report', 'quarantine', 'ignore'),
    'report',
    'What becomes of manifests that no spec declares.',
  ),
  drift: section({
    settle: leaf(duration, 2_000, 'How long a managed thing may stay changed before it is repaired.'),
    settleZero: leaf(listOf(path), [], 'Paths, and folders, that are repaired at once.'),
  }),
  log: section({
    level: leaf(choice('error', 'warn', 'info', 'debug'), 'info', 'What the journal gets.'),
  }),
  notices: section({
    motd: leaf(orOff(dropIn), NOTICES.motd, 'What a login shows while something is wrong.'),
    issue: leaf(orOff(dropIn), NOTICES.issue, 'The same on a console.'),
  }),
  sockets: section({
    group: optional(
      text('the name of a group', /^[a-z_][a-z0-9_-]{0,31}\$?$/),
      'Whose members may read from the agent; without it, root alone.',
    ),
  }),
  debug: section({
    listen: optional(
      loopback,
      'Where the page and the metrics are served beside agent.sock, to everybody on this machine; without it, nowhere.',
    ),
    profiling: leaf(truth, false, 'Whether /debug/heap and /debug/cpu answer.'),
  }),
});
