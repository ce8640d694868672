/** Two small kinds, so that these tests do not hang on the real ones: `boxes` own a path, `folders` what lies above. */
import { Type } from '@sinclair/typebox';
import { specError } from '../../agent/desired/errors.ts';
import { sharedOf, NO_SHARED_FIELDS } from '../../agent/desired/shared-fields.ts';
import { sharedProperties } from '../../agent/desired/shared-schema.ts';
import { KeelsonError } from '../../agent/base/errors.ts';
import { SpecChecker, type Checked } from '../../agent/desired/spec-checker.ts';
import { validateDocument } from '../../agent/desired/validate.ts';
import { modeType, sizeType } from '../../agent/desired/value-types.ts';
import type { Facts } from '../../agent/desired/facts.ts';
import type { AnyKind, ExpandContext, Fingerprint, Item, Kind, KindSettings } from '../../agent/resources/kind.ts';

type Section = Readonly<Record<string, unknown>>;

const unused = (): never => {
  throw new Error('not in these tests');
};

function kind(
  given: Pick<Kind<unknown, unknown>, 'name' | 'prefix' | 'schema' | 'expand'> & Partial<Kind<unknown, unknown>>,
): AnyKind {
  return {
    stateVersion: 1,
    key: { pattern: /^\/[a-z0-9./-]+$/u, meaning: 'an absolute path' },
    observe: unused,
    plan: unused,
    same: unused,
    stage: unused,
    apply: unused,
    probe: unused,
    ...given,
  };
}

export const boxes = kind({
  name: 'boxes',
  prefix: 'box',
  schema: async () =>
    Type.Object(
      {
        mode: Type.Optional(modeType('Bits.', '0644')),
        size: Type.Optional(sizeType('How large.')),
        lid: Type.Optional(Type.Union([Type.Literal('open'), Type.Literal('shut')])),
        words: Type.Optional(Type.Array(Type.String({ maxLength: 5 }), { maxItems: 3, uniqueItems: true })),
        level: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
        tree: Type.Optional(Type.Boolean()),
        content: Type.Optional(
          Type.Union([
            Type.Object(
              { inline: Type.String(), facts: Type.Optional(Type.Boolean()) },
              { additionalProperties: false },
            ),
            Type.Object({ base64: Type.String() }, { additionalProperties: false }),
          ]),
        ),
        ...sharedProperties,
      },
      { additionalProperties: false },
    ),
  validate: (section) =>
    Object.entries(section).flatMap(([key, raw]) =>
      (raw as { level?: number }).level === 7
        ? [specError('KSN-SPEC-013', 'no 7s', { place: { pointer: `/${key.replaceAll('/', '~1')}/level` } }).toReason()]
        : [],
    ),
  expand: (section: Section, context: ExpandContext) =>
    Object.entries(section).map(([path, value]): Item<unknown> => {
      const raw = value as { content?: { inline?: string; base64?: string }; tree?: boolean };
      const bytes = Buffer.from(raw.content?.inline ?? raw.content?.base64 ?? '');
      const shared = sharedOf(value);
      return {
        address: `box:${path}`,
        spec: value,
        drift: shared.drift,
        claims: [raw.tree === true ? `tree:${path}` : `path:${path}`],
        needs: [],
        shared,
        contents: new Map([[context.fingerprint(bytes), bytes]]),
      };
    }),
});

export const folders = kind({
  name: 'folders',
  prefix: 'directory',
  schema: async () =>
    Type.Object({ exclusive: Type.Optional(Type.Boolean()), ...sharedProperties }, { additionalProperties: false }),
  expand: (section: Section) =>
    Object.entries(section).map(([path, value]) =>
      folder(path, value, (value as { exclusive?: boolean }).exclusive === true),
    ),
  imply: (claims, declared) => {
    const above = claims
      .filter(({ claim }) => claim.startsWith('path:'))
      .flatMap(({ claim }) => ancestors(claim.slice(5)));
    return [...new Set(above)]
      .filter((path) => !declared.has(`directory:${path}`))
      .map((path) => folder(path, {}, false));
  },
});

function folder(path: string, value: unknown, exclusive: boolean): Item<unknown> {
  return {
    address: `directory:${path}`,
    spec: {},
    drift: 'repair',
    claims: [`path:${path}`, ...(exclusive ? ([`tree:${path}`] as const) : [])],
    needs: [],
    shared: { ...NO_SHARED_FIELDS, ...sharedOf(value) },
  };
}

function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

export const fakeKinds: readonly AnyKind[] = [boxes, folders];
export const checker = await SpecChecker.of(fakeKinds);
export const settings: KindSettings = { manifestFolder: '/etc/kubernetes/manifests', foreignManifests: 'report' };

export function context(facts: Facts = {}): ExpandContext {
  return { facts, settings, fingerprint: (bytes): Fingerprint => `hmac:${Buffer.from(bytes).toString('base64url')}` };
}

/** A whole document around the given lines of `spec`. */
export function documentWith(spec: string, head = 'metadata: { series: lb, generation: 1 }'): string {
  const body = spec
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `apiVersion: keelson.dev/v1\nkind: NodeSpec\n${head}\nspec:\n${body}\n`;
}

export function validate(
  text: string,
  options: { readonly facts?: Facts; readonly file?: string; readonly checker?: SpecChecker } = {},
): Checked {
  return validateDocument(Buffer.from(text), { checker, settings, ...options });
}

/** `3:7 KSN-SPEC-010 words`, one a finding. */
export function told(text: string, options: Parameters<typeof validate>[1] = {}): string[] {
  return validate(text, options).findings.map(
    ({ code, message, place }) => `${place?.line}:${place?.column} ${code} ${message}`,
  );
}

export function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof KeelsonError ? error.code : String(error);
  }
}
