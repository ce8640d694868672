/** A draft of a path as lines for people, one a property. Contents show their size at most, secret ones not even that. */
import type { Draft, State } from './kind.ts';
import { formatSize } from '../base/units.ts';
import { isSecret, samePath, type PathState } from './path-state.ts';

export function describePath({ from, to }: Draft<PathState>): string {
  if (to !== null && 'pending' in to) return '';
  if (samePath(from, to)) return 'as it is';
  const [before, after] = [propertiesOf(from), propertiesOf(to)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const lines = names.map((name) => line(name, before[name], after[name])).filter((text) => text !== null);
  const rewritten = from?.type === 'file' && to?.type === 'file' && from.content !== to.content;
  // The size may be the same, or untold.
  if (rewritten && !lines.some((text) => text.startsWith('~ content'))) lines.unshift('~ content changed');
  return lines.join('\n');
}

function line(name: string, before: string | undefined, after: string | undefined): string | null {
  if (before === after) return null;
  if (before === undefined) return `+ ${name} ${after}`;
  return after === undefined ? `- ${name} ${before}` : `~ ${name} ${before} → ${after}`;
}

function propertiesOf(state: State<PathState>): Readonly<Record<string, string>> {
  if (state === null) return {};
  const { type } = state;
  if (type === 'link') return { type, target: state.target };
  if (type === 'other') return { type };
  if (type === 'large') return { type: 'file', content: formatSize(state.size) };
  const { mode, owner, group, label } = state;
  return {
    type,
    ...(type === 'file' && { content: isSecret(state) ? 'secret' : `${state.size} bytes` }),
    mode,
    owner,
    group,
    ...(label !== undefined && { label }),
  };
}
