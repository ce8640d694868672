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
}).map(([name, shape]) => ({ $id: name, ...shape }));

export const FAILURE = ref('Failure');
export const READINESS = ref('Readiness');
export const STATUS = ref('Status');
export const RESOURCES = list(ref('Resource'));
export const PREVIEW = ref('Plan');
export const EVENTS = list(ref('Event'));
export const SPECS = object({ wanted: ref('Spec'), running: ref('Spec') }, ['wanted', 'running']);
