import t from 'tap';
import type { Item } from '../../../agent/resources/kind.ts';
import { NO_SHARED_FIELDS, type SharedFields } from '../../../agent/desired/shared-fields.ts';
import { expandPods } from '../../../agent/resources/static-pods/expand.ts';
import { findingsAcross } from '../../../agent/resources/static-pods/across.ts';
import { validateSection } from '../../../agent/resources/static-pods/validate.ts';
import { context, fixture, pod } from './pods.ts';

const listening = (port: object, hostNetwork = false) =>
  pod({ spec: { hostNetwork }, container: { ports: [{ ...port }] } });
const brief = (section: Record<string, unknown>) =>
  validateSection(section).map(({ code, place }) => `${code} ${place?.pointer}`);

t.test('two pods of a load balancer are fine together, as text and as objects', async (t) => {
  const section = {
    haproxy: { content: { inline: fixture('haproxy') } },
    keepalived: { content: { base64: Buffer.from(fixture('keepalived')).toString('base64') } },
    web: { pod: pod() },
  };
  t.same(validateSection(section), []);
  const items = expandPods(section, context);
  t.same(
    items.map(({ address, claims }) => [address, ...claims]),
    [
      [
        'pod:haproxy',
        'path:/etc/kubernetes/manifests/haproxy.json',
        'pod:kube-system/haproxy',
        'port:tcp/6443',
        'port:tcp/8404',
      ],
      ['pod:keepalived', 'path:/etc/kubernetes/manifests/keepalived.json', 'pod:kube-system/keepalived'],
      ['pod:web', 'path:/etc/kubernetes/manifests/web.json', 'pod:default/web'],
    ],
  );
});

t.test('findings of objects have pointers, findings of text have lines in their words', async (t) => {
  const broken = fixture('haproxy').replace('  containers:', '  contianers:');
  const findings = validateSection({
    haproxy: { content: { inline: broken } },
    web: { pod: pod({ spec: { hostPid: true } }) },
  });
  t.match(findings, [
    {
      code: 'KSN-POD-002',
      place: { pointer: '/haproxy/content' },
      message: /^pod:haproxy: spec.contianers .* did you mean containers/,
    },
    { code: 'KSN-POD-002', place: { pointer: '/web/pod/spec/hostPid' }, remedy: 'Write hostPID.' },
  ]);
  t.match(validateSection({ a: { content: { inline: 'x: yes' } } })[0]?.message, '(line 1, column 4 of the text)');
});

t.test('a pod is given once', async (t) => {
  t.same(brief({ a: {}, b: { pod: pod(), content: { inline: '' } } }), ['KSN-POD-018 /a', 'KSN-POD-018 /b']);
  t.same(brief({ a: { content: { base64: '%' } } }), ['KSN-POD-001 /a/content']);
});

t.test('pods that want one port of the host are named', async (t) => {
  const at = '/pod/spec/containers/0/ports/0';
  t.same(
    brief({
      a: { pod: listening({ containerPort: 80, hostPort: 443 }) },
      b: { pod: listening({ containerPort: 443 }, true) },
    }),
    [`KSN-POD-010 /b${at}`],
  );
  t.same(
    brief({
      a: { pod: listening({ containerPort: 53, protocol: 'UDP' }, true) },
      b: { pod: listening({ containerPort: 53 }, true) },
    }),
    [],
  );
  t.same(
    brief({
      a: { pod: listening({ containerPort: 1, hostPort: 1, hostIP: '10.0.0.1' }) },
      b: { pod: listening({ containerPort: 1, hostPort: 1, hostIP: '10.0.0.2' }) },
      c: { pod: listening({ containerPort: 1, hostPort: 1, hostIP: '0.0.0.0' }) },
    }),
    [`KSN-POD-010 /c${at}`],
  );
});

t.test('two pods of one name', async (t) => {
  const named = pod({ metadata: { name: 'a' } });
  t.same(brief({ a: { pod: named }, b: { pod: named } }), [
    'KSN-POD-006 /b/pod/metadata/name',
    'KSN-POD-006 /b/pod/metadata/name',
  ]);
});

t.test('mounts of single managed files and links are refused with the folder to mount', async (t) => {
  const mounting = (path: string) => pod({ spec: { volumes: [{ name: 'v', hostPath: { path } }] } });
  const section = {
    haproxy: { pod: mounting('/etc/haproxy//haproxy.cfg') },
    app: { pod: mounting('/srv/app/current/conf') },
    folder: { pod: mounting('/etc/haproxy') },
    restarted: { pod: mounting('/etc/motd') },
  };
  const all = [
    ...expandPods(section, context),
    item('file:/etc/haproxy/haproxy.cfg'),
    item('link:/srv/app/current'),
    item('directory:/etc/haproxy'),
    item('file:/etc/motd', [{ target: 'pod:restarted', verb: 'restart' }]),
  ];
  t.same(findingsAcross(all.slice(0, 4) as ReturnType<typeof expandPods>, all), [
    {
      code: 'KSN-SPEC-014',
      fault: 'caller',
      message: 'pod:haproxy mounts the file /etc/haproxy/haproxy.cfg. Its replacement is invisible to the container.',
      element: 'pod:haproxy',
      place: { pointer: '/haproxy/pod/spec/volumes/0/hostPath/path' },
      remedy: 'mount /etc/haproxy',
    },
    {
      code: 'KSN-SPEC-014',
      fault: 'caller',
      message:
        'pod:app mounts /srv/app/current/conf through the link /srv/app/current. A new target is invisible to the container.',
      element: 'pod:app',
      place: { pointer: '/app/pod/spec/volumes/0/hostPath/path' },
      remedy: 'mount /srv/app',
    },
  ]);
});

t.test('a file in the manifest folder is no way round the checks', async (t) => {
  const own = expandPods({ web: { pod: pod() } }, context);
  const folder = context.settings.manifestFolder;
  const all = [...own, item(`file:${folder}/x.yaml`), item(`file:${folder}/.x`), item(`file:${folder}/sub/x.yaml`)];
  t.match(findingsAcross(own, all), [{ code: 'KSN-POD-019', element: `file:${folder}/x.yaml` }]);
  t.equal(findingsAcross(own, all).length, 1);
});

function item(address: `${string}:${string}`, onChange: SharedFields['onChange'] = []): Item<unknown> {
  const claim = `path:${address.slice(address.indexOf(':') + 1)}` as const;
  return { address, spec: {}, drift: 'repair', claims: [claim], needs: [], shared: { ...NO_SHARED_FIELDS, onChange } };
}
