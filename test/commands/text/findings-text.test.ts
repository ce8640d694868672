import t from 'tap';
import { failureText, findingsSum, findingsText } from '../../../agent/commands/text/findings-text.ts';

const file = 'roles/lb.yaml';

t.test('findings read as in experience.md, in the order of the document', async (t) => {
  const findings = [
    {
      code: 'KSN-SPEC-014',
      message: 'pod:haproxy mounts the file /etc/haproxy/haproxy.cfg. Its replacement is invisible to the container.',
      fault: 'caller',
      place: { file, line: 38, column: 7 },
      remedy: 'mount /etc/haproxy',
    },
    {
      code: 'KSN-SPEC-022',
      message: 'vars.vrrpPriority has no value for lb-c',
      fault: 'caller',
      place: { file, line: 9, column: 3 },
      remedy: 'set it in nodes/lb-c.yaml',
    },
  ] as const;
  t.strictSame(findingsText(findings), [
    'roles/lb.yaml:9:3   KSN-SPEC-022  vars.vrrpPriority has no value for lb-c',
    '   Fix: set it in nodes/lb-c.yaml',
    'roles/lb.yaml:38:7  KSN-SPEC-014  pod:haproxy mounts the file /etc/haproxy/haproxy.cfg',
    '   Its replacement is invisible to the container.  Fix: mount /etc/haproxy',
  ]);
  t.equal(findingsSum(findings), '2 errors. Nothing was written.');
});

t.test('one failure is its code, what happened and the remedy', async (t) => {
  t.strictSame(failureText({ code: 'KSN-CTL-001', message: 'no agent', fault: 'environment', remedy: 'start it' }), [
    'KSN-CTL-001 no agent',
    '   Fix: start it',
  ]);
});
