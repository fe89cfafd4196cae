import { subscribe } from 'node:diagnostics_channel';
import { Readable } from 'node:stream';
import type { EmulatorClock } from '../../emulator/world.ts';

let underWay = 0;
subscribe('http.client.request.created', () => {
  underWay++;
});
subscribe('http.client.request.error', () => {
  underWay--;
});
subscribe('http.client.response.finish', (message) => {
  // The head has arrived.
  if (typeof message === 'object' && message !== null && 'response' in message && message.response instanceof Readable)
    message.response.once('close', () => {
      underWay--;
    });
});

/** Turns of the event loop after which a request is taken to have no answer at all. */
const MOST_TURNS = 2_000;

/** Waits until every request of this process has its answer. */
async function whenAnswered(): Promise<void> {
  for (let turn = 0; underWay > 0 && turn < MOST_TURNS; turn++) await nextTurn();
  // What read the answer may still have something to do.
  await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((next) => setImmediate(next));
}

/**
 * Pauses of a clock that is moved by hand, for what does not wait for its answers itself: no time passes while a request is under
 * way but that which its answer takes.
 */
export async function pauseAnswered(clock: EmulatorClock, milliseconds: number): Promise<void> {
  const end = clock.now().getTime() + milliseconds;
  await whenAnswered();
  clock.advance(Math.max(0, end - clock.now().getTime()));
}
