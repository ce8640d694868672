/** What the answers look like, for the OpenAPI document. A test holds the real ones to them. */

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' } as const;
const whole = { type: 'integer', minimum: 0 } as const;
const instant = { type: 'integer', description: 'Milliseconds since 1970, wall time.' } as const;

function object(
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  description?: string,
): Schema {
  return { type: 'object', ...(description !== undefined && { description }), required, properties };
}

const list = (items: Schema): Schema => ({ type: 'array', items });

/** One of {@link SCHEMAS}. */
const ref = (name: string): Schema => ({ $ref: `${name}#` });

const reasonShape: Schema = object(
  {
    code: { ...text, pattern: '^KSN-[A-Z]+-[0-9]+$', description: 'Stable; `keelson explain CODE` says more.' },
    message: text,
    fault: { enum: ['bug', 'caller', 'environment'] },
    element: text,
    place: object({ file: text, line: whole, column: whole, pointer: text }, []),
    remedy: { ...text, description: 'What a person does next.' },
  },
  ['code', 'message', 'fault'],
);

const failureShape: Schema = object(
  { error: ref('Reason'), findings: list(ref('Reason')) },
  ['error'],
  'Why there is no answer.',
);

const readinessShape: Schema = object(
  {
    ready: { type: 'boolean' },
    unmet: list(object({ code: text, reason: text, next: text, element: text }, ['code', 'reason', 'next'])),
  },
  ['ready', 'unmet'],
);

const generationShape: Schema = object({ series: text, generation: whole, digest: text }, [
  'series',
  'generation',
  'digest',
]);

const resourceShape: Schema = object(
  {
    address: { ...text, description: 'Such as file:/etc/x or pod:haproxy.' },
    condition: {
      enum: [
        'ok',
        'placed',
        'changing',
        'waiting',
        'held',
        'differs',
        'contended',
        'failed',
        'unknown',
        'orphaned',
        'foreign',
      ],
    },
    reason: ref('Reason'),
    until: { enum: ['input', 'window', 'reboot', 'approval'], description: 'Of what waits: what ends it.' },
    since: instant,
    detail: text,
  },
  ['address', 'condition', 'since'],
);

const statusShape: Schema = object(
  {
    node: text,
    agentVersion: text,
    bootId: text,
    seq: { ...whole, description: 'Grows by one with each published status.' },
    at: instant,
    lookedAt: { ...instant, description: 'When a look at everything ended last; absent before the first of a run.' },
    verdict: {
      enum: ['OK', 'Changing', 'Waiting', 'Held', 'RolledBack', 'SafeMode', 'Left', 'Observe', 'Degraded', 'Unknown'],
    },
    since: instant,
    reason: ref('Reason'),
    rollbackIncomplete: ref('Reason'),
    next: { ...text, description: 'What a person does next.' },
    reboot: {
      ...object({ needed: { const: true }, why: list(ref('Reason')) }, ['needed', 'why']),
      description: 'There while something waits for a reboot. Absent does not say that none is needed.',
    },
    wanted: ref('Generation'),
    running: ref('Generation'),
    lastKnownGood: ref('Generation'),
    blocked: list(
      object({ ...(generationShape['properties'] as object), reason: ref('Reason') }, ['generation', 'reason']),
    ),
    mode: { enum: ['observe', 'enforce'] },
    counts: { type: 'object', additionalProperties: whole, description: 'Resources by condition.' },
    total: whole,
    resources: { ...list(ref('Resource')), description: 'What is not ok: at most 50, worst first.' },
    overrides: list(
      object(
        {
          id: text,
          kind: { enum: ['hold', 'patch'] },
          address: { type: ['string', 'null'] },
          by: text,
          reason: text,
          since: instant,
          expires: instant,
        },
        ['id', 'address', 'by', 'reason', 'expires'],
      ),
    ),
    remarks: list(ref('Reason')),
  },
  ['node', 'agentVersion', 'bootId', 'seq', 'at', 'verdict', 'since', 'blocked', 'mode', 'counts', 'total'],
);

const eventShape: Schema = object(
  {
    type: text,
    message: text,
    logId: { ...text, description: 'Names the log; with another one numbers begin anew.' },
    seq: whole,
    at: instant,
    bootId: text,
    address: text,
    did: { enum: ['create', 'update', 'delete'] },
    generation: text,
    tx: text,
    reason: ref('Reason'),
    by: text,
    reasonGiven: text,
  },
  ['type', 'message', 'logId', 'seq', 'at', 'bootId'],
);

const planShape: Schema = object(
  {
    basis: object(
      { series: { type: ['string', 'null'] }, generation: { type: ['integer', 'null'] }, journalSeq: whole },
      ['series', 'generation', 'journalSeq'],
    ),
    from: { type: ['string', 'null'] },
    to: { type: ['string', 'null'] },
    signers: list(text),
    waves: { ...list(list({ type: 'object' })), description: 'Changes, in the order in which they would be made.' },
    waits: list({ type: 'object' }),
    notes: list({ type: 'object' }),
    held: list(text),
    busy: list(text),
    implied: list(text),
    same: whole,
    withheld: { type: ['string', 'null'], description: 'Why nothing of it would be done now.' },
  },
  ['basis', 'from', 'to', 'waves', 'waits', 'notes', 'held', 'same', 'withheld'],
);

const specShape: Schema = {
  type: ['object', 'null'],
  description: 'The document, with `{ "redacted": true, "bytes": N }` for what may hold a secret.',
  properties: {
    series: text,
    generation: whole,
    selector: { type: 'object' },
    health: { type: 'object' },
    gates: list({ type: 'object' }),
    sections: { type: 'object', description: 'By kind, then by name.' },
  },
};

const flag = { type: 'boolean' } as const;
const number = { type: 'number' } as const;

const deploymentShape: Schema = object(
  { version: text, checksum: text, image: text, imageDigest: text, pinned: flag },
  [],
);

const factsShape: Schema = object(
  {
    apiVersion: { const: 'keelson.dev/v1' },
    kind: { const: 'NodeFacts' },
    at: instant,
    hostname: text,
    os: object({ id: text, version: text, variant: text, name: text }, []),
    deployments: object(
      {
        by: { enum: ['rpm-ostree', 'bootc'] },
        booted: deploymentShape,
        staged: deploymentShape,
        pending: deploymentShape,
        rollback: deploymentShape,
      },
      ['by'],
      'Absent where the system is no image.',
    ),
    kernel: object({ release: text, architecture: text }, []),
    boot: object({ id: text, uptimeSeconds: whole }, []),
    hardware: object(
      {
        vendor: text,
        model: text,
        family: text,
        board: object({ vendor: text, model: text }, []),
        firmware: object({ vendor: text, version: text, date: text }, []),
        bootsBy: { enum: ['uefi', 'bios'] },
      },
      [],
    ),
    virtualisation: object(
      { machine: { ...text, description: 'As systemd-detect-virt says it; none on bare metal.' }, container: text },
      [],
    ),
    memory: object(
      {
        totalBytes: whole,
        availableBytes: whole,
        swapBytes: whole,
        swapFreeBytes: whole,
        hugepages: list(object({ bytes: whole, total: whole, free: whole }, ['bytes', 'total', 'free'])),
      },
      ['hugepages'],
    ),
    cpu: object(
      {
        model: text,
        vendor: text,
        microcode: text,
        online: text,
        isolated: text,
        threads: whole,
        cores: whole,
        sockets: whole,
      },
      [],
    ),
    numa: list(
      object({ node: whole, cpus: text, memoryBytes: whole, distances: list(whole) }, ['node', 'cpus', 'distances']),
    ),
    disks: list(
      object(
        {
          name: text,
          bytes: whole,
          type: { enum: ['disk', 'raid', 'mapped'] },
          vendor: text,
          model: text,
          transport: text,
          rotational: flag,
          removable: flag,
          readOnly: flag,
          sectorBytes: object({ logical: whole, physical: whole }, ['logical', 'physical']),
          numaNode: whole,
          partitions: list(object({ name: text, bytes: whole }, ['name', 'bytes'])),
        },
        ['name', 'bytes', 'type', 'partitions'],
      ),
    ),
    network: object(
      {
        interfaces: list(
          object(
            {
              name: text,
              type: text,
              mac: text,
              mtu: whole,
              state: text,
              speedMbit: whole,
              driver: text,
              master: text,
              numaNode: whole,
              addresses: list(text),
            },
            ['name', 'type', 'addresses'],
          ),
        ),
        primaryAddress: text,
      },
      ['interfaces'],
    ),
    time: object(
      {
        zone: text,
        sync: object(
          {
            by: { enum: ['chrony', 'timesyncd'] },
            synchronised: flag,
            source: text,
            stratum: whole,
            offsetSeconds: { ...number, description: 'Positive: the clock is behind.' },
          },
          ['by', 'synchronised'],
        ),
      },
      [],
    ),
    identity: object(
      {
        machineId: text,
        system: object({ serial: text, uuid: text }, []),
        board: object({ serial: text }, []),
        chassis: object({ serial: text }, []),
        disks: { type: 'object', additionalProperties: object({ serial: text, wwid: text }, []) },
      },
      ['disks'],
      'For root alone.',
    ),
    unknown: list(object({ fact: text, reason: ref('Reason') }, ['fact', 'reason'])),
  },
  [
    'apiVersion',
    'kind',
    'at',
    'os',
    'kernel',
    'boot',
    'hardware',
    'virtualisation',
    'memory',
    'cpu',
    'numa',
    'disks',
    'network',
    'time',
    'unknown',
  ],
  'What is not there cannot be told, or the machine has it not.',
);

/** By name, for the document. */
export const SCHEMAS: readonly Schema[] = Object.entries({
  Reason: reasonShape,
  Failure: failureShape,
  Readiness: readinessShape,
  Generation: generationShape,
  Resource: resourceShape,
  Status: statusShape,
  Event: eventShape,
  Plan: planShape,
  Spec: specShape,
  Facts: factsShape,
}).map(([name, shape]) => ({ $id: name, ...shape }));

export const FAILURE = ref('Failure');
export const READINESS = ref('Readiness');
export const STATUS = ref('Status');
export const RESOURCES = list(ref('Resource'));
export const PREVIEW = ref('Plan');
export const EVENTS = list(ref('Event'));
export const SPECS = object({ wanted: ref('Spec'), running: ref('Spec') }, ['wanted', 'running']);
export const FACTS = ref('Facts');
