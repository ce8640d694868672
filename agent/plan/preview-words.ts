/** A preview in words, wherever people read it. */
import { counted } from '../base/words.ts';
import type { Draft } from '../resources/kind.ts';
import { isTakenAsItIs } from '../resources/taken-as-it-is.ts';
import { effectWords } from './effect-words.ts';
import type { Preview } from './preview.ts';

export type Mark = '+' | '~' | '-';

/** `-` goes, `+` comes, `~` changes. */
export function markOf(draft: Draft<unknown>): Mark {
  if (draft.why === 'prune' || draft.to === null) return '-';
  return draft.from === null ? '+' : '~';
}

/** "→ SIGUSR2 pod:haproxy, no interruption; takes over what is there"; empty where the change is all. */
export function consequences(draft: Draft<unknown>, { busy, held }: Preview): string {
  const does = [draft.interrupts ?? '', effectWords(draft)].filter((words) => words !== '').join('; ');
  const remarks = [
    ...(draft.adopts ? ['takes over what is there'] : []),
    ...(draft.undo === 'none' ? ['cannot be undone, runs after the verdict'] : []),
    ...(draft.backup === 'none' ? ['no copy of the old content is kept'] : []),
    ...(held.includes(draft.address) ? ['held, left alone until released'] : []),
    ...(busy.includes(draft.address) ? ['being changed right now'] : []),
  ];
  return [...(does === '' ? [] : [`→ ${does}`]), ...remarks].join('; ');
}

/**
 * "2 change, 1 removed, 28 same. Reboot: no." Folders that only carry something are counted apart, and so
 * is what is taken over as it is: nothing changes there.
 */
export function planSum(preview: Preview): string {
  const drafts = preview.waves.flat().filter(({ address }) => !preview.held.includes(address));
  const declared = drafts.filter(({ address }) => !preview.implied.includes(address));
  const changing = declared.filter((draft) => !isTakenAsItIs(draft));
  const taken = declared.length - changing.length;
  const marks = changing.map(markOf);
  const folders = drafts.length - declared.length;
  const number = (mark: Mark): number => marks.filter((other) => other === mark).length;
  const parts = [
    [number('+'), 'new'],
    [number('~'), 'change'],
    [taken, `taken over as ${taken === 1 ? 'it is' : 'they are'}`],
    [number('-'), 'removed'],
    [preview.waits.length, 'waiting'],
    [preview.held.length, 'held'],
    [preview.same, 'same'],
  ] as const;
  const said = parts
    .filter(([n, word]) => n > 0 || (word === 'same' && drafts.length === 0))
    .map(([n, word]) => `${n} ${word}`);
  if (folders > 0) said.push(`${counted(folders, 'folder')} on the way`);
  const reboot = preview.waits.some(({ until }) => until === 'reboot') ? 'yes' : 'no';
  return `${said.join(', ')}. Reboot: ${reboot}.`;
}
