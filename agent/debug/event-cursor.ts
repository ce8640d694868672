/** Where a reader of events goes on: a number, and the log that it is of. */
import { controlError } from '../control/errors.ts';

/** `logId` null: the reader does not say of which log; only a number beyond the end shows that it is another. */
export interface EventCursor {
  readonly seq: number;
  readonly logId: string | null;
}

/** As `id:` of the stream and Last-Event-ID have it: `1234@LOG`, or the number alone. @throws KSN-CTL-003 */
export function parseCursor(text: string, element: string): EventCursor {
  const match = /^(\d{1,15})(?:@([\w-]{1,64}))?$/u.exec(text);
  if (match === null)
    throw controlError('KSN-CTL-003', `'${element}' must be the number of an event`, {
      element,
      remedy: 'Send what the last `id:` line had, or leave it out to begin with the newest events.',
    });
  return { seq: Number(match[1]), logId: match[2] ?? null };
}

/** For an `id:`; `parseCursor` reads it. */
export function cursorText({ seq, logId }: { readonly seq: number; readonly logId: string }): string {
  return `${seq}@${logId}`;
}
