import t from 'tap';
import { PLAIN_QUERY } from '../../../agent/debug/page/page-query.ts';
import { resourceList, ROWS_PER_PAGE, waitingList } from '../../../agent/debug/page/resource-list.ts';
import { largeView, pageView } from '../../support/page-views.ts';

const addresses = (list: ReturnType<typeof resourceList>): readonly string[] => list.rows.map(({ address }) => address);

t.test('what differs, worst first; what waits is listed by itself, longest first', async (t) => {
  const { resources } = pageView('Degraded');
  t.strictSame(addresses(resourceList(resources, PLAIN_QUERY)), [
    'file:/etc/chrony.conf',
    'file:/etc/sysconfig/nftables.conf',
    'pod:foreign/other.yaml',
  ]);
  const waiting = pageView('Waiting').resources;
  t.strictSame(addresses(resourceList(waiting, PLAIN_QUERY)), []);
  t.strictSame(
    waitingList(waiting).map(({ address }) => address),
    ['file:/etc/haproxy/stats.cfg', 'pod:haproxy'],
  );
});

t.test('filter and search', async (t) => {
  const { resources } = pageView('Degraded');
  const found = (query: Partial<typeof PLAIN_QUERY>) =>
    addresses(resourceList(resources, { ...PLAIN_QUERY, ...query }));
  t.equal(found({ show: 'all' }).length, resources.length);
  t.strictSame(found({ show: 'contended' }), ['file:/etc/sysconfig/nftables.conf']);
  t.strictSame(found({ search: ' ANSIBLE ' }), ['file:/etc/sysconfig/nftables.conf'], 'in the reason');
  t.strictSame(found({ search: 'ksn-file-017' }), ['file:/etc/chrony.conf'], 'in the code');
  t.strictSame(found({ show: 'all', search: 'no kubelet' }), ['pod:haproxy', 'pod:keepalived'], 'in the detail');
  t.strictSame(found({ search: 'no such thing' }), []);
});

t.test('a page of them, however many there are, and the last one where a later one is asked for', async (t) => {
  const { resources } = largeView(1_000);
  const list = resourceList(resources, { ...PLAIN_QUERY, show: 'all', page: 99 });
  t.match(list, { page: 10, pages: 10, found: 1_000 });
  t.equal(list.rows.length, ROWS_PER_PAGE);
});
