import { Type } from '@sinclair/typebox';
import { sharedProperties } from '../../desired/shared-schema.ts';
import { KEY_EXAMPLE, patternType } from '../../desired/value-types.ts';

const text = `spec:
  containers:
    - { name: haproxy, image: "registry.example.net/haproxy:3" }
`;

export const podResource = Type.Object(
  {
    pod: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description:
            'A Kubernetes Pod (v1). apiVersion, kind and metadata.name may be left out: the key is the name. The namespace is `default` unless given. Checked strictly: an unknown field is an error.',
        },
      ),
    ),
    content: Type.Optional(
      Type.Union(
        [
          Type.Object(
            { inline: Type.String({ description: 'The Pod as YAML or JSON text.', examples: [text] }) },
            { additionalProperties: false },
          ),
          Type.Object(
            {
              base64: Type.String({
                contentEncoding: 'base64',
                description: 'The same, as base64.',
                examples: [Buffer.from(text).toString('base64')],
              }),
            },
            { additionalProperties: false },
          ),
        ],
        { description: 'The Pod as text. Instead of `pod`.' },
      ),
    ),
    manifest: Type.Optional(
      patternType(
        '^[a-z0-9][a-z0-9.-]*[.](?:json|yaml|yml)$',
        "the name of the pod with .json, .yaml or .yml: 'haproxy.yaml'",
        'The file in the manifest folder. Default: NAME.json; another name only for a pod that was there before Keelson, since kubelet starts a pod anew whose file has another name.',
        { examples: ['haproxy.yaml'] },
      ),
    ),
    ...sharedProperties,
  },
  {
    additionalProperties: false,
    description:
      'A pod that kubelet runs from its manifest folder, without an API server. Needs no ConfigMap, Secret or ServiceAccount; reads its files from mounted folders.',
    examples: [
      {
        pod: { spec: { containers: [{ name: 'haproxy', image: 'docker.io/library/haproxy:3.2.4-alpine' }] } },
        dependsOn: ['file:/etc/haproxy/haproxy.cfg'],
        gates: [{ http: 'http://127.0.0.1:8404/healthz' }],
      },
      { content: { inline: text } },
    ],
    [KEY_EXAMPLE]: 'haproxy',
  },
);
