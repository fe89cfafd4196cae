import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import type { EmulatorClock } from '../../emulator/world.ts';

/** The requests of this process that have neither their answer nor an error. */
const underWay = new Set<ClientRequest>();
subscribe('http.client.request.created', (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message)) return;
  const { request } = message;
  if (!(request instanceof ClientRequest)) return;
  underWay.add(request);
  request.once('close', () => underWay.delete(request));
});

/** Turns of the event loop after which a request is taken to have no answer at all. */
const MOST_TURNS = 2_000;

/** Waits until every request of this process has its answer. */
async function whenAnswered(): Promise<void> {
  for (let turn = 0; underWay.size > 0 && turn < MOST_TURNS; turn++) await nextTurn();
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
