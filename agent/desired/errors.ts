/** Everything that can be wrong with a spec as a document. One code a distinct cause. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const SPEC_ERRORS = {
  'KSN-SPEC-001': {
    fault: 'caller',
    meaning: 'The document is not UTF-8 text.',
    evidence: 'The file does not decode; `file NAME` or `iconv -f utf-8 NAME` says where.',
    next: 'Save the document as UTF-8.',
  },
  'KSN-SPEC-002': {
    fault: 'caller',
    meaning: 'The document is neither valid YAML 1.2 nor valid JSON.',
    evidence: 'The line and column named with the finding.',
    next: 'Correct the syntax at the place named.',
  },
  'KSN-SPEC-003': {
    fault: 'caller',
    meaning: 'The document is larger than a node accepts (1 MiB).',
    evidence: 'The size named with the finding; `wc -c NAME`.',
    next: 'Move large content out of the spec, or split the spec into two series.',
  },
  'KSN-SPEC-004': {
    fault: 'caller',
    meaning: 'The document is nested deeper than a node accepts (32 levels).',
    evidence: 'The place named with the finding.',
    next: 'Flatten the structure at the place named.',
  },
  'KSN-SPEC-005': {
    fault: 'caller',
    meaning: 'The document has more values than a node accepts (100,000).',
    evidence: 'The count of maps, lists and scalars in the document.',
    next: 'Split the spec, or manage fewer, larger resources.',
  },
  'KSN-SPEC-006': {
    fault: 'caller',
    meaning: 'A map has the same key twice, so its meaning would depend on the reader.',
    evidence: 'Both keys stand in the map at the place named.',
    next: 'Keep one of the two.',
  },
  'KSN-SPEC-007': {
    fault: 'caller',
    meaning: 'The document uses YAML anchors or aliases; a node document says everything where it stands.',
    evidence: 'The `&name` or `*name` at the place named.',
    next: 'Write the value out at each place.',
  },
  'KSN-SPEC-008': {
    fault: 'caller',
    meaning: 'The document uses a YAML tag or directive; only plain YAML 1.2 core values are read.',
    evidence: 'The `!tag` or `%DIRECTIVE` at the place named.',
    next: 'Remove it; quote the value if it must be a string.',
  },
  'KSN-SPEC-009': {
    fault: 'caller',
    meaning: 'The file does not hold exactly one document.',
    evidence: 'The file is empty, or has a second `---`.',
    next: 'Keep one document a file.',
  },
  'KSN-SPEC-010': {
    fault: 'caller',
    meaning: 'A key is not known at this place; unknown keys are refused, never ignored.',
    evidence: 'The key at the place named; `keelson explain KIND` lists the known ones.',
    next: 'Correct the key or remove it.',
  },
  'KSN-SPEC-011': {
    fault: 'caller',
    meaning: 'A key that is needed at this place is missing.',
    evidence: 'The map at the place named.',
    next: 'Add the key.',
  },
  'KSN-SPEC-012': {
    fault: 'caller',
    meaning: 'A value has another type than this place takes.',
    evidence: 'The value at the place named.',
    next: 'Give a value of the type named; quote it if it must be a string.',
  },
  'KSN-SPEC-013': {
    fault: 'caller',
    meaning: 'A value is of the right type but not one that this place takes.',
    evidence: 'The value at the place named.',
    next: 'Give a value as the finding describes it.',
  },
  'KSN-SPEC-014': {
    fault: 'caller',
    meaning:
      'A pod mounts a single managed file (or link). Its replacement is a new inode and stays invisible to the container.',
    evidence: 'The hostPath volume of the pod and the resource that manages that very path.',
    next: "Mount the folder of the file, or give the file `onChange: { 'pod:NAME': restart }`.",
  },
  'KSN-SPEC-015': {
    fault: 'caller',
    meaning: 'A section of the spec, or a field of a resource, comes in a later release than this one of the agent.',
    evidence: 'The section or field at the place named; `keelson version --all` lists the kinds.',
    next: 'Remove it, or use an agent that has the kind or field (`requires: { agent: … }` says so).',
  },
  'KSN-SPEC-016': {
    fault: 'caller',
    meaning: 'A key is only for authoring; a node sees the flat document in which it has been resolved.',
    evidence: 'The key at the place named: extends, vars, from or template.',
    next: 'Build it with `keelson build`, or write the flat form (`content: { inline: … }` for `from:`).',
  },
  'KSN-SPEC-017': {
    fault: 'caller',
    meaning: 'The natural key of a resource (its name in the map of its kind) is not one that the kind takes.',
    evidence: 'The key at the place named.',
    next: 'Correct the key.',
  },
  'KSN-SPEC-018': {
    fault: 'caller',
    meaning: 'dependsOn names a resource that is not in this spec.',
    evidence: 'The address at the place named; `keelson validate` knows every address of the spec.',
    next: 'Correct the address, declare the resource, or drop the dependency.',
  },
  'KSN-SPEC-019': {
    fault: 'caller',
    meaning: 'Resources depend on each other in a circle, so none can be first.',
    evidence: 'The circle is shown in full.',
    next: 'Remove one dependency of the circle.',
  },
  'KSN-SPEC-020': {
    fault: 'caller',
    meaning: 'Two resources own the same thing.',
    evidence: 'Both are named with what they both claim.',
    next: 'Leave it to one of the two.',
  },
  'KSN-SPEC-021': {
    fault: 'caller',
    meaning: 'A resource lies inside a tree that another resource owns as a whole.',
    evidence: 'Both are named with the tree and what lies inside it.',
    next: 'Declare it outside the tree, or do not own the whole tree.',
  },
  'KSN-SPEC-022': {
    fault: 'caller',
    meaning: 'A variable that a node uses has no value for it.',
    evidence: 'The declaration under `vars` at the place named, and the layers of the node.',
    next: "Set it in the node's layer, or give it a default.",
  },
  'KSN-SPEC-023': {
    fault: 'caller',
    meaning: 'A `${…}` reference names something that does not exist.',
    evidence: 'The string at the place named.',
    next: 'Use one of the facts the finding names; `$${` writes a literal `${`.',
  },
  'KSN-SPEC-024': {
    fault: 'environment',
    meaning: 'The spec uses a fact that this node cannot tell.',
    evidence:
      'The fact named with the finding; /etc/hostname, /etc/machine-id, /etc/os-release and the routes of the host tell it.',
    next: 'Make the node able to tell the fact, or write the value into the spec.',
    retryable: true,
  },
  'KSN-SPEC-025': {
    fault: 'caller',
    meaning: 'A `${vars.…}` reference was left in a node document; variables are resolved when a spec is built.',
    evidence: 'The string at the place named.',
    next: 'Write the value in its place.',
  },
  'KSN-SPEC-026': {
    fault: 'caller',
    meaning: 'A `${…}` reference stands where none is resolved: a key, or the head of the document.',
    evidence: 'The key or value at the place named.',
    next: 'Write the value out.',
  },
  'KSN-SPEC-027': {
    fault: 'caller',
    meaning: 'The document is not a NodeSpec of a version that this agent reads.',
    evidence: 'apiVersion and kind at the top of the document.',
    next: 'Start the document with `apiVersion: keelson.dev/v1` and `kind: NodeSpec`.',
  },
  'KSN-SPEC-028': {
    fault: 'caller',
    meaning: 'The spec has more resources than a node accepts (5,000).',
    evidence: 'The count named with the finding.',
    next: 'Split the spec, or manage whole folders where single files are not needed.',
  },
  'KSN-SPEC-029': {
    fault: 'caller',
    meaning: 'A check wants to run inside a pod; this release runs checks on the host only.',
    evidence: 'The `pod` key of the check at the place named.',
    next: 'Run the check by a program of the host, or leave the check out and let a gate judge the pod.',
  },
  'KSN-SPEC-030': {
    fault: 'caller',
    meaning: 'requires.agent is not a version range.',
    evidence: 'The value at the place named.',
    next: "Write comparisons with a space between them: '>=1.2', '>=1.2 <2', '1.4.0'.",
  },
  'KSN-SPEC-031': {
    fault: 'caller',
    meaning: 'A key is not plain text: it is empty, a list, a map, or a name that programs must not take as a key.',
    evidence: 'The key at the place named.',
    next: 'Use a plain text key.',
  },
  'KSN-SPEC-032': {
    fault: 'caller',
    meaning: 'A value cannot be written as JSON: an infinite or undefined number, or text with half a character.',
    evidence: 'The value at the place named.',
    next: 'Write a finite number or well-formed text.',
  },
  'KSN-SPEC-033': {
    fault: 'caller',
    meaning: 'A place that takes one of several forms has none of them, or more than one.',
    evidence: 'The map at the place named and the forms that the finding names.',
    next: 'Choose one of the forms.',
  },
  'KSN-SPEC-034': {
    fault: 'caller',
    meaning: 'Two entries of the spec have the same address.',
    evidence: 'Both stand in the section at the place named.',
    next: 'Keep one of the two.',
  },
  'KSN-SPEC-035': {
    fault: 'caller',
    meaning: 'onChange asks a target for something that this kind of target cannot do.',
    evidence: 'The entry of onChange at the place named.',
    next: 'Units take reload, restart or a signal; pods restart or a signal; process: and pidfile: a signal; command: exec.',
  },
  'KSN-SPEC-036': {
    fault: 'caller',
    meaning: 'A resource lies beneath a path at which this spec puts something that is not a directory.',
    evidence: 'Both are named; what lies beneath a link would in truth lie somewhere else.',
    next: 'Name the real path, or make the parent a directory.',
  },
  'KSN-SPEC-037': {
    fault: 'caller',
    meaning: 'onChange names a pod that is not in this spec, so nobody would be told of the change.',
    evidence: 'The entry of onChange at the place named; `staticPods` of the spec.',
    next: 'Correct the name, declare the pod, or leave the entry out.',
  },
} as const satisfies Catalogue;

export const specError = errorsOf(SPEC_ERRORS);
export type SpecCode = keyof typeof SPEC_ERRORS;
