/** `keelson build SITE --show NODE`: the effective document, and which layer says each part of it. */
import { SiteFindings } from '../authoring/findings.ts';
import { buildError } from '../authoring/errors.ts';
import { shownParts } from '../authoring/show-node.ts';
import { nodesOf, SiteReader } from '../authoring/site.ts';
import { SiteFiles } from '../authoring/site-files.ts';
import { processorTime } from '../base/processor-time.ts';
import { nearest, quoted } from '../base/words.ts';
import { kinds } from '../resources/registry.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { openSite } from './open-site.ts';
import { seenIn } from './site-failure.ts';
import { seenFromHere } from './site-folder.ts';
import { dataText, type Output } from './text/data.ts';
import { findingsSum, findingsText } from './text/findings-text.ts';
import { showText } from './text/show-text.ts';

/** It shows as much as there is, also of a node with faults; those are told beside it. */
export async function buildShow(
  { terminal }: Invocation,
  site: string,
  node: string,
  output: Output,
): Promise<ExitCode> {
  const opened = await openSite(site);
  await using fs = opened.fs;
  const files = new SiteFiles(fs);
  const nodes = await seenIn(site, () => nodesOf(files, new SiteFindings()));
  const chosen = nodes.find(({ name }) => name === node);
  if (chosen === undefined)
    throw unknownNode(
      node,
      nodes.map(({ name }) => name),
    );
  const reader = new SiteReader({ files, kinds, judge: () => [], processorTime });
  const assembled = await seenIn(site, () => reader.assemble(chosen.path, node));
  const parts = assembled === null ? [] : shownParts(assembled);
  if (output === 'table') terminal.print(showText(parts, terminal.palette));
  else terminal.print(await dataText({ node, parts }, output));
  const findings = seenFromHere(site, reader.findings.all());
  if (findings.length > 0) terminal.warn([...findingsText(findings, terminal.palette), findingsSum(findings)]);
  return findings.length > 0 ? 1 : 0;
}

function unknownNode(node: string, names: readonly string[]): Error {
  const guess = nearest(node, names);
  const meant = guess === undefined ? '' : `; did you mean ${quoted(guess)}?`;
  return buildError('KSN-BUILD-022', `there is no node ${quoted(node)} in this site${meant}`, { element: node });
}
