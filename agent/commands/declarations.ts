/** Every command of `keelson` with its words, arguments and options. What a command does stands in its own file. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { SHELLS } from './completion/scripts.ts';
import type { ExitCode, GlobalOptions, Invocation } from './invocation.ts';
import { OUTPUTS } from './text/data.ts';

/** Runs one command with the options that stand before its name. */
export type Start = (globals: GlobalOptions, run: (invocation: Invocation) => Promise<ExitCode>) => Promise<void>;

const output = () => new Option('-o, --output <form>', 'how to print it').choices(OUTPUTS).default('table');
const why = '--reason <words>';

/** An option that is given more than once has a value for each. */
const eachTime = (value: string, before: readonly string[] = []): string[] => [...before, value];

export function declareProgram(start: Start): Command {
  const program = new Command('keelson')
    .description('Brings a node to its signed desired state, keeps it there, and says so.')
    .option('--root <folder>', 'the root whose agent is meant', '/')
    .option('--config <file>', 'one more configuration file, on top of the drop-in folders')
    .helpCommand(true)
    .showHelpAfterError(false)
    .addHelpText('after', '\nExit codes: 0 as desired, 2 changes pending, 1 error or rolled back.');
  /** Every action ends here: the command's module is loaded now and not before. */
  const run = (command: (invocation: Invocation) => Promise<ExitCode>): Promise<void> =>
    start(program.opts<GlobalOptions>(), command);

  looking(program, run);
  changing(program, run);
  documents(program, run);
  ignition(program, run);
  living(program, run);
  shells(program, run);
  return program;
}

type Run = (command: (invocation: Invocation) => Promise<ExitCode>) => Promise<void>;

function looking(program: Command, run: Run): void {
  program
    .command('status')
    .description('one word for the node, the reason, the next step')
    .option('-a, --all', 'every resource, also those as desired', false)
    .option('-w, --watch', 'stay, and print every change', false)
    .option('--exit-code', 'let the verdict decide the exit code', false)
    .addOption(output())
    .action((options) => run(async (i) => (await import('./status.ts')).status(i, options)));
  program
    .command('plan')
    .description('what would be done now, or with this document')
    .argument('[file]', 'a spec or envelope; - is standard input')
    .option('--basis', 'also say what apply --basis takes', false)
    .addOption(output())
    .action((file, options) => run(async (i) => (await import('./plan.ts')).plan(i, file, options)));
  program
    .command('diff')
    .description('the plan with the lines that differ')
    .argument('[file]', 'a spec or envelope; - is standard input')
    .addOption(output())
    .action((file, options) => run(async (i) => (await import('./diff.ts')).diff(i, file, options)));
  program
    .command('events')
    .description('what happened')
    .option('-f, --follow', 'stay, and print what happens', false)
    .option('--after <seq>', 'only what came after this event', wholeNumber)
    .option('-n, --limit <count>', 'the newest so many', wholeNumber, 50)
    .addOption(output())
    .action((options) => run(async (i) => (await import('./events.ts')).events(i, options)));
  program
    .command('explain')
    .description('a code, a kind or field of a spec, a setting; works offline')
    .argument('[name]', 'KSN-POD-007, files, files.content, config.log.level')
    .action((name) => run(async (i) => (await import('./explain.ts')).explain(i, name)));
  program
    .command('doctor')
    .description('what this host lacks, with the next step')
    .argument('[subject]', 'what to look at; host, where nothing is said')
    .addOption(output())
    .action((subject, options) => run(async (i) => (await import('./doctor.ts')).doctor(i, subject, options)));
  program
    .command('diagnostics')
    .description('one redacted archive for whoever helps, with a manifest')
    .option('-o, --output <file>', 'where to write it; a name of its own here otherwise')
    .action((options) => run(async (i) => (await import('./diagnostics.ts')).diagnostics(i, options)));
  program
    .command('facts')
    .description('what this node is: system, hardware, disks, network; needs no agent')
    .addOption(output())
    .action((options) => run(async (i) => (await import('./facts.ts')).facts(i, options)));
  program
    .command('config')
    .description('the configuration of the agent')
    .command('show')
    .description('every effective value and where it comes from')
    .addOption(output())
    .action((options) => run(async (i) => (await import('./config-show.ts')).configShow(i, options)));
  program
    .command('version')
    .description('the version of this program')
    .option('-a, --all', 'also of the agent that runs, and the kinds it knows', false)
    .addOption(output())
    .action((options) => run(async (i) => (await import('./version.ts')).version(i, options)));
}

function changing(program: Command, run: Run): void {
  program
    .command('apply')
    .description('show the plan, ask, apply it, stay until the verdict')
    .argument('[file]', 'a spec or envelope; - is standard input; without one, what is wanted already')
    .option('--dry-run', 'only show the plan', false)
    .option('-y, --yes', 'do not ask', false)
    .option('--no-wait', 'do not stay until the verdict')
    .option('--timeout <duration>', 'stay at most so long', '30m')
    .option('--basis <basis>', 'refuse unless the node is still as in that plan')
    .option(why, 'for the event')
    .addOption(output())
    .action((file, options) => run(async (i) => (await import('./apply.ts')).apply(i, file, options)));
  program
    .command('hold')
    .description('stop changes, never observation, for a while')
    .argument('[address...]', 'file:/etc/x, pod:haproxy')
    .option('--all', 'the whole node', false)
    .requiredOption('--for <duration>', 'how long: 30m, 1h')
    .requiredOption(why, 'shown to everybody who asks why')
    .action((addresses, options) => run(async (i) => (await import('./hold.ts')).hold(i, addresses, options)));
  program
    .command('release')
    .description('end holds before their time')
    .argument('[name...]', 'addresses or ids')
    .option('--all', 'every hold', false)
    .action((names, options) => run(async (i) => (await import('./release.ts')).release(i, names, options)));
  program
    .command('retry')
    .description('try a blocked generation again')
    .argument('<generation>', 'its number')
    .requiredOption(why, 'why it should work now')
    .action((generation, options) => run(async (i) => (await import('./retry.ts')).retry(i, generation, options)));
  program
    .command('rollback')
    .description('go back to the previous last known good generation')
    .requiredOption(why, 'for the event')
    .option('-y, --yes', 'do not ask', false)
    .action((options) => run(async (i) => (await import('./rollback.ts')).rollback(i, options)));
  program
    .command('leave')
    .description('end management of this node')
    .option('--keep', 'everything stays as it is', false)
    .option('--restore', 'what was made goes, what was taken over comes back', false)
    .option(why, 'for the event')
    .option('-y, --yes', 'do not ask', false)
    .action((options) => run(async (i) => (await import('./leave.ts')).leave(i, options)));
  program
    .command('safe-mode')
    .description('on: look and report, change nothing; off: go on')
    .argument('<state>', 'on or off')
    .option(why, 'for the event')
    .action((state, options) => run(async (i) => (await import('./safe-mode.ts')).safeMode(i, state, options)));
}

function documents(program: Command, run: Run): void {
  program
    .command('init')
    .description('a small site to begin with, which builds as it stands')
    .argument('<folder>', 'empty, or not there yet')
    .action((folder) => run(async (i) => (await import('./init.ts')).init(i, folder)));
  program
    .command('build')
    .description('the layers of a site into one flat document a node, stamped and signed')
    .argument('[site]', 'its folder', '.')
    // One file a time, or it would take the site that follows it.
    .option('--key <file>', 'a private key to sign with; may be given again', eachTime)
    .option('--check', 'write nothing; exit 2 when something would be written', false)
    .option('--show <node>', 'the document of one node, each value with the layer and line that says it')
    .addOption(
      new Option('--generation <from>', 'number by generations.json, or by the commits that touched the site')
        .choices(['file', 'git'])
        .default('file'),
    )
    .addOption(output())
    .action((site, options) => run(async (i) => (await import('./build.ts')).build(i, site, options)));
  program
    .command('validate')
    .description('everything that is wrong with documents or layers, at once; needs no agent')
    .argument('<file...>', 'specs, envelopes, layers, or the folder of a site; - is standard input')
    .addOption(output())
    .action((files, options) => run(async (i) => (await import('./validate.ts')).validate(i, files, options)));
  program
    .command('adopt')
    .description('a spec of what is on this host now; changes nothing')
    .argument('<path...>', 'files, links, folders with what is in them')
    .option('--series <name>', 'the series of the spec', 'adopted')
    .option('--exclude <pattern>', 'leave these out: *.bak, /etc/x/**; may be repeated', gathered, [])
    .option('--with-secrets', 'also what not everybody may read', false)
    .option('-o, --out <file>', 'where to write it; standard output otherwise')
    .action((paths, options) => run(async (i) => (await import('./adopt.ts')).adopt(i, paths, options)));
  program
    .command('keygen')
    .description('make a key pair to sign specs with')
    .argument('<name>', 'who signs: ops-1')
    .option('--algorithm <name>', 'ed25519 or ecdsa-p256', 'ed25519')
    .option('--series <pattern...>', 'series that the key may sign', ['*'])
    .option('--out <folder>', 'where to write it', '.')
    .action((name, options) => run(async (i) => (await import('./keygen.ts')).keygen(i, name, options)));
  program
    .command('sign')
    .description('sign a spec into an envelope, or add a signature to one')
    .argument('<file>', 'a spec or envelope; - is standard input')
    .requiredOption('--key <file...>', 'private keys')
    .option('--out <file>', 'where to write it; standard output otherwise')
    .action((file, options) => run(async (i) => (await import('./sign.ts')).sign(i, file, options)));
  program
    .command('verify')
    .description('whether the trust roots of this node accept an envelope')
    .argument('<file>', 'an envelope; - is standard input')
    .option('--trust <folder>', 'these trust roots instead of those of the node')
    .addOption(output())
    .action((file, options) => run(async (i) => (await import('./verify.ts')).verify(i, file, options)));
  program
    .command('schema')
    .description('the JSON Schema of a NodeSpec, for editors')
    .option('--layer', 'of a layer of a site', false)
    .action((options) => run(async (i) => (await import('./schema.ts')).schema(i, options)));
}

function ignition(program: Command, run: Run): void {
  const group = program
    .command('ignition')
    .description('Ignition configs: what became of them, and how to keep them so');
  group
    .command('audit')
    .description('what of a config is still so on this host; changes nothing')
    .argument('<config>', 'an Ignition config of 3.0 to 3.6; - is standard input')
    .option('-a, --all', 'also what is as the config wants it', false)
    .option('--merge-dir <folder>', 'where configs that it merges lie, by the last part of their URL')
    .addOption(output())
    .action((file, options) => run(async (i) => (await import('./ignition-audit.ts')).ignitionAudit(i, file, options)));
  group
    .command('adopt')
    .description('a spec that keeps on this host what a config says; changes nothing')
    .argument('<config>', 'an Ignition config of 3.0 to 3.6; - is standard input')
    .option('--series <name>', 'the series of the spec', 'adopted')
    .option('--with-secrets', 'also what not everybody may read', false)
    .option('--merge-dir <folder>', 'where configs that it merges lie, by the last part of their URL')
    .option('-o, --out <file>', 'where to write it; standard output otherwise')
    .action((file, options) => run(async (i) => (await import('./ignition-adopt.ts')).ignitionAdopt(i, file, options)));
  group
    .command('render')
    .description('a signed spec into the config of a first boot, after which the agent has nothing to change')
    .argument('<spec>', 'a signed envelope; - is standard input')
    .requiredOption('--trust <folder>', 'the trust roots that the node shall have')
    .option('--butane', 'for butane, in YAML', false)
    .option('-o, --out <file>', 'where to write it; standard output otherwise')
    .action((file, options) =>
      run(async (i) => (await import('./ignition-render.ts')).ignitionRender(i, file, options)),
    );
}

function living(program: Command, run: Run): void {
  program
    .command('agent')
    .description('run the daemon')
    .action(() => run(async (i) => (await import('./agent.ts')).agent(i)));
  program
    .command('dev')
    .description('run the agent on a sandbox root, with the example spec')
    .option('--once', 'apply, show the status, end', false)
    .option('--demo', 'play tamper → repaired, and a bad spec → rolled back', false)
    .action((options) => run(async (i) => (await import('./dev.ts')).dev(i, options)));
}

function shells(program: Command, run: Run): void {
  program
    .command('completion')
    .description('a script by which a shell completes commands, addresses and codes')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .action((shell) => run(async (i) => (await import('./completion.ts')).completion(i, shell)));
  // Read before commander is asked (quick.ts): the words after it are another command line.
  program.command('complete', { hidden: true }).argument('<shell>').argument('[word...]');
}

function gathered(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/u.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
}
