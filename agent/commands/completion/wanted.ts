/** What may stand at the end of a command line, told from the declarations of the commands alone. Pure. */
import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  /** For shells that show one. */
  readonly about?: string;
}

/** Values that only this host, its agent or a site knows. */
export type Source = 'addresses' | 'held' | 'blocked' | 'explained' | 'nodes';

export type Wanted =
  | { readonly are: 'values'; readonly values: readonly Candidate[] }
  /** Files whose names match one of the patterns, and the folders to them. */
  | { readonly are: 'files'; readonly patterns: readonly string[] }
  | { readonly are: 'folders' }
  | { readonly are: 'known'; readonly source: Source };

/** What the words before say: whose agent is meant, and what was given already. */
export interface Line {
  readonly wanted: Wanted;
  /** Stands before each value: `--output=`. */
  readonly prefix: string;
  /** What begins the value. */
  readonly begun: string;
  readonly given: {
    readonly root?: string;
    readonly config?: string;
    /** Of the command itself. */
    readonly positional: readonly string[];
  };
}

const nothing: Wanted = { are: 'values', values: [] };
const documents = ['*.yaml', '*.yml', '*.json'];

/** The last word is being written; it may be empty. */
export function wantedAt(program: Command, words: readonly string[]): Line {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  const state = readWords(program, before);
  const { command, expecting, positional, ended } = state;
  const given = { ...state.globals, positional };
  const line = (wanted: Wanted, prefix = '', begun = current): Line => ({ wanted, prefix, begun, given });
  if (expecting !== null && !(expecting.optional && current.startsWith('-'))) return line(ofOption(command, expecting));
  if (!ended && current.startsWith('-')) {
    const [name, value] = splitOnce(current, '=');
    if (value === undefined) return line({ are: 'values', values: optionsOf(program, command) });
    const option = optionNamed(program, command, name);
    return line(option === undefined ? nothing : ofOption(command, option), `${name}=`, value);
  }
  if (command.commands.length > 0 && positional.length === 0)
    return line({ are: 'values', values: commandsOf(command, command === program) });
  if (command === program)
    return line(words[0] === 'help' ? { are: 'values', values: commandsOf(program, false) } : nothing);
  const at = command.registeredArguments[positional.length] ?? lastVariadic(command);
  return line(at === undefined ? nothing : ofArgument(command, at));
}

interface State {
  readonly command: Command;
  /** An option that waits for its value. */
  readonly expecting: Option | null;
  readonly positional: readonly string[];
  readonly globals: { readonly root?: string; readonly config?: string };
  /** After `--`. */
  readonly ended: boolean;
}

function readWords(program: Command, words: readonly string[]): State {
  let command = program;
  let expecting: Option | null = null;
  let ended = false;
  const positional: string[] = [];
  const globals: { root?: string; config?: string } = {};
  const keep = (option: Option, value: string): void => {
    const name = option.attributeName();
    if (name === 'root' || name === 'config') globals[name] = value;
  };
  for (const word of words) {
    if (expecting !== null && !word.startsWith('-')) {
      keep(expecting, word);
      // A variadic option goes on until another option stands there.
      if (!expecting.variadic) expecting = null;
      continue;
    }
    expecting = null;
    if (!ended && word === '--') ended = true;
    else if (!ended && word.startsWith('-') && word !== '-') {
      const [name, value] = splitOnce(word, '=');
      const option = optionNamed(program, command, name);
      if (option !== undefined && value !== undefined) keep(option, value);
      else if (option !== undefined && (option.required || option.optional)) expecting = option;
    } else {
      const inner = positional.length > 0 ? undefined : command.commands.find((one) => one.name() === word);
      if (inner === undefined) positional.push(word);
      else command = inner;
    }
  }
  return { command, expecting, positional, globals, ended };
}

function optionNamed(program: Command, command: Command, name: string): Option | undefined {
  return [...command.options, ...program.options].find(({ long, short }) => long === name || short === name);
}

function optionsOf(program: Command, command: Command): readonly Candidate[] {
  const options = command === program ? program.options : [...command.options, ...program.options];
  const seen = options
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ value: long ?? short ?? '', about: description }));
  return [...seen, { value: '--help', about: 'what it is, and what it takes' }];
}

function commandsOf(command: Command, withHelp: boolean): readonly Candidate[] {
  const shown = command.createHelp().visibleCommands(command);
  return shown
    .filter((one) => withHelp || one.name() !== 'help')
    .map((one) => ({ value: one.name(), about: one.description() }));
}

function lastVariadic({ registeredArguments }: Command): Argument | undefined {
  const last = registeredArguments.at(-1);
  return last?.variadic === true ? last : undefined;
}

function ofArgument(command: Command, argument: Argument): Wanted {
  return ofChoices(argument.argChoices) ?? byName(command.name(), argument.name());
}

function ofOption(command: Command, { argChoices, flags, long }: Option): Wanted {
  const [, placeholder = ''] = /[<[]([a-z]+)/u.exec(flags) ?? [];
  return ofChoices(argChoices) ?? byName(`${command.name()} ${long}`, placeholder);
}

function ofChoices(choices: readonly string[] | undefined): Wanted | null {
  return choices === undefined ? null : { are: 'values', values: choices.map((value) => ({ value })) };
}

/** What the declarations call it says what it is. */
function byName(where: string, name: string): Wanted {
  switch (name) {
    case 'address':
      return { are: 'known', source: 'addresses' };
    case 'node':
      return { are: 'known', source: 'nodes' };
    case 'state':
      return { are: 'values', values: [{ value: 'on' }, { value: 'off' }] };
    case 'subject':
      return { are: 'values', values: [{ value: 'host' }] };
    case 'generation':
      return { are: 'known', source: 'blocked' };
    case 'folder':
    case 'site':
      return { are: 'folders' };
    case 'path':
      return { are: 'files', patterns: ['*'] };
    case 'file':
      if (where.endsWith(' --out')) return { are: 'files', patterns: ['*'] };
      return { are: 'files', patterns: where.endsWith(' --key') ? ['*.key'] : documents };
    case 'name':
      if (where === 'release') return { are: 'known', source: 'held' };
      return where === 'explain' ? { are: 'known', source: 'explained' } : nothing;
    default:
      return nothing;
  }
}

function splitOnce(text: string, at: string): readonly [string, string?] {
  const cut = text.indexOf(at);
  return cut < 0 ? [text] : [text.slice(0, cut), text.slice(cut + at.length)];
}
