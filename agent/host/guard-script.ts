/**
 * The script that carries out an undo without the agent. Whoever renames `<id>.json` first decides: the script, which
 * makes it `<id>.firing` and acts, or a disarm, which removes it. An undo that could not be carried out stays
 * `.firing`: the next boot tries again, and the agent counts it as fired.
 */
import { EFFECT_FUNCTIONS, PATH_FUNCTIONS } from './guard-shell.ts';
import { DEFAULT_PATH } from './run-command.ts';
import { shellLine, shellWord } from './shell-words.ts';

export interface GuardScript {
  readonly id: string;
  /** Physical path of the folder of guards. */
  readonly guards: string;
  readonly bootId: string;
  /** Where its functions of paths act; null when it is a command that undoes. */
  readonly place: { readonly folder: string; readonly name: string } | null;
  /** Words of the one call that undoes. */
  readonly undo: readonly string[];
  /** Lines of shell that follow it. */
  readonly effects: readonly string[];
}

/** Beside the target, while it is being put back. */
export function spareName(id: string): string {
  return `.keelson-guard-${id}`;
}

/** First argument: `timer` (also without), `boot`, or `agent`; only a timer has minutes for further attempts. */
export function guardScript({ id, guards, bootId, place, undo, effects }: GuardScript): string {
  return `#!/bin/sh
# Puts back what a change of Keelson replaced, unless the agent found that all is well.
PATH=${DEFAULT_PATH} LC_ALL=C
export PATH LC_ALL
umask 077
cd / || exit 1
mode=\${1:-timer}
id=${shellWord(id)} guards=${shellWord(guards)} boot=${shellWord(bootId)} spare=${shellWord(spareName(id))}
folder=${shellWord(place?.folder ?? '/')} name=${shellWord(place?.name ?? '')}
${place === null ? '' : PATH_FUNCTIONS}${EFFECT_FUNCTIONS}
undo() ${undoBody(place, undo)}

# Of this very boot: its timer runs.
if [ "$mode" = boot ] && read -r now </proc/sys/kernel/random/boot_id && [ "$now" = "$boot" ]; then exit 0; fi
if ! mv -fT -- "$guards/$id.json" "$guards/$id.firing" 2>/dev/null; then
  [ ! -e "$guards/$id.json" ] || exit 1
  [ "$mode" = boot ] && [ -e "$guards/$id.firing" ] || exit 0
fi
sync -- "$guards"
tries=3 pause=1
if [ "$mode" = timer ]; then tries=12; fi
until undo; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep "$pause"
  if [ "$pause" -lt 60 ]; then pause=$((pause * 2)); fi
done
status=0
${effects.map((line) => `${line} || status=1\n`).join('')}mv -fT -- "$guards/$id.firing" "$guards/$id.fired"
sync -- "$guards"
exit "$status"
`;
}

/** A subshell: where it goes and what it opens ends with it. Where the whole folder is gone, so is what was made in it. */
function undoBody(place: GuardScript['place'], undo: readonly string[]): string {
  const call = shellLine(undo);
  if (place === null) return `{ ${call}; }`;
  const gone = undo[0] === 'take_away' ? '[ -d "$folder" ] || exit 0; ' : '';
  return `( ${gone}enter && ${call} && leave )`;
}
