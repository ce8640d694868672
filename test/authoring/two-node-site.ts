/** A site with a bit of everything: a template, a binary file, a Pod, variables of several types. */
import { HEAD, type SiteTree } from './site-maker.ts';

export const role = `${HEAD}vars:
  port: { type: integer, min: 1 }
  peers: { type: list, of: ip, default: [10.0.0.1, 10.0.0.2], join: ", " }
  name: { type: string, default: "a \${b}" }
spec:
  gates: [ { tcp: "127.0.0.1:\${vars.port}" } ]
  files:
    /etc/a: { from: files/a, template: true, note: "for \${vars.name} on \${facts.hostname}, $\${x}" }
    /etc/b: { from: files/b }
  staticPods:
    web: { from: pods/web.yaml, template: true }
`;
export const site: SiteTree = {
  'roles/lb.yaml': role,
  'nodes/lb-a.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8080 }\n',
  'nodes/lb-b.yaml': 'extends: [../roles/lb.yaml]\nvars: { port: 8081 }\n',
  'files/a': 'peers ${vars.peers}; port ${vars.port}; $${literal} ${vars.name}\n',
  'files/b': { file: new Uint8Array([0xff, 0xfe, 0]) },
  'pods/web.yaml':
    'spec:\n  containers:\n    - name: web\n      image: registry.example.net/web:1\n      args: ["$${HOME}", "${vars.name}"]\n      ports: [ { containerPort: "${vars.port}" } ]\n  volumes: [ { name: tmp, emptyDir: {} } ]\n',
};
