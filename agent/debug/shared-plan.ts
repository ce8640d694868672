/**
 * The plan of what is wanted. For it the whole host is looked at, and on a port everybody may ask: whoever asks while
 * somebody is being answered gets the same answer.
 */
import type { ControlPort } from '../control/port.ts';
import type { Preview } from '../plan/preview.ts';

export type SharedPlan = () => Promise<Preview>;

/** Rejects as the preview does; the next one is asked for anew. */
export function sharedPlan({ engine, texts }: Pick<ControlPort, 'engine' | 'texts'>): SharedPlan {
  let running: Promise<Preview> | null = null;
  const made = async (): Promise<Preview> => texts.count(await engine.preview());
  return () =>
    (running ??= made().finally(() => {
      running = null;
    }));
}
