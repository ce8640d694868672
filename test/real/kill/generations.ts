/**
 * The generations that a node under fire is told: two good ones that differ in almost everything, and bad ones that
 * fail at the check of a staged file, at an effect, or at a gate. Over thirty resources of all kinds each.
 */

export type Bad = 'check' | 'effect' | 'gate';
export type Variant = 'A' | 'B' | Bad;

/** What lies there before Keelson; some of it is taken over, and given back. */
export const FOUND: Readonly<Record<string, string>> = {
  '/etc/chrony.conf': 'server found\n',
  '/etc/taken.conf': 'theirs\n',
  '/etc/other': 'never ours\n',
};

/** Never changed by any generation: what a hand edits here is repaired, and gets into no rollback. */
export const STABLE: readonly string[] = Array.from({ length: 8 }, (_, n) => `/etc/stable/${n}.conf`);

/** Whose change owes an effect: a service that writes down what it was told, and refuses what says so. */
export const SERVICES: readonly string[] = ['/etc/svc/one.conf', '/etc/svc/two.conf', '/etc/svc/a-only.conf'];

/** Why each bad one is rolled back. */
export const REASONS: Readonly<Record<Bad, RegExp>> = {
  check: /^KSN-\S+ .*grep/u,
  effect: /^KSN-EXEC-003 .*exit 1/u,
  gate: /^KSN-GATE-\S+ .*\/run\/never/u,
};

export interface Places {
  /** The root as the host names it: what effects run is not rooted. */
  readonly root: string;
  /** Where services write down what they read. */
  readonly effects: string;
}

type Section = Record<string, object>;

const file = (inline: string, more: object = {}): object => ({ content: { inline }, ...more });
const pod = (name: string, image: string, more: object = {}): object => ({
  pod: { metadata: { name }, spec: { containers: [{ name, image: `localhost/${name}:${image}` }] } },
  ...more,
});
const many = (count: number, make: (n: number) => [string, object]): Section =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => make(n)));

const SERVICE = [
  'told=$(cat "$1" 2>/dev/null || echo gone)',
  'printf "%s|%s|%s\\n" "$KEELSON_EFFECT_ID" "$2" "$told" >> "$3"',
  'case $told in *refused*) exit 1 ;; esac',
].join('\n');

export function isBad(variant: Variant): variant is Bad {
  return variant !== 'A' && variant !== 'B';
}

/** A document as it lies in the folder of specs. `deadline`: how long a gate that never holds is waited for. */
export function documentOf(generation: number, variant: Variant, places: Places, deadline = '300ms'): string {
  const health = variant === 'gate' ? { stableFor: '0s', deadline } : { stableFor: '50ms', deadline: '20s' };
  return JSON.stringify({
    apiVersion: 'keelson.dev/v1',
    kind: 'NodeSpec',
    metadata: { series: 'kill', generation },
    spec: { health, ...sections(variant, places) },
  });
}

export function resourcesOf(variant: Variant): number {
  const all = Object.values(sections(variant, { root: '/', effects: '/effects' }));
  return all.reduce((sum, section) => sum + Object.keys(section).length, 0);
}

function sections(variant: Variant, places: Places): Readonly<Record<string, Section>> {
  const here = variant === 'A' || variant === 'B' ? variant : 'C';
  const service = (path: string, inline: string, more: object = {}): [string, object] => [
    path,
    file(inline, {
      onChange: {
        [`command:${path.slice('/etc/svc/'.length)}`]: {
          exec: ['sh', '-c', SERVICE, 'service', `${places.root}${path}`, path, places.effects],
        },
      },
      ...more,
    }),
  ];
  const common = {
    ...Object.fromEntries(STABLE.map((path) => [path, file(`${path} stays\n`)])),
    ...many(10, (n) => [`/etc/app/${n}.conf`, file(n % 2 === 0 ? `${here} ${n}\n` : `same ${n}\n`)]),
    '/etc/chrony.conf': file(`server ${here}\n`),
    '/etc/secret.key': file(`${here} hunter2\n`, { mode: here === 'B' ? '0400' : '0600' }),
    ...Object.fromEntries([
      service('/etc/svc/one.conf', `one of ${here}\n`, variant === 'gate' ? { gates: [{ file: '/run/never' }] } : {}),
      service('/etc/svc/two.conf', `two of ${here}${variant === 'effect' ? ' refused' : ''}\n`),
    ]),
  };
  const web = pod('web', here.toLowerCase(), { dependsOn: ['file:/etc/svc/one.conf'] });
  switch (here) {
    case 'A':
      return {
        directories: { '/var/lib/app': { mode: '0750' }, '/var/lib/only-a': {} },
        files: {
          ...common,
          '/etc/taken.conf': file('ours\n'),
          '/etc/shape': file('a file\n'),
          '/var/lib/only-a/inside': file('x\n'),
          ...Object.fromEntries([service('/etc/svc/a-only.conf', 'three of A\n')]),
        },
        links: { '/etc/app/current': { target: '0.conf' }, '/etc/only-a': { target: 'app/current' } },
        staticPods: { web, retired: pod('retired', 'a') },
      };
    case 'B':
      return {
        directories: { '/var/lib/app': { mode: '0700' }, '/var/lib/new': {}, '/var/lib/new/deep': { mode: '0711' } },
        files: { ...common, ...many(4, (n) => [`/var/lib/new/deep/${n}`, file(`deep ${n}\n`)]) },
        links: { '/etc/app/current': { target: '2.conf' }, '/etc/shape': { target: 'app' } },
        staticPods: { web, side: pod('side', 'b', { dependsOn: ['pod:web'] }) },
      };
    case 'C':
      return {
        directories: { '/var/lib/app': { mode: '0755' }, '/etc/shape': { mode: '0700' }, '/var/lib/bad': {} },
        files: {
          ...common,
          '/etc/shape/inside': file('a folder\n'),
          '/var/lib/bad/file': file('bad\n'),
          '/etc/checked.conf': file(variant === 'check' ? 'bad\n' : 'good\n', {
            check: { exec: ['grep', '-q', 'good', '{staged}'] },
          }),
        },
        links: { '/etc/app/current': { target: '4.conf' }, '/etc/app/bad': { target: '/nowhere' } },
        staticPods: { web, bad: pod('bad', 'c') },
      };
  }
}
