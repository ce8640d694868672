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

export const REASON = object(
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

export const FAILURE = object({ error: REASON, findings: list(REASON) }, ['error'], 'Why there is no answer.');

export const READINESS = object(
  {
    ready: { type: 'boolean' },
    unmet: list(object({ code: text, reason: text, next: text, element: text }, ['code', 'reason', 'next'])),
  },
  ['ready', 'unmet'],
);

const GENERATION = object({ series: text, generation: whole, digest: text }, ['series', 'generation', 'digest']);

export const RESOURCE = object(
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
    reason: REASON,
    since: instant,
    detail: text,
  },
  ['address', 'condition', 'since'],
);

export const STATUS = object(
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
    reason: REASON,
    rollbackIncomplete: REASON,
    next: { ...text, description: 'What a person does next.' },
    wanted: GENERATION,
    running: GENERATION,
    lastKnownGood: GENERATION,
    blocked: list(object({ ...(GENERATION['properties'] as object), reason: REASON }, ['generation', 'reason'])),
    mode: { enum: ['observe', 'enforce'] },
    counts: { type: 'object', additionalProperties: whole, description: 'Resources by condition.' },
    total: whole,
    resources: { ...list(RESOURCE), description: 'What is not ok: at most 50, worst first.' },
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
    remarks: list(REASON),
  },
  ['node', 'agentVersion', 'bootId', 'seq', 'at', 'verdict', 'since', 'blocked', 'mode', 'counts', 'total'],
);

export const RESOURCES = list(RESOURCE);

export const EVENT = object(
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
    reason: REASON,
    by: text,
    reasonGiven: text,
  },
  ['type', 'message', 'logId', 'seq', 'at', 'bootId'],
);

export const EVENTS = list(EVENT);

export const PREVIEW = object(
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
