/** Everything that can be wrong with a site: its layers, its variables, what they bundle, and its stamps. */
import { errorsOf, type Catalogue } from '../base/errors.ts';

export const BUILD_ERRORS = {
  'KSN-BUILD-001': {
    fault: 'caller',
    meaning: 'The folder is no site: there is nothing in it to build.',
    evidence: 'A site has a folder nodes/ with one layer a node.',
    next: 'Name the folder of a site; keelson init DIR makes one.',
  },
  'KSN-BUILD-002': {
    fault: 'caller',
    meaning: 'A layer or a bundled file is not there, or cannot be read.',
    evidence:
      'The entry of extends or from at the place named; paths of extends begin at their own layer, those of from at the site.',
    next: 'Correct the path, or add the file.',
  },
  'KSN-BUILD-003': {
    fault: 'caller',
    meaning: 'A path leads out of the site, or through a symbolic link that might.',
    evidence: 'The path at the place named; `ls -l` of each of its parts.',
    next: 'Keep in the site what the site is made of, as plain files in plain folders.',
  },
  'KSN-BUILD-004': {
    fault: 'caller',
    meaning: 'Layers extend each other in a circle, so none is nearer than the others.',
    evidence: 'The circle is shown in full.',
    next: 'Remove one entry of extends in the circle.',
  },
  'KSN-BUILD-005': {
    fault: 'caller',
    meaning: 'One layer has a map where another has a single value or a list; they cannot be merged.',
    evidence: 'Both places are named.',
    next: 'Write the same form in both, or remove the other with null in a layer between them.',
  },
  'KSN-BUILD-006': {
    fault: 'caller',
    meaning: 'Two layers of which neither extends the other say different things, and no nearer layer decides.',
    evidence: 'Both places are named.',
    next: 'Decide in a nearer layer, or let one of the two extend the other.',
  },
  'KSN-BUILD-007': {
    fault: 'caller',
    meaning: 'A null removes what no layer below has: most likely the key is misspelt, or its value was forgotten.',
    evidence: 'The key at the place named; keelson build --show NODE lists what the layers say.',
    next: 'Correct the key, give it a value, or take the line out.',
  },
  'KSN-BUILD-008': {
    fault: 'caller',
    meaning: 'The declaration of a variable is not one.',
    evidence: 'The entry under vars at the place named.',
    next: 'Write { type: ip | cidr | integer | string | boolean | enum | list, … } as docs/authoring.md says.',
  },
  'KSN-BUILD-009': {
    fault: 'caller',
    meaning: 'The value of a variable is not of its type.',
    evidence: 'The value at the place named, and the declaration that the finding names.',
    next: 'Give a value as the declaration wants it, or correct the declaration.',
  },
  'KSN-BUILD-010': {
    fault: 'caller',
    meaning: 'No layer of the node declares this variable.',
    evidence: 'The reference or value at the place named.',
    next: 'Correct the name, or declare it: vars: { NAME: { type: … } }.',
  },
  'KSN-BUILD-011': {
    fault: 'caller',
    meaning: 'A variable is given a value that nothing uses.',
    evidence: 'The value at the place named; no ${vars.NAME} stands in what its nodes are made of.',
    next: 'Take the value out, or use it.',
  },
  'KSN-BUILD-012': {
    fault: 'caller',
    meaning: 'A list stands within a text, and nothing says how it becomes text.',
    evidence: 'The text at the place named, and the declaration of the list.',
    next: "Declare the list with join: ', ' (or another separator), or let the whole value be the reference.",
  },
  'KSN-BUILD-013': {
    fault: 'caller',
    meaning: '`from` or `template` stands where it can do nothing, or `template` is missing where it is needed.',
    evidence: 'The resource at the place named.',
    next: 'Files and static pods take `from`, instead of `content` or `pod`; `template: true` goes with it, or with content.inline.',
  },
  'KSN-BUILD-014': {
    fault: 'caller',
    meaning: 'What is to be read is no regular file: a folder, a pipe, a socket or a device.',
    evidence: '`ls -ld` of the path named.',
    next: 'Name a regular file.',
  },
  'KSN-BUILD-015': {
    fault: 'caller',
    meaning: 'A file is larger than a layer or a bundle may be (1 MiB).',
    evidence: '`ls -l` of the path named.',
    next: 'Bring large content to the node by another way (an image, a package), and manage what is small.',
  },
  'KSN-BUILD-016': {
    fault: 'caller',
    meaning: 'A template is not UTF-8 text.',
    evidence: 'The file does not decode; `iconv -f utf-8 NAME` says where.',
    next: 'Save it as UTF-8, or leave out template: true.',
  },
  'KSN-BUILD-017': {
    fault: 'caller',
    meaning: 'A layer says itself what build stamps: the generation, or the node that a document is for.',
    evidence: 'metadata.generation or metadata.selector.node at the place named.',
    next: 'Take it out. The generation comes from generations.json, the node from the name of its file.',
  },
  'KSN-BUILD-018': {
    fault: 'caller',
    meaning: 'A file in nodes/ is no layer of a node.',
    evidence:
      'Its name: a node is NAME.yaml, NAME.yml or NAME.json, with the letters, digits, dots and dashes of a host name; .dsse at its end and MANIFEST are taken.',
    next: 'Rename the file, or move it out of nodes/.',
  },
  'KSN-BUILD-019': {
    fault: 'caller',
    meaning: 'generations.json cannot be understood, and no number may be given out twice.',
    evidence: 'The place in the file; git log -p generations.json shows who changed it.',
    next: 'Bring back its last good version; where two branches met, keep for each series the larger generation, and write "digest": "".',
  },
  'KSN-BUILD-020': {
    fault: 'environment',
    meaning: 'Another build of this site runs, or somebody else wrote generations.json meanwhile.',
    evidence:
      'A build that runs has .generations.lock locked; generations.json is not what it was when this one began.',
    next: 'Build again when the other one is done.',
    retryable: true,
  },
  'KSN-BUILD-021': {
    fault: 'caller',
    meaning: 'git cannot say which generation this is.',
    evidence: 'git status and git log in the site, and what the message names.',
    next: 'Commit what is changed and fetch the whole history, or leave --generation git out.',
  },
  'KSN-BUILD-022': {
    fault: 'caller',
    meaning: 'The site has no such node.',
    evidence: 'The files in nodes/.',
    next: 'Name one of the nodes.',
  },
  'KSN-BUILD-023': {
    fault: 'caller',
    meaning: 'The value of a variable ends in a $ directly before a fact, and for the node `$${` is a literal `${`.',
    evidence: 'The text at the place named, and the values of the variables before the fact.',
    next: 'Put something between the two, or take the $ out of the value.',
  },
  'KSN-BUILD-024': {
    fault: 'caller',
    meaning: 'generations.json or the manifest would be larger than the next build could read.',
    evidence: 'The number of files in nodes/.',
    next: 'Split the site: nodes of other series may stand in a site of their own.',
  },
  'KSN-BUILD-025': {
    fault: 'environment',
    meaning: 'The file system refused what a build had to read or write in the site.',
    evidence: 'The path and the reason of the system in the message; ls -ld of it and of its folder.',
    next: 'Remove what is in the way, and build again: what was written stays, and no number is given out twice.',
  },
} as const satisfies Catalogue;

export const buildError = errorsOf(BUILD_ERRORS);
export type BuildCode = keyof typeof BUILD_ERRORS;
