/*
 * Times as a clock on a wall in some time zone shows them, `2026-12-20T17:00`. Where clocks are set back, a wall shows an hour twice;
 * where they are set forward, it never shows one.
 */

/** The fields of a wall's time, in the order in which it is written. */
const FIELDS = ['year', 'month', 'day', 'hour', 'minute'] as const;

/** The form of a wall's time. */
export const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;

/** Milliseconds of a day. */
const DAY = 86_400_000;

/** Whether the machine knows a time zone by this name (IANA). */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What a clock in a time zone shows. */
export function wallTimeAt(moment: Date, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  const [year, month, day, hour, minute] = FIELDS.map((field) => parts.get(field) ?? '');
  return `${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}`;
}

/**
 * The first and the last moment at which a clock in a time zone shows a time. They are the same, except where clocks are changed: a
 * time that no clock shows is that of the clock before the change and that of the clock after it, and so lies on both sides of it.
 */
export function momentsOf(wall: string, timeZone: string): readonly [first: Date, last: Date] {
  const asUtc = new Date(`${wall}:00Z`).getTime();
  // Of each day beside it, how far the wall is from UTC: a change of the clocks lies between them.
  const offsets = [asUtc - DAY, asUtc + DAY].map((near) => offsetAt(new Date(near), timeZone));
  const candidates = [...new Set(offsets.map((offset) => asUtc - offset))];
  const shown = candidates.filter((each) => wallTimeAt(new Date(each), timeZone) === wall);
  const moments = (shown.length > 0 ? shown : candidates).sort((a, b) => a - b);
  return [new Date(moments[0] ?? asUtc), new Date(moments.at(-1) ?? asUtc)];
}

/** Milliseconds that the wall is ahead of UTC. */
function offsetAt(moment: Date, timeZone: string): number {
  const minutes = Math.floor(moment.getTime() / 60_000) * 60_000;
  return new Date(`${wallTimeAt(moment, timeZone)}:00Z`).getTime() - minutes;
}
