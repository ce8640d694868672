/**
 * The schema of the fields that every resource shares; a kind spreads {@link sharedProperties} into its own, or
 * {@link contentlessProperties}.
 */
import { Type, type TObject, type TProperties, type TSchema } from '@sinclair/typebox';
import { SIGNALS, TARGET_PATTERN, UNIT_PATTERN } from './on-change.ts';
import { PORT_GATES } from './gates.ts';
import { ADDRESS_PATTERN, KEY_MEANING, durationType, pathType, patternType } from './value-types.ts';

const closed = { additionalProperties: false } as const;

/** A program with its arguments; no shell reads it. */
export const argvType = Type.Array(Type.String({ minLength: 1, pattern: '^[^\u0000]*$' }), {
  minItems: 1,
  maxItems: 256,
  examples: [['/usr/bin/systemctl', 'is-active', 'chronyd']],
  description:
    'A program and its arguments. No shell reads them; `{staged}` stands for the path of the staged file where there is one.',
});

const everyGate = {
  boot: Type.Optional(
    Type.Boolean({
      description:
        'The boot is to count as complete only when this gate holds too: recorded, and takes effect with boot-complete in a later release.',
      default: false,
    }),
  ),
  timeout: Type.Optional(durationType('How long one look may take. Default: 5s, of commands 10s.')),
} as const;

/** What the argument of a gate must be; what no part of the agent answers yet is taken as it stands. */
const portArguments: Readonly<Partial<Record<string, TSchema>>> = {
  unitActive: patternType(`^${UNIT_PATTERN}$`, "a unit: 'chronyd.service'", 'Is active: a unit of systemd.', {
    examples: ['chronyd.service'],
  }),
};

function portGate(port: string): TObject {
  return Type.Object(
    {
      [port]: portArguments[port] ?? Type.Unknown({ description: `What must hold of ${port}.` }),
      for: Type.Optional(durationType('How long it must have held.', { examples: ['5m'] })),
      ...everyGate,
    },
    { ...closed, required: [port] },
  );
}

/** One condition: exactly one of http, tcp, file, exec, or a gate that a part of the agent answers. */
export const gateType = Type.Union(
  [
    Type.Object(
      {
        http: patternType(
          '^https?://[^\\s@#]+$',
          "a URL: 'http://127.0.0.1:8404/healthz'",
          'Answers a GET with an accepted status.',
          { examples: ['http://127.0.0.1:8404/healthz'] },
        ),
        status: Type.Optional(
          Type.Array(Type.Integer({ minimum: 100, maximum: 599 }), {
            minItems: 1,
            description: 'Accepted status codes. Default: any 2xx.',
            examples: [[200, 204]],
          }),
        ),
        contains: Type.Optional(
          Type.String({ minLength: 1, description: 'Text that the body must hold.', examples: ['ready'] }),
        ),
        insecure: Type.Optional(Type.Boolean({ description: 'Do not check the server certificate.', default: false })),
        ...everyGate,
      },
      closed,
    ),
    Type.Object(
      {
        tcp: patternType(
          '^(?:\\[[0-9A-Fa-f:.%a-z]+\\]|[^\\s:/\\[\\]]+):[0-9]{1,5}$',
          "HOST:PORT: '127.0.0.1:6443', '[::1]:443'",
          'Accepts a connection.',
          { examples: ['127.0.0.1:6443'] },
        ),
        ...everyGate,
      },
      closed,
    ),
    Type.Object(
      {
        file: pathType('Exists (or not, with absent).'),
        contains: Type.Optional(
          Type.String({ minLength: 1, description: 'Text that the file must hold.', examples: ['ready'] }),
        ),
        absent: Type.Optional(Type.Boolean({ description: 'The file must not be there.', default: false })),
        ...everyGate,
      },
      closed,
    ),
    Type.Object({ exec: argvType, ...everyGate }, closed),
    ...PORT_GATES.map(portGate),
  ],
  { description: 'A condition that must hold: http, tcp, file, exec, or one of the host.' },
);

export const gatesType = Type.Array(gateType, {
  maxItems: 64,
  description: 'Conditions that must hold before a generation counts as good.',
});

const reactionType = Type.Union(
  [
    Type.Literal('reload'),
    Type.Literal('restart'),
    Type.Object(
      {
        signal: Type.Union(
          SIGNALS.map((name) => Type.Literal(name)),
          { description: 'The signal that is sent.' },
        ),
      },
      closed,
    ),
    Type.Object(
      { exec: argvType, timeout: Type.Optional(durationType('Killed after this.', { default: '10s' })) },
      closed,
    ),
  ],
  { description: 'What is done to the target: reload, restart, a signal, or a command.' },
);

export const sharedProperties = {
  dependsOn: Type.Optional(
    Type.Array(
      patternType(ADDRESS_PATTERN, "an address: 'file:/etc/x', 'pod:haproxy'", 'The address of a resource.', {
        examples: ['file:/etc/haproxy/haproxy.cfg'],
      }),
      {
        uniqueItems: true,
        maxItems: 256,
        description: 'Resources that come first.',
      },
    ),
  ),
  gates: Type.Optional(gatesType),
  check: Type.Optional(
    Type.Object(
      {
        exec: argvType,
        timeout: Type.Optional(durationType('Killed after this; counts as failed.', { default: '10s' })),
        pod: Type.Optional(
          Type.String({ description: 'Run inside this pod (not in this release).', examples: ['haproxy'] }),
        ),
      },
      { ...closed, description: 'Run on the staged content before it is published; anything but exit 0 refuses it.' },
    ),
  ),
  onChange: Type.Optional(
    Type.Object(
      {},
      {
        patternProperties: { [TARGET_PATTERN]: reactionType },
        additionalProperties: false,
        maxProperties: 64,
        description: 'What a change owes, by target.',
        examples: [
          { 'unit:chronyd.service': 'restart' },
          { 'command:reindex': { exec: ['/usr/bin/updatedb'], timeout: '1m' } },
        ],
        [KEY_MEANING]:
          "a target: 'unit:NAME.service', 'pod:NAME', 'process:NAME', 'pidfile:/run/x.pid' or 'command:NAME'",
      },
    ),
  ),
  onRemove: Type.Optional(
    Type.Union([Type.Literal('delete'), Type.Literal('restore'), Type.Literal('keep')], {
      description: 'When the resource leaves the spec. Default: delete what we made, restore what we took over.',
    }),
  ),
  drift: Type.Optional(
    Type.Union([Type.Literal('repair'), Type.Literal('report'), Type.Literal('ignore')], {
      description: 'What to do when it is changed from outside.',
      default: 'repair',
    }),
  ),
  waitLimit: Type.Optional(
    durationType('Waiting longer than this counts as failing. Default: wait for ever.', { examples: ['1h'] }),
  ),
  note: Type.Optional(Type.String({ maxLength: 500, description: 'For people.', examples: ['asked for by ana'] })),
  guard: Type.Optional(
    Type.Object(
      {
        reach: Type.Array(
          patternType(
            '^(?:coordinator|tcp:(?:\\[[^\\s\\]]+\\]|[^\\s:]+):[0-9]{1,5})$',
            "'coordinator' or 'tcp:HOST:PORT'",
            'What must answer.',
            { examples: ['tcp:10.20.0.12:22'] },
          ),
          {
            minItems: 1,
            maxItems: 16,
            description: 'What must be reachable after the change.',
          },
        ),
        within: durationType('Undone when it is not reached within this.', { examples: ['30s'] }),
      },
      { ...closed, description: 'An undo that works without the agent, for a change that may cut it off.' },
    ),
  ),
} as const satisfies TProperties;

const { check: _, ...others } = sharedProperties;

/** For kinds that publish no bytes: a check would have nothing to judge. */
export const contentlessProperties = others;
