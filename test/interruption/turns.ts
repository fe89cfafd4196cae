import type { Emulator } from '../../emulator/emulator.ts';
import type { Call } from '../../emulator/world.ts';

/** Whose turn it is, and how long: so many calls; or until it has sent this operation; or, without either, to its end. */
export interface Turn {
  readonly job: string;
  readonly calls?: number;
  readonly through?: string;
}

/**
 * Lets jobs that run at the same time call AWS by turns. A job whose turn it is not waits before its call takes effect. When
 * the turns are over, all go on as they come. Give each running job to `end`: with its end its turns are over.
 */
export function takeTurns(emulator: Emulator, turns: readonly Turn[]) {
  const waiting: { job: string; operation: string; go: () => void }[] = [];
  const ended = new Set<string>();
  let [at, done, sent] = [0, 0, ''];

  const isOver = ({ job, calls = Infinity, through }: Turn) => ended.has(job) || done >= calls || sent === through;
  const advance = () => {
    for (let turn = turns[at]; turn && isOver(turn); turn = turns[at]) [at, done, sent] = [at + 1, 0, ''];
    const { job } = turns[at] ?? {};
    const next = waiting.find((each) => job === undefined || each.job === job);
    if (!next) return;
    waiting.splice(waiting.indexOf(next), 1);
    [done, sent] = [done + 1, next.operation];
    next.go();
    // Of what a job asks side by side, the next waits already.
    advance();
  };

  emulator.onAsked = (call) =>
    new Promise<void>((go) => {
      waiting.push({ job: jobOf(call), operation: call.operation, go });
      advance();
    });

  return async <Job>(job: string, running: Promise<Job>): Promise<Job> => {
    const finished = await running;
    ended.add(job);
    advance();
    return finished;
  };
}

/** The number of the job that makes a call: its session is named by it. */
export function jobOf({ principal, input }: Call): string {
  const session =
    typeof input === 'object' && input !== null && 'RoleSessionName' in input ? input.RoleSessionName : '';
  return /-(\d+)$/.exec(String(session) || principal)?.[1] ?? '';
}
