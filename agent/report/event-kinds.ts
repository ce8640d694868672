/**
 * What every type of event is in the journal of systemd. A `MESSAGE_ID` is for ever: rules, dashboards and catalogs of
 * others name it, so a type that comes gets a new one (`systemd-id128 new`), and one that goes takes its own with it.
 */
import type { EventType } from './events.ts';

export interface EventKind {
  /** MESSAGE_ID of systemd.journal-fields(7). */
  readonly id: string;
  /** syslog(3): 3 a failure of the node, 4 a trouble that does not spread, 5 worth knowing, 6 the course of things. */
  readonly priority: 3 | 4 | 5 | 6;
}

/** By type, all of them. */
export const EVENT_KINDS: Readonly<Record<EventType, EventKind>> = {
  /** The agent is ready: its sockets answer. */
  AgentStarted: {
    id: 'c52973b99ac34ec29590f718aa90c82d',
    priority: 6,
  },
  /** The agent ends in an orderly way. What is under way goes on at its next start. */
  AgentStopping: {
    id: '540018ee291b4e77b5b9fb1bb73b1a54',
    priority: 6,
  },
  /** A generation of a spec is wanted from now on. */
  SpecAccepted: {
    id: 'df7728c1ceb74cc2a2298e7aca7fc971',
    priority: 5,
  },
  /** A document in the spec folder is not for this node, or wrong. */
  SpecRefused: {
    id: 'db68ed94e10b4c89a0b0f77e602bd2b2',
    priority: 4,
  },
  /** The change to a generation begins. */
  TransactionOpened: {
    id: '7c450e37d8c04e3abeda524a0641ff02',
    priority: 6,
  },
  /** An address was created, changed or deleted. */
  ResourceChanged: {
    id: '07634845458a4711ac87be492c8b8e87',
    priority: 6,
  },
  /** An address waits for something that must happen first. Nothing failed. */
  ResourceWaiting: {
    id: '43d26b3ac7754cf18d06cea0f6fb82b7',
    priority: 5,
  },
  /** What an address waited for has happened. */
  ResourceResumed: {
    id: '3d03982341914cb2b41a07a1c6598b77',
    priority: 6,
  },
  /** Something managed was changed from outside, and was put back. */
  DriftRepaired: {
    id: 'ba213d5598c943269c320886b2473b21',
    priority: 5,
  },
  /** Something managed differs and was left: the spec says so, or a hold has just ended. */
  DriftReported: {
    id: '32e4269ccd1d43ec968bcf1225ab0a73',
    priority: 4,
  },
  /** An address was put back five times in ten minutes: something else writes there. */
  Contended: {
    id: '69d5a09954724a2992909768b1dca067',
    priority: 4,
  },
  /** A target of onChange was told of a change. */
  EffectRun: {
    id: '66df827cc3e149938ad49abd9419734a',
    priority: 6,
  },
  /** A target of onChange could not be told, or a repair failed. */
  EffectFailed: {
    id: '20a91291d585426bbb585cab34c98ae5',
    priority: 4,
  },
  /** Nothing here can tell a target of onChange, or it is not there. The change itself is in place. */
  EffectSkipped: {
    id: 'ab61472834da4a268db4f87bc43fa427',
    priority: 5,
  },
  /** A rollback gave up an effect that only the failed generation has. */
  EffectLeft: {
    id: '084c0f8e8e1c4995a1309617a3dc5ec3',
    priority: 4,
  },
  /** A lane of the engine failed. It begins again by itself, ever later. */
  LaneFailed: {
    id: 'bf2b7988d4004b55a2ff168830d023f7',
    priority: 3,
  },
  /** Every gate held: the generation is the last known good. */
  VerdictGood: {
    id: '5a3b01a1f89a43d3936eb8a11d35f905',
    priority: 5,
  },
  /** The node is at the last known good again, or what a renewal or a patch changed is as before it. */
  RolledBack: {
    id: '4953841d75b447c69e605bba438d7d03',
    priority: 3,
  },
  /** A generation, a renewal or a patch is being undone. */
  RollbackStarted: {
    id: 'a4ad328024b34c888b3cc6bed5e0b97b',
    priority: 4,
  },
  /** A step of a rollback failed. It is tried again by itself. */
  RollbackIncomplete: {
    id: '04bb4b132fbf4966b87f0f1d52eab0dc',
    priority: 3,
  },
  /** A newer generation came before the verdict of this one. */
  Superseded: {
    id: '4c233aa1bec4427fb46c1df6262afd13',
    priority: 6,
  },
  /** A generation failed and will not be tried again by itself. */
  Blocked: {
    id: 'c96c082017ee40629fcee05234236fc7',
    priority: 3,
  },
  /** Somebody asked for a retry of a blocked generation. */
  Unblocked: {
    id: 'c896ed1fe2254b3ebb0120e8b6665162',
    priority: 5,
  },
  /** Somebody stopped changes of an address, or of the node, for a while. */
  Held: {
    id: 'c98c76cc44a947dca521c9ffd20cef69',
    priority: 5,
  },
  /** A hold or a patch ended, by itself or by somebody. */
  Released: {
    id: '20a3b76986b242278f880ebac603bc49',
    priority: 5,
  },
  /** The agent only looks and reports: it died three times in ten minutes, or somebody switched it on. */
  SafeModeEntered: {
    id: 'ae861b21f54a4ec78a1fb3e0f89d53e5',
    priority: 3,
  },
  /** Somebody switched safe mode off. */
  SafeModeLeft: {
    id: '7ea3805972064085b4c872a9e42acfef',
    priority: 5,
  },
  /** An address is no longer managed, or a rollback left it as it is. */
  ResourceLeft: {
    id: 'cac7998022c84c5cae960ca4b1ff0092',
    priority: 5,
  },
  /** Something that no spec names lies where specs alone should put things. */
  ForeignFound: {
    id: '4f18a2ddadee4378a837c900c21774e5',
    priority: 5,
  },
  /** A transaction of an earlier run goes on. */
  Recovered: {
    id: '16aaa81b4dcb45b499ce23c740e222b4',
    priority: 5,
  },
  /** The undo of a guarded change had run before its transaction could go on. The generation fails. */
  GuardFired: {
    id: 'e43dfde416554f338bb97406cf638141',
    priority: 3,
  },
  /** Somebody asked for a change on control.sock. */
  ControlRequest: {
    id: '3f8a57c2388d45a0a9f3c968bc80fd32',
    priority: 5,
  },
  /** Events are missing here, or the log on disk could not be continued. */
  Gap: {
    id: 'afe92ab0cc7443d699aa64311062be60',
    priority: 4,
  },
  /** The journal of the agent cannot be gone on with: the agent only looks. */
  JournalReadOnly: {
    id: '2f62007314464b7ba1ab3c7ffba68e3c',
    priority: 3,
  },
  /** keelson leave was carried out: nothing is managed. */
  Left: {
    id: '37ad822ab557465184bd9d0b77f13f19',
    priority: 5,
  },
};
