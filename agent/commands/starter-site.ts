/** The files of a small site that builds: a role, two nodes, a template, a pod, and a sandbox to try it in. */

/** The first line of each layer tells editors what may stand in it. */
const forEditors = (path: string): string => `# yaml-language-server: $schema=${path}.schema/layer-v1.json\n`;

/** By path, in the order in which one reads them. */
export const STARTER_SITE: Readonly<Record<string, string>> = {
  'README.md': `# A site

What some machines should be, in layers. \`keelson build\` makes one document a node of them; nodes take no other.

| | |
|---|---|
| \`base.yaml\` | what every machine has |
| \`roles/web.yaml\` | what a web server has besides |
| \`nodes/web-a.yaml\`, \`nodes/web-b.yaml\` | what differs on each; the name of the file is the node's |
| \`files/\`, \`pods/\` | what the layers bundle |
| \`sandbox/\` | the settings of an agent that plays web-a in a folder, to try things |
| \`generations.json\`, \`build/\` | come with the first build. Commit the first |

## Try it

\`\`\`sh
keelson validate .
keelson build .
keelson --root sandbox dev
\`\`\`

The last one stays: it is the agent, and tells in words what happens and where its page is. In another terminal:

\`\`\`sh
keelson --root sandbox apply build/web-a.json
keelson --root sandbox status
\`\`\`

Change \`greeting\` in \`nodes/web-a.yaml\`, build and apply again. Write into a file under \`sandbox/etc\` and see it repaired
within seconds. \`keelson build . --show web-a\` says of each value which layer and line it is from.

## Bring it to nodes

\`\`\`sh
keelson keygen ops-1
keelson build . --key ops-1.key
\`\`\`

\`ops-1.yaml\` goes to \`/etc/keelson/trust.d\` of the nodes, or into their image; \`ops-1.key\` stays with you and out of the
repository. On web-a, \`/etc/keelson/config.d/10-node.yaml\` says \`node: { labels: { role: web } }\`, and
\`build/web-a.dsse.json\` goes to \`/etc/keelson/specs.d\`.

\`keelson explain FIELD\` says what a field takes. \`keelson schema --layer > .schema/layer-v1.json\` brings the words for
editors up to the program that you have.
`,
  'base.yaml': `${forEditors('')}# What every machine has.
vars:
  contact: { type: string, default: ops@example.net, description: Who is asked about these machines. }
spec:
  health: { stableFor: 10s, deadline: 2m }
  directories:
    /etc/motd.d: {}
  files:
    /etc/motd.d/50-site:
      from: files/motd
      template: true
`,
  'roles/web.yaml': `${forEditors('../')}# A web server: a pod, and the folder that it reads.
metadata: { series: web, selector: { role: web } }
extends: [../base.yaml]
vars:
  port: { type: integer, min: 1, max: 65535, default: 8080 }
  greeting: { type: string, description: What visitors read; each node says its own. }
spec:
  directories:
    /etc/web: {}
  files:
    /etc/web/site.conf:
      from: files/site.conf
      template: true
      onChange: { "pod:web": restart }
    /etc/web/index.html: { from: files/index.html, template: true }
  staticPods:
    web:
      from: pods/web.yaml
      template: true
      dependsOn: ["file:/etc/web/site.conf", "file:/etc/web/index.html"]
      # Where kubelet runs the pod, let it prove itself before a generation counts as good:
      # gates: [ { http: "http://127.0.0.1:\${vars.port}/" } ]
`,
  'nodes/web-a.yaml': `${forEditors('../')}extends: [../roles/web.yaml]
vars: { greeting: Hello from a }
`,
  'nodes/web-b.yaml': `${forEditors('../')}extends: [../roles/web.yaml]
vars: { greeting: Hello from b, port: 8081 }
`,
  'files/motd': `\${facts.hostname} is managed by Keelson; ask \${vars.contact}.
`,
  'files/site.conf': `server {
  listen \${vars.port};
  root /etc/web;
}
`,
  'files/index.html': `<!doctype html>
<title>\${vars.greeting}</title>
<h1>\${vars.greeting}</h1>
`,
  'pods/web.yaml': `spec:
  hostNetwork: true
  containers:
    - name: web
      image: docker.io/library/nginx:1.29-alpine
      ports: [ { containerPort: "\${vars.port}" } ]
      volumeMounts:
        - { name: config, mountPath: /etc/nginx/conf.d, readOnly: true }
        - { name: config, mountPath: /etc/web, readOnly: true }
  volumes:
    - { name: config, hostPath: { path: /etc/web, type: Directory } }
`,
  'sandbox/etc/keelson/config.d/50-sandbox.yaml': `# An agent that plays web-a. Unsigned documents are for sandboxes.
node: { name: web-a, labels: { role: web } }
trust: { allowUnsigned: [web] }
`,
  '.gitignore': `*.key
/sandbox/run/
/sandbox/var/
`,
};
