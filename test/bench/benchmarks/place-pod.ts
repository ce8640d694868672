/** A verified spec with a changed pod is handed to the engine; how long until its manifest is durable on disk. */
import { AgentHandle } from '../agent-handle.ts';
import type { Benchmark } from '../benchmark.ts';
import { signedSpec, type Sections } from '../document.ts';
import { milliseconds, percentile } from '../statistics.ts';

const GOAL_MS = 50;
const GENERATIONS = 120;
/** What a load balancer has beside its pod. */
const FILES = 30;

export const placePod: Benchmark = {
  name: 'place-pod',
  what: `${GENERATIONS} generations of one static pod beside ${FILES} files: accept → manifest durable`,
  goal: `p99 ≤ ${GOAL_MS} ms`,
  async run(ground) {
    const root = ground.fresh('root');
    await using agent = await AgentHandle.open(root, 2_000);
    await agent.bringAbout(signedSpec(1, sectionsOf(1)));
    ground.quiet();
    const took: number[] = [];
    const fromDocument: number[] = [];
    for (let generation = 2; generation < GENERATIONS + 2; generation += 1) {
      const { judged, applied } = await agent.bringAbout(signedSpec(generation, sectionsOf(generation)));
      took.push(applied - judged);
      fromDocument.push(applied);
    }
    const p99 = percentile(took, 99);
    return [
      {
        name: 'accept → static pod on disk p99',
        ours: `p50 ${milliseconds(percentile(took, 50))}, p99 ${milliseconds(p99)}`,
        reference: `goal: ${GOAL_MS} ms`,
        ratio: p99 / GOAL_MS,
        goal: 1,
        samples: { unit: 'ms', ours: took, fromDocument },
      },
    ];
  },
};

function sectionsOf(generation: number): Sections {
  const files = Array.from({ length: FILES }, (_, index) => [
    `/etc/haproxy/part-${index}.cfg`,
    { content: { inline: `# part ${index}\nbackend b${index}\n` } },
  ]);
  const pod = {
    metadata: { labels: { app: 'haproxy' } },
    spec: {
      hostNetwork: true,
      containers: [
        {
          name: 'haproxy',
          image: `registry.example.net/haproxy:3.${generation}`,
          volumeMounts: [{ name: 'config', mountPath: '/usr/local/etc/haproxy', readOnly: true }],
        },
      ],
      volumes: [{ name: 'config', hostPath: { path: '/etc/haproxy', type: 'Directory' } }],
    },
  };
  return { files: Object.fromEntries(files) as Sections[string], staticPods: { haproxy: { pod } } };
}
