import { NotSent } from './not-sent.ts';

/** Milliseconds from an event until nothing waits for its messages any more. */
const PATIENCE = 10_000;

/** The end of that time, from now. */
export const patience = (): AbortSignal => AbortSignal.timeout(PATIENCE);

/** What is awaited, or NotSent when the time has ended, even where nobody listens to the signal. */
export async function inTime<Value>(signal: AbortSignal, awaited: Promise<Value>): Promise<Value> {
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new NotSent(`no answer within ${PATIENCE / 1000} s`));
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
  return Promise.race([awaited, late]);
}
