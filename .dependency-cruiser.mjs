/**
 * The rooms of the house and which may see which. Data flows one way:
 *
 *   desired ─► verify ─► plan ─► apply ─► health ─► report
 *
 * A stage knows the stages before it and never one after it. Below the stages stand the contract of a kind
 * (agent/resources/*.ts), the host libraries, and base; above them the loop that turns them (agent/reconcile), the
 * composition root (agent/compose.ts) and the commands. Each rule says who may be imported by whom, and everything of
 * ours that it does not name is refused.
 */
import swcVisitor from '@swc/core/Visitor.js';

// swc's walker does not know `using`; without this a file that declares one could not be read.
const { visitStatement } = swcVisitor.Visitor.prototype;
swcVisitor.Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement);
  this.visitVariableDeclarators(statement.decls);
  return statement;
};

/** Everything of ours; what a room may import is given by what it may import of this. */
const ours = '^(agent|hostfs|selinux|gpu|coordinator|proto|packaging|test)/';

/** The stages, in the order in which data passes them. */
const stages = ['desired', 'verify', 'plan', 'apply', 'health', 'report'];

const base = '^agent/base/';
const kindContract = '^agent/resources/[^/]+[.]ts$';
const hostPure = '^hostfs/(errors|path)[.]ts$';

/** A room that may import, of ours, only the given paths. */
const only = (name, comment, from, ...allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: allowed },
});

/** Something that only the given rooms may import. */
const reserved = (name, comment, what, ...rooms) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: [...rooms, '^node_modules/'] },
  to: { path: what },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    // ── The ground: rooms that know nobody ────────────────────────────────────────────────────────────────────────
    only('base-knows-nobody', 'clock, entropy, errors, log: whatever needs more is no base', base, base),
    only('hostfs-stands-alone', 'a rooted file system, usable without the agent', '^hostfs/', '^hostfs/'),
    only('selinux-stands-alone', 'a library of the host, usable without the agent', '^selinux/', '^selinux/'),
    only('gpu-stands-alone', 'a library of the host, usable without the agent', '^gpu/', '^gpu/'),
    only('proto-is-generated', 'messages know their runtime and nothing else', '^proto/gen/', '^proto/gen/'),
    only('config-sees-base', 'settings are made once and handed in', '^agent/config/', '^agent/config/', base),

    // ── The stages: each sees those before it ─────────────────────────────────────────────────────────────────────
    ...stages.map((stage, position) =>
      only(
        `stage-${stage}`,
        'a stage sees base, the contract of a kind, and the stages before it',
        `^agent/${stage}/`,
        base,
        kindContract,
        '^hostfs/',
        ...stages.slice(0, position + 1).map((earlier) => `^agent/${earlier}/`),
      ),
    ),
    {
      name: 'stages-get-the-file-system-handed-in',
      comment:
        'of hostfs a stage knows the types, the errors and the rules of paths; which file system it is, the composition root says',
      severity: 'error',
      from: { path: `^agent/(${stages.join('|')})/` },
      to: { path: '^hostfs/', pathNot: hostPure, dependencyTypesNot: ['type-only'] },
    },
    only(
      'reconcile-turns-the-crank',
      'the loop sees every stage, and no room that would start it',
      '^agent/reconcile/',
      base,
      kindContract,
      '^hostfs/',
      '^agent/reconcile/',
      ...stages.map((stage) => `^agent/${stage}/`),
    ),

    // ── The kinds: folders of one shape that do not know each other ───────────────────────────────────────────────
    only(
      'contract-of-a-kind',
      'the contract sees the fields that all resources share',
      '^agent/resources/(?!registry[.]ts)[^/]+[.]ts$',
      base,
      kindContract,
      '^hostfs/',
      '^agent/desired/',
    ),
    {
      name: 'a-kind-never-imports-another',
      comment: 'a kind sees base, hostfs, the contract and the shared fields; only the registry sees the kinds',
      severity: 'error',
      from: { path: '^agent/resources/([^/]+)/' },
      to: { path: ours, pathNot: [base, kindContract, '^hostfs/', '^agent/desired/', '^agent/resources/$1/'] },
    },
    only(
      'host-is-adapters',
      'ports and their adapters; what uses them hands them in',
      '^agent/host/',
      base,
      '^hostfs/',
      '^agent/host/',
      '^agent/resources/(kind|unit-manager)[.]ts$',
    ),

    only(
      'debug-shows',
      'the endpoint shows what the sockets show, in other forms: it sees their room, and of the stages what they hand out',
      '^agent/debug/',
      base,
      kindContract,
      '^agent/(debug|control|report|plan|desired)/',
      '^schema/',
    ),
    only(
      'page-is-drawn-from-a-view',
      'the page is a function of what it is handed, and runs in the agent and in a browser',
      '^agent/debug/page/',
      base,
      kindContract,
      '^agent/(report|plan|debug/page)/',
    ),
    {
      name: 'page-runs-in-a-browser',
      comment: 'what draws the page is in its script too; only the document around it is made with Node',
      severity: 'error',
      from: { path: '^agent/debug/page/(?!render-page[.]ts$)' },
      to: { dependencyTypes: ['core'] },
    },
    reserved(
      'debug-is-loaded-when-asked',
      'nobody needs the endpoint to be an agent: the composition root hands it to the sockets, and its codes are explained',
      '^agent/debug/',
      '^agent/(compose[.]ts$|debug/)',
      '^agent/commands/catalogues[.]ts$',
      '^(packaging|test)/',
    ),
    only(
      'adopt-reads-a-host',
      'from what is there to a document that a node accepts: it sees the contract, and the stages that judge documents',
      '^agent/adopt/',
      '^agent/adopt/',
      base,
      kindContract,
      '^hostfs/',
      '^agent/(desired|verify)/',
    ),
    only(
      'ignition-reads-configs',
      'from a config to verdicts about a host, and between configs and documents: it sees the contract and the stage that reads documents',
      '^agent/ignition/',
      '^agent/ignition/',
      base,
      kindContract,
      '^hostfs/',
      '^agent/desired/',
    ),

    // ── The top: one way in ───────────────────────────────────────────────────────────────────────────────────────
    only(
      'authoring-makes-documents',
      'layers of people into documents: it knows what a document is and what a kind takes, and nothing of a node',
      '^agent/authoring/',
      base,
      kindContract,
      '^hostfs/(errors|filesystem)[.]ts$',
      '^agent/desired/',
      '^agent/authoring/',
    ),
    reserved(
      'authoring-is-for-people',
      'no daemon builds: a node takes what was built and signed elsewhere; the schema for editors is published',
      '^agent/authoring/',
      '^agent/(authoring|commands)/',
      '^packaging/(generate-schema|reference-page)[.]ts$',
      '^test/',
    ),
    only('main-is-argv-and-signals', 'main turns argv into a command', '^agent/main[.]ts$', '^agent/commands/', base),
    reserved(
      'commands-are-the-outside',
      'nobody calls a command but main; the pages about codes and fields are made of what explain prints',
      '^agent/commands/(?!catalogues[.]ts$|text/(json-schema|schema-example|schema-text|yaml-lines)[.]ts$)',
      '^agent/(main[.]ts|commands/)',
      '^test/',
    ),
    reserved(
      'adopt-is-for-its-command',
      'no daemon takes over by itself',
      '^agent/adopt/',
      '^agent/(adopt|commands)/',
      '^test/',
    ),
    reserved(
      'ignition-is-for-its-commands',
      'no daemon reads configs of the first boot: what it keeps is a spec',
      '^agent/ignition/',
      '^agent/(ignition|commands)/',
      '^test/',
    ),
    reserved(
      'compose-is-for-the-daemon',
      'the daemon is built in one place, for the commands that run it',
      '^agent/compose[.]ts$',
      '^agent/commands/(agent|dev)[.]ts$',
      '^test/',
    ),
    reserved('nobody-imports-tests', 'tests look at the house, never the other way', '^test/', '^test/'),
    reserved(
      'nobody-imports-packaging',
      'packaging makes the program and is no part of it',
      '^packaging/',
      '^(packaging|test)/',
    ),

    // ── Libraries that belong to one room ─────────────────────────────────────────────────────────────────────────
    reserved(
      'grpc-is-for-the-link',
      'the conversation with the coordinator',
      'node_modules/@grpc/grpc-js',
      '^(agent/link|coordinator)/',
      '^test/',
    ),
    reserved(
      'fastify-is-for-pages',
      'the local endpoint and the fleet page',
      'node_modules/fastify',
      '^(agent/debug|coordinator)/',
      '^test/',
    ),
    reserved(
      'prom-client-is-for-metrics',
      'what is counted is told as text in one place',
      'node_modules/prom-client',
      '^agent/debug/',
      '^test/',
    ),
    reserved(
      'dbus-is-for-systemd',
      'the bus is spoken to by the adapters of the host',
      'node_modules/dbus-next',
      '^agent/host/systemd/',
      '^test/',
    ),
    reserved(
      'programs-run-in-host',
      'starting programs is a port of the host',
      '^(node:)?child_process$',
      '^(agent/host|packaging|test)/',
    ),
    reserved(
      'ffi-in-one-file',
      'what Node lacks is called from one file',
      '^(node:)?ffi$',
      '^hostfs/ffi[.]ts$',
      '^agent/host/',
      '^test/',
    ),
    {
      name: 'not-to-dev-dependencies',
      comment: 'what runs on a node is a dependency',
      severity: 'error',
      from: { path: '^(agent|hostfs|selinux|gpu|coordinator|proto)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'not-to-unresolvable',
      comment: 'an import that leads nowhere',
      severity: 'error',
      from: {},
      // Newer than this tool's list of Node's own modules.
      to: { couldNotResolve: true, pathNot: '^(node:)?ffi$' },
    },

    // ── Shape ─────────────────────────────────────────────────────────────────────────────────────────────────────
    {
      name: 'no-circular',
      comment: 'two files that need each other are one',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'a file that nobody imports and that imports nobody',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['^packaging/', '^test/(bench|long|real|scenarios|support)/', '[.]test[.]ts$', '[.]d[.]ts$'],
      },
      to: {},
    },
  ],
  options: {
    parser: 'swc',
    // Types are dependencies too: a stage that names a later stage's type already knows it.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    reporterOptions: {
      // The picture in ARCHITECTURE.md: one box a room.
      archi: { collapsePattern: '^(agent/[^/]+|[^/]+)' },
    },
  },
};
