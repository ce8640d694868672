/** `keelson build SITE`: layers into flat documents, one a node, stamped and, with keys, signed. Needs no agent. */
import { KeelsonError } from '../base/errors.ts';
import { printableText } from '../base/printable-text.ts';
import { processorTime } from '../base/processor-time.ts';
import { kernelLock } from '../apply/lock.ts';
import { buildSite, type Built, type Output, type SiteBuild } from '../authoring/build-site.ts';
import type { SiteFinding } from '../authoring/findings.ts';
import { isChange, writeOutputs } from '../authoring/write-outputs.ts';
import { kinds } from '../resources/registry.ts';
import {
  addSignatures,
  jsonIn,
  looksLikeEnvelope,
  preAuthenticationEncoding,
  readEnvelope,
  signPayload,
  writeEnvelope,
  type Envelope,
} from '../verify/dsse.ts';
import { fits, keyIdOf, parsePrivateKey } from '../verify/keys.ts';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { cliError } from './errors.ts';
import { gitGeneration } from './git-generation.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openSite } from './open-site.ts';
import { readGiven } from './read-given.ts';
import { judgeDocuments } from './judge-documents.ts';
import { lockSite } from './site-lock.ts';
import { seenFromHere, shownPath, withNodes } from './site-folder.ts';
import { seenIn } from './site-failure.ts';
import { buildText } from './text/build-text.ts';
import { dataText, type Output as Form } from './text/data.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';

export interface BuildCommandOptions {
  readonly key?: readonly string[];
  readonly check: boolean;
  readonly show?: string;
  readonly generation: 'file' | 'git';
  readonly output: Form;
}

/** Exit 1 where anything is wrong; with --check 2 where something would be written. */
export async function build(invocation: Invocation, site: string, options: BuildCommandOptions): Promise<ExitCode> {
  if (site === '')
    throw cliError('KSN-CLI-001', 'the folder of the site is empty', { remedy: 'Name the folder, or . for this one.' });
  if (options.show !== undefined) {
    const other = options.check ? '--check' : options.key !== undefined ? '--key' : null;
    if (other !== null)
      throw cliError('KSN-CLI-001', `--show only shows: it does not go with ${other}`, { element: other });
    const { buildShow } = await import('./build-show.ts');
    return buildShow(invocation, site, options.show, options.output);
  }
  const { terminal } = invocation;
  const keys = await Promise.all(
    (options.key ?? []).map(async (file) => parsePrivateKey(Buffer.from(await readGiven(file)).toString('utf8'))),
  );
  const opened = await openSite(site);
  await using fs = opened.fs;
  const judge = await judgeDocuments();
  await using held = new AsyncDisposableStack();
  if (!options.check) held.use(await seenIn(site, () => lockSite(fs, kernelLock(opened.libc), invocation)));
  const git = options.generation === 'git' ? await gitGeneration(site, invocation) : null;
  const result = await seenIn(site, () =>
    buildSite({
      fs,
      kinds,
      judge,
      processorTime,
      sign: (payload, before) => signed(payload, before, keys),
      ...(git !== null && { generation: git.generation }),
    }),
  );
  if (result.findings !== undefined) return refused(invocation, seenFromHere(site, result.findings), options.output);
  if (git !== null) await seenIn(site, () => git.checkRead(result.read));
  const changed = result.outputs.filter(isChange);
  if (!options.check) await seenIn(site, () => writeOutputs(result.outputs, fs));
  if (options.output === 'table')
    terminal.print(
      buildText(
        { ...result, folder: shownPath(site, 'build'), check: options.check, signers: keys.length },
        terminal.palette,
      ),
    );
  else terminal.print(await dataText(dataOf(site, result, options.check), options.output));
  return options.check && changed.length > 0 ? 2 : 0;
}

async function refused({ terminal }: Invocation, findings: readonly SiteFinding[], output: Form): Promise<ExitCode> {
  if (output === 'table')
    terminal.warn([...findingsText(withNodes(findings), terminal.palette), findingsSum(findings)]);
  else terminal.print(await dataText({ findings }, output));
  return 1;
}

/**
 * Signatures of these bytes stay, whoever made them: some algorithms sign the same bytes otherwise each time, and a
 * build that changes nothing writes nothing. Without keys an envelope of other bytes goes: nobody ships it by mistake.
 */
function signed(payload: Uint8Array, before: Uint8Array | null, keys: readonly KeyObject[]): Uint8Array | null {
  const earlier = before === null ? null : envelopeOf(before, payload);
  if (earlier === null) return keys.length === 0 ? null : writeEnvelope(signPayload(payload, keys));
  const encoded = preAuthenticationEncoding(earlier.payloadType, payload);
  const lacking = keys.filter((key) => {
    const own = earlier.signatures.find(({ keyid }) => keyid === keyIdOf(key));
    return own === undefined || !fits(own.sig, encoded, createPublicKey(key));
  });
  return lacking.length === 0 ? before : writeEnvelope(addSignatures(earlier, lacking));
}

function envelopeOf(bytes: Uint8Array, payload: Uint8Array): Envelope | null {
  try {
    const json = jsonIn(bytes);
    const envelope = looksLikeEnvelope(json) ? readEnvelope(json) : null;
    return envelope !== null && Buffer.compare(envelope.payload, payload) === 0 ? envelope : null;
  } catch (error) {
    if (error instanceof KeelsonError) return null;
    throw error;
  }
}

function dataOf(site: string, { built, outputs }: Exclude<SiteBuild, { readonly findings: unknown }>, check: boolean) {
  return {
    written: !check,
    nodes: built.map(({ node, series, generation, changes }: Built) => ({
      node,
      series,
      generation,
      changes: changes.map(({ mark, address, fields }) => ({
        mark,
        address: printableText(address),
        fields: fields.map(({ path }) => path),
      })),
    })),
    outputs: outputs.filter(isChange).map(({ path, before, after }: Output) => ({
      path: shownPath(site, path),
      is: after === null ? 'removed' : before === null ? 'new' : 'changed',
    })),
  };
}
