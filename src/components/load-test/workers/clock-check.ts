import { type Clock, elapsedOn } from '../../../ground/clock.ts';
import { Failure } from '../../../ground/failure.ts';

/** Milliseconds by which the clock of a job may differ from that of STS. */
const MOST_OFF = 1_000;

/** The header Date tells whole seconds: the time was in the second that it names. */
const SECOND = 1_000;

/** Milliseconds by which a clock is ahead of another one, as far as that is known. */
export interface Offset {
  readonly from: number;
  readonly to: number;
}

/** An answer: when it was asked for and had by the own clock, and the time that it names; in milliseconds. */
export interface DatedAnswer {
  readonly asked: number;
  readonly had: number;
  readonly date: number;
}

/** By how much the own clock is ahead, by all answers. The other clock told its time at some moment between asking and having. */
export function offsetBy(answers: readonly DatedAnswer[]): Offset {
  return {
    from: Math.max(...answers.map(({ asked, date }) => asked - date - SECOND)),
    to: Math.min(...answers.map(({ had, date }) => had - date)),
  };
}

/** Whether a clock differs by no more than is allowed; `unknown` where the answers do not tell. */
export function judgeOffset({ from, to }: Offset): 'right' | 'off' | 'unknown' {
  if (from > MOST_OFF || to < -MOST_OFF || from > to) return 'off';
  return from >= -MOST_OFF && to <= MOST_OFF ? 'right' : 'unknown';
}

/** Answers that are asked for at most, and the milliseconds between two: they fall into other parts of a second each time. */
const MOST_ANSWERS = 10;
const BETWEEN = 300;

/** Compares the clock of this job with that of STS. Throws a Failure when it is off by more than 1 s, or when that cannot be told. */
export async function checkClock(
  { timeOfSts }: { timeOfSts(): Promise<Date | undefined> },
  clock: Clock,
): Promise<Offset> {
  const answers: DatedAnswer[] = [];
  for (let asking = 1; asking <= MOST_ANSWERS; asking++) {
    answers.push(await askTime(timeOfSts, clock));
    const offset = offsetBy(answers);
    const is = judgeOffset(offset);
    if (is === 'right') return offset;
    if (is === 'off') break;
    await clock.sleep(BETWEEN);
  }
  throw new Failure(
    'SMC-5310',
    `No load was sent: the clock of this runner is ${offsetWords(offsetBy(answers))} (at most 1 s is allowed).`,
    'set the clock of the runner by NTP (the Amazon Time Sync Service, 169.254.169.123, say). Then start a new pipeline.',
  );
}

async function askTime(timeOfSts: () => Promise<Date | undefined>, clock: Clock): Promise<DatedAnswer> {
  const [asked, began] = [clock.now().getTime(), elapsedOn(clock)];
  const date = await timeOfSts();
  const had = asked + elapsedOn(clock) - began;
  // Without a time the answer says nothing: that nothing is known is not fine either.
  return date === undefined
    ? { asked: Number.NEGATIVE_INFINITY, had: Number.POSITIVE_INFINITY, date: 0 }
    : { asked, had, date: date.getTime() };
}

/** `between 2.1 and 3.4 s ahead of that of STS`. */
export function offsetWords({ from, to }: Offset): string {
  const seconds = (milliseconds: number) => Number((Math.abs(milliseconds) / 1000).toFixed(1));
  if (!Number.isFinite(from) || !Number.isFinite(to)) return 'not known beside that of STS';
  if (from >= 0) return `between ${seconds(from)} and ${seconds(to)} s ahead of that of STS`;
  if (to <= 0) return `between ${seconds(to)} and ${seconds(from)} s behind that of STS`;
  return `between ${seconds(from)} s behind and ${seconds(to)} s ahead of that of STS`;
}
