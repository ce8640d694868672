import { printableText } from '../base/printable-text.ts';
import { redactText } from '../base/redact-text.ts';
import type { Reason } from '../base/errors.ts';
import { eventLine, LONGEST_LINE } from './event-segment.ts';
import type { EventDraft, EventRecord } from './events.ts';

const LONGEST_TEXT = 2_048;

/** What a draft says, safe to keep and to show, and no longer than a line may be. */
export function safeDraft(draft: EventDraft): EventDraft {
  const { message, reason, by, reasonGiven, ...rest } = draft;
  return {
    ...rest,
    message: safe(message),
    ...(reason !== undefined && { reason: safeReason(reason) }),
    ...(by !== undefined && { by: safe(by) }),
    ...(reasonGiven !== undefined && { reasonGiven: safe(reasonGiven) }),
  };
}

/** The line, or where even that is too long, what is indispensable of it. */
export function boundedLine(record: EventRecord): string {
  const line = eventLine(record);
  if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
  const { type, message, seq, logId, at, bootId } = record;
  return eventLine({ type, message: message.slice(0, LONGEST_TEXT), seq, logId, at, bootId });
}

function safeReason(reason: Reason): Reason {
  return {
    ...reason,
    message: safe(reason.message),
    ...(reason.remedy !== undefined && { remedy: safe(reason.remedy) }),
  };
}

function safe(text: string): string {
  const clean = redactText(printableText(text));
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean;
}
