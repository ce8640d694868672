/** Everything that goes into the archive, each by itself: what cannot be had is left out with its reason. */
import { cpus, freemem, loadavg, release, totalmem, uptime } from 'node:os';
import { jsonIn, looksLikeEnvelope, readEnvelope } from '../../verify/dsse.ts';
import { asKeelsonError } from '../../base/errors.ts';
import { readBootId } from '../../host/boot-id.ts';
import { readFacts } from '../../host/facts.ts';
import { withoutHardwareAddresses } from '../../host/node-facts/document.ts';
import { factsOfRoot } from '../../host/node-facts/of-root.ts';
import { runningPid } from '../../apply/starts.ts';
import type { AgentFolders } from '../../composition.ts';
import { parseDocument } from '../../desired/document.ts';
import type { ReadFileSystem } from '../../../hostfs/filesystem.ts';
import { kinds } from '../../resources/registry.ts';
import { ago } from '../../base/spans.ts';
import type { ControlClient } from '../../control/client.ts';
import type { Preview } from '../../plan/preview.ts';
import type { NodeStatus } from '../../report/status.ts';
import { answerOrDisk } from '../answer-or-disk.ts';
import { agentFolders, connectReading } from '../connect.ts';
import { examine } from '../examine.ts';
import type { Machine } from '../examined.ts';
import type { Invocation } from '../invocation.ts';
import { eventsOnDisk, statusOnDisk } from '../on-disk.ts';
import { silentOne } from '../silent-agent.ts';
import { absence, type StatusView } from '../text/status-text.ts';
import { openRootFolder } from '../open-root.ts';
import { PROGRAM_VERSION } from '../program-version.ts';
import { readConfig } from '../settings.ts';
import type { Part } from './archive.ts';
import { journalOutline } from './journal-outline.ts';
import { specOutline } from './spec-outline.ts';

const EVENTS = 1_000;
const LARGEST_READ = 64 * 1024 * 1024;
const UNITS = ['keelson.service', 'keelson-guards.service'] as const;
const UNIT_PROPERTIES =
  'Id,LoadState,ActiveState,SubState,UnitFileState,Result,NRestarts,ExecMainStatus,ExecMainCode,ActiveEnterTimestamp,InactiveEnterTimestamp,MemoryCurrent,MemoryPeak,TasksCurrent,CPUUsageNSec,DropInPaths';
const SHOWN_OF_PROCESS =
  /^(?:State|VmPeak|VmHWM|VmRSS|RssAnon|Threads|FDSize|voluntary_ctxt_switches|CapEff|Seccomp):/u;

/** In the order in which somebody who helps would read them. */
export async function gather(invocation: Invocation, machine: Machine): Promise<readonly Part[]> {
  const { global, clock } = invocation;
  const root = await openRootFolder(global.root);
  await using fs = root.fs;
  const folders = await agentFolders(invocation);
  const agent = await connectReading(invocation);
  const { status, part: statusPart } = await statusOf(invocation, agent);
  const pid = await runningPid(fs, folders.state, readBootId()).catch(() => null);
  return [
    await part('version.json', 'program, Node and kinds', async () => ({
      keelson: PROGRAM_VERSION,
      node: process.versions.node,
      kinds: kinds.map(({ name, stateVersion }) => ({ name, stateVersion })),
    })),
    statusPart,
    await part('doctor.json', 'keelson doctor', () => examine(invocation, 'host', machine, agent)),
    await part('resources.jsonl', 'every resource, from the agent', async () => lines(await agent.resources())),
    await part('plan.json', 'what would be done now, without states', async () => outline(await agent.plan())),
    await part('events.jsonl', `the newest ${EVENTS} events`, async (remark) => {
      const { value, fromDisk, hangs } = await answerOrDisk(
        () => agent.events({ limit: EVENTS }),
        () => eventsOnDisk(invocation, undefined, EVENTS),
      );
      if (fromDisk) remark(await diskRemark(invocation, hangs, value.at(-1)?.at));
      return lines(value);
    }),
    await part('config.json', 'every setting, and where it comes from', async () => {
      const { effective } = await readConfig(
        fs,
        global,
        kinds.map(({ name }) => name),
      );
      return (await effective()).map(({ key, value, origin }) => ({ setting: key, value, origin }));
    }),
    await part('spec.json', 'the wanted spec: addresses and names of fields, no value', () =>
      specOf(fs, folders, status),
    ),
    await part('journal.json', 'kinds and sizes of the records in the journal, not what they say', async () =>
      journalOutline(await fs.read(`${folders.state}/journal`, LARGEST_READ)),
    ),
    await part('files.json', 'names, modes and sizes in the folders of the agent, no content', () =>
      listing(fs, folders),
    ),
    await part('host.json', 'the machine', async () => ({
      now: clock.now(),
      bootId: readBootId(),
      ...withoutId(await readFacts(fs)),
      kernel: release(),
      uptimeSeconds: Math.round(uptime()),
      cpus: cpus().length,
      load: loadavg(),
      memory: { total: totalmem(), free: freemem() },
      disk: await fs.space(folders.state),
    })),
    await part('facts.json', 'keelson facts, without serial numbers and hardware addresses', async () =>
      withoutHardwareAddresses(await factsOfRoot({ fs, clock, isWholeHost: root.isWholeHost }).read(false)),
    ),
    await part('process.txt', 'memory, threads and limits of the agent', async () => {
      if (pid === null) throw new Error('no agent runs');
      const told = await machine.text(`/proc/${pid}/status`);
      // The number may be somebody else's by now.
      const isAgent = (await machine.text(`/proc/${pid}/cmdline`))?.includes('agent') === true;
      if (told === null || !isAgent) throw new Error(`process ${pid} is gone`);
      const shown = told.split('\n').filter((line) => SHOWN_OF_PROCESS.test(line));
      return `${shown.join('\n')}\n\n${(await machine.text(`/proc/${pid}/limits`)) ?? ''}`;
    }),
    await part('units.txt', 'the units, as systemd has them', () =>
      said(machine, root.isWholeHost, ['systemctl', 'show', `--property=${UNIT_PROPERTIES}`, ...UNITS]),
    ),
    await part('log.txt', "the end of the agent's own log", () =>
      said(machine, root.isWholeHost, ['journalctl', '--no-pager', '-o', 'short-iso', '-n', '2000', '-u', 'keelson']),
    ),
  ];
}

/** `remark`: what the manifest is to say of how the file came to be. */
type Make = (remark: (text: string) => void) => Promise<unknown>;

/** "the agent (process 7) does not answer; from the disk, 2 min ago". */
async function diskRemark(invocation: Invocation, hangs: boolean, at: number | undefined): Promise<string> {
  const age = at === undefined ? '' : `, ${ago(at, invocation.clock.now())}`;
  return `the agent ${absence(await silentOne(invocation, hangs))}; from the disk${age}`;
}

/** Whatever fails: an archive with one file less is still an archive. */
async function part(name: string, what: string, make: Make): Promise<Part> {
  try {
    let about = what;
    const value = await make((remark) => (about = `${what}; ${remark}`));
    return { name, what: about, value };
  } catch (error) {
    return { name, what, why: asKeelsonError(error).message.replace(/^unexpected: /u, '') };
  }
}

async function statusOf(
  invocation: Invocation,
  agent: ControlClient,
): Promise<{ readonly status: NodeStatus | null; readonly part: Part }> {
  let status: NodeStatus | null = null;
  const made = await part('status.json', 'keelson status', async (remark) => {
    const { value, fromDisk, hangs } = await answerOrDisk<StatusView>(
      async () => ({ status: await agent.status() }),
      (silent) => statusOnDisk(invocation, silent),
    );
    if (fromDisk) remark(await diskRemark(invocation, hangs, value.writtenAt));
    ({ status } = value);
    return { ...value, agentAnswers: !fromDisk };
  });
  return { status, part: made };
}

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** States hold keyed fingerprints, which say nothing to anybody outside. */
function outline({ waves, ...rest }: Preview): unknown {
  return {
    ...rest,
    waves: waves.map((wave) =>
      wave.map(({ address, kind, why, summary, adopts, undo, needs, effects }) => ({
        address,
        kind,
        why,
        summary,
        adopts,
        undo,
        needs,
        effects: effects.map(({ target, verb }) => ({ target, verb })),
      })),
    ),
  };
}

async function specOf(fs: ReadFileSystem, { state }: AgentFolders, status: NodeStatus | null): Promise<unknown> {
  const digest = /^sha256:([0-9a-f]{64})$/u.exec(status?.wanted?.digest ?? '')?.[1];
  if (digest === undefined) throw new Error('no spec is wanted, or none is known');
  const bytes = await fs.read(`${state}/specs/${digest}`, LARGEST_READ);
  const value = jsonIn(bytes) ?? parseDocument(bytes, { file: 'spec' }).document?.value;
  return specOutline(looksLikeEnvelope(value) ? jsonIn(readEnvelope(value).payload) : value);
}

/** Of a machine id a person may make others: machine-id(5) has it kept to oneself. */
function withoutId(facts: object): object {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== 'machineId'));
}

async function listing(fs: ReadFileSystem, { state, runtime, specs }: AgentFolders): Promise<unknown> {
  const found: object[] = [];
  const look = async (path: string, depth: number): Promise<void> => {
    const entry = await fs.lstat(path);
    if (entry === null) return;
    const { type, mode, uid, gid, size, modifiedMs } = entry;
    found.push({ path, type, mode: mode.toString(8).padStart(4, '0'), uid, gid, size, modifiedMs });
    if (type !== 'directory' || depth === 0) return;
    for (const name of await fs.list(path)) await look(`${path}/${name}`, depth - 1);
  };
  for (const folder of [state, runtime, specs]) await look(folder, 2);
  return found.slice(0, 5_000);
}

async function said(machine: Machine, isWholeHost: boolean, argv: readonly string[]): Promise<string> {
  if (!isWholeHost) throw new Error('it is of the machine, and this root is a sandbox');
  const output = await machine.output(argv);
  if (output === null) throw new Error(`${argv[0]} failed, or is not here`);
  return output;
}
