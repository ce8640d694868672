/** What each type of event means and what a person does next, for `journalctl -x`. */
import type { EventType } from '../agent/report/events.ts';

export const EVENT_MEANINGS: Readonly<Record<EventType, { readonly means: string; readonly next: string }>> = {
  AgentStarted: {
    means: 'The agent is ready: its sockets answer.',
    next: 'Nothing. Where no AgentStopping came before it, the run before died: keelson events.',
  },
  AgentStopping: {
    means: 'The agent ends in an orderly way. What is under way goes on at its next start.',
    next: 'Nothing, where somebody stopped it; systemctl start keelson has it run again.',
  },
  SpecAccepted: {
    means: 'A generation of a spec is wanted from now on.',
    next: 'Nothing.',
  },
  SpecRefused: {
    means: 'A document in the spec folder is not for this node, or wrong.',
    next: 'keelson explain with the code says what to correct.',
  },
  TransactionOpened: {
    means: 'The change to a generation begins.',
    next: 'Nothing.',
  },
  ResourceChanged: {
    means: 'An address was created, changed or deleted.',
    next: 'Nothing.',
  },
  ResourceWaiting: {
    means: 'An address waits for something that must happen first. Nothing failed.',
    next: 'keelson status names it with its age; it goes on by itself.',
  },
  ResourceResumed: {
    means: 'What an address waited for has happened.',
    next: 'Nothing.',
  },
  DriftRepaired: {
    means: 'Something managed was changed from outside, and was put back.',
    next: 'Find who changes it, if you do not know.',
  },
  DriftReported: {
    means: 'Something managed differs and was left: the spec says so, or a hold has just ended.',
    next: 'keelson diff shows it; put it back, or change the spec.',
  },
  Contended: {
    means: 'An address was put back five times in ten minutes: something else writes there.',
    next: 'Find the other writer; repairs are slow until then.',
  },
  EffectRun: {
    means: 'A target of onChange was told of a change.',
    next: 'Nothing.',
  },
  EffectFailed: {
    means: 'A target of onChange could not be told, or a repair failed.',
    next: 'keelson explain with the code; run the command by hand.',
  },
  EffectSkipped: {
    means: 'Nothing here can tell a target of onChange, or it is not there. The change itself is in place.',
    next: 'Correct the target, or wait for the release that knows it.',
  },
  EffectLeft: {
    means: 'A rollback gave up an effect that only the failed generation has.',
    next: 'Run it by hand where it still matters.',
  },
  LaneFailed: {
    means: 'A lane of the engine failed. It begins again by itself, ever later.',
    next: 'keelson explain with the code within.',
  },
  VerdictGood: {
    means: 'Every gate held: the generation is the last known good.',
    next: 'Nothing.',
  },
  RolledBack: {
    means: 'The node is at the last known good again, or what a renewal or a patch changed is as before it.',
    next: 'keelson status says why; correct it in a newer generation.',
  },
  RollbackStarted: {
    means: 'A generation, a renewal or a patch is being undone.',
    next: 'keelson status --watch shows its end.',
  },
  RollbackIncomplete: {
    means: 'A step of a rollback failed. It is tried again by itself.',
    next: 'Mend what the reason names.',
  },
  Superseded: {
    means: 'A newer generation came before the verdict of this one.',
    next: 'Nothing.',
  },
  Blocked: {
    means: 'A generation failed and will not be tried again by itself.',
    next: 'Correct it, sign and push a newer one; or keelson retry N --reason ….',
  },
  Unblocked: {
    means: 'Somebody asked for a retry of a blocked generation.',
    next: 'Nothing.',
  },
  Held: {
    means: 'Somebody stopped changes of an address, or of the node, for a while.',
    next: 'keelson release ends it before its time.',
  },
  Released: {
    means: 'A hold or a patch ended, by itself or by somebody.',
    next: 'keelson diff shows what differs now; it is repaired.',
  },
  SafeModeEntered: {
    means: 'The agent only looks and reports: it died three times in ten minutes, or somebody switched it on.',
    next: 'Mend the cause, push a newer generation, then keelson safe-mode off.',
  },
  SafeModeLeft: {
    means: 'Somebody switched safe mode off.',
    next: 'Nothing.',
  },
  ResourceLeft: {
    means: 'An address is no longer managed, or a rollback left it as it is.',
    next: 'Decide by hand whether the edit is to stay.',
  },
  ForeignFound: {
    means: 'Something that no spec names lies where specs alone should put things.',
    next: 'Remove it, declare it, or leave it.',
  },
  Recovered: {
    means: 'A transaction of an earlier run goes on.',
    next: 'Nothing.',
  },
  GuardFired: {
    means: 'The undo of a guarded change had run before its transaction could go on. The generation fails.',
    next: 'Correct what its guard could not reach.',
  },
  ControlRequest: {
    means: 'Somebody asked for a change on control.sock.',
    next: 'Nothing; the entry says who, and why.',
  },
  Gap: {
    means: 'Events are missing here, or the log on disk could not be continued.',
    next: 'Look at the disk if it repeats.',
  },
  JournalReadOnly: {
    means: 'The journal of the agent cannot be gone on with: the agent only looks.',
    next: 'keelson explain with the code; copy the state folder away first.',
  },
  Left: {
    means: 'keelson leave was carried out: nothing is managed.',
    next: 'Nothing.',
  },
};
