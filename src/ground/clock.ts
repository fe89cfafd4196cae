/** Time, passed in: a test moves it by hand and no test sleeps. */
export interface Clock {
  now(): Date;
  /** Milliseconds since some moment, with fractions, which nothing sets back; without it, `now` tells them. */
  elapsed?(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Lets what has arrived be seen, without a pause; without it, nothing arrives but in pauses. */
  turn?(): Promise<void>;
  /**
   * A number from 0 to 1, by which pauses differ, so that jobs do not poll in step. Passed in, so that a seed replays.
   */
  random(): number;
}

/** Milliseconds since some moment, as exactly as a clock tells them: for what is measured. */
export function elapsedOn(clock: Clock): number {
  return clock.elapsed?.() ?? clock.now().getTime();
}

/** When a job must have ended by itself, and what sets that limit. */
export interface Deadline {
  readonly at: Date;
  /** For the sentence "Stopped waiting ... after ...": `max_wait_time`, the job's timeout or the token's lifetime. */
  readonly because: string;
}

/** The earliest of several limits. */
export function earliest(first: Deadline, ...others: readonly Deadline[]): Deadline {
  return others.reduce((soonest, other) => (other.at < soonest.at ? other : soonest), first);
}

/** A time as a person reads it, rounded to seconds: `45 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}
