/** The head of a NodeSpec and its sections, as a schema: built from the kinds, so that it never lags behind them. */
import { Type, type TObject, type TProperties, type TSchema } from '@sinclair/typebox';
import type { AnyKind } from '../resources/kind.ts';
import { nested } from './section-place.ts';
import { gatesType } from './shared-schema.ts';
import { KEY_EXAMPLE, KEY_MEANING, durationType, patternType } from './value-types.ts';

const closed = { additionalProperties: false } as const;

export const API_VERSION = 'keelson.dev/v1';

/** What only exists before `keelson build`. */
export const AUTHORING_KEYS: readonly string[] = ['extends', 'vars', 'from', 'template'];

const series = {
  pattern: '^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$',
  expected: "small letters, digits, '-' and '.', at most 63: 'lb', 'gpu-compute'",
} as const;

const seriesType = patternType(
  series.pattern,
  series.expected,
  'Names the numbered line of specs that this one belongs to. Keys and the replay guard are bound to it.',
  { examples: ['lb'] },
);

/** What is expected of the name of a series instead; null where it is one. */
export function misfitSeries(name: string): string | null {
  return new RegExp(series.pattern, 'u').test(name) ? null : series.expected;
}

const generationType = (description: string): TSchema =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description, examples: [42] });

const labelsType = (description: string): TSchema =>
  Type.Object(
    {},
    {
      patternProperties: {
        '^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,251}[A-Za-z0-9])?$': patternType(
          '^[^\\s$]{0,253}$',
          'text without spaces, at most 253 characters',
          'The value of the label.',
        ),
      },
      additionalProperties: false,
      maxProperties: 64,
      description,
      examples: [{ role: 'lb' }],
      [KEY_MEANING]: "a label: letters, digits, '.', '_', '/' and '-'",
    },
  );

/** The document with the given schemas under `spec`. */
export function documentSchema(sections: TProperties): TObject {
  return Type.Object(
    {
      apiVersion: Type.Literal(API_VERSION, { description: `Always '${API_VERSION}'.` }),
      kind: Type.Literal('NodeSpec', { description: "Always 'NodeSpec'." }),
      metadata: Type.Object(
        {
          series: seriesType,
          generation: generationType(
            'Grows with every spec of the series; a node takes only what is newer than all it took before.',
          ),
          selector: Type.Optional(labelsType('Labels that a node must have itself to take the spec.')),
          labels: Type.Optional(labelsType('For people and tools; a node does not look at them.')),
        },
        { ...closed, description: 'Which spec this is, and for whom.' },
      ),
      requires: Type.Optional(
        Type.Object(
          {
            agent: Type.Optional(
              Type.String({
                maxLength: 200,
                description: "Versions of the agent that may take the spec: '>=1.2'.",
                examples: ['>=1.2'],
              }),
            ),
          },
          { ...closed, description: 'What the node must have.' },
        ),
      ),
      notAfter: Type.Optional(
        patternType(
          '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})$',
          "a time as RFC 3339 writes it: '2026-11-24T06:00:00Z'",
          'No node accepts the spec after this. One that has accepted it keeps it.',
          { examples: ['2027-01-31T06:00:00Z'] },
        ),
      ),
      floor: Type.Optional(generationType('No unsigned rollback goes below this generation.')),
      spec: Type.Object(
        {
          health: Type.Optional(
            Type.Object(
              {
                stableFor: Type.Optional(
                  durationType('How long every gate must hold without a break.', {
                    default: '10s',
                    examples: ['60s'],
                  }),
                ),
                deadline: Type.Optional(durationType('From the last change to the verdict.', { default: '10m' })),
              },
              { ...closed, description: 'When a generation counts as good.' },
            ),
          ),
          gates: Type.Optional(gatesType),
          ...sections,
        },
        { ...closed, description: 'The desired state, by kind.' },
      ),
    },
    { ...closed, title: 'Keelson NodeSpec', description: 'The desired state of one node.' },
  );
}

/** For reading: sections are looked at one resource at a time, so that faults stay bounded. */
export function headSchema(kinds: readonly AnyKind[]): TObject {
  return documentSchema(
    grouped(kinds.map(({ name }) => [name, Type.Optional(Type.Object({}, { additionalProperties: true }))] as const)),
  );
}

/** For publishing: everything in one. */
export async function completeSchema(kinds: readonly AnyKind[]): Promise<TObject> {
  const sections = kinds.map(
    async (kind) => [kind.name, Type.Optional(sectionSchema(kind, await kind.schema()))] as const,
  );
  return documentSchema(grouped(await Promise.all(sections)));
}

/** What groups of sections hold, in words. */
const groupWords: Readonly<Record<string, string>> = { kernel: 'The kernel of the node.' };

function grouped(sections: readonly (readonly [string, TSchema])[]): TProperties {
  return nested<TSchema>(sections, (name, members) =>
    Type.Optional(Type.Object({ ...members }, { ...closed, description: groupWords[name] ?? '' })),
  );
}

/** A section with the example of its kind, where it has one. */
function exampleOf({ examples, [KEY_EXAMPLE]: key }: TSchema): { readonly examples?: readonly unknown[] } {
  const [example] = (examples as readonly unknown[] | undefined) ?? [];
  return typeof key === 'string' && example !== undefined ? { examples: [{ [key]: example }] } : {};
}

function sectionSchema(kind: AnyKind, resource: TSchema): TSchema {
  return Type.Object(
    {},
    {
      patternProperties: { [kind.key.pattern.source]: resource },
      additionalProperties: false,
      description: `Each key is ${kind.key.meaning}.`,
      ...exampleOf(resource),
      [KEY_MEANING]: kind.key.meaning,
    },
  );
}
