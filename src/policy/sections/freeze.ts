import * as z from 'zod/mini';
import { mapping, text } from '../../files/schema.ts';
import { mistake } from '../../gitlab/inputs.ts';
import type { Rule } from '../rule.ts';
import { isTimeZone, momentsOf, WALL_TIME, wallTimeAt } from '../wall-time.ts';
import { SET_THE_CLOCK } from './expires.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const WEEKLY = new RegExp(`^(${DAYS.join('|')}) ([01]\\d|2[0-3]):([0-5]\\d)$`);
const MEANING = 'must be a time like 2026-12-20T17:00, or of every week like Friday 17:00';
const ZONE = 'must be the IANA name of a time zone, like Asia/Singapore';

const wall = text(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}|[A-Z][a-z]+day \d{2}:\d{2})$/, MEANING).check(
  z.refine((value) => WEEKLY.test(value) || isOfCalendar(value), { message: MEANING }),
);

const window = mapping({
  from: wall.check(z.describe('When it begins: a time like 2026-12-20T17:00, or of every week like Friday 17:00.')),
  to: wall.check(z.describe('When it is over.')),
  time_zone: text(/^(UTC|[A-Za-z_]+(\/[\w+-]+)+)$/, ZONE).check(
    z.refine(isTimeZone, { message: ZONE }),
    z.describe('The time zone by its IANA name, like Asia/Singapore.'),
  ),
  reason: z.optional(text(/^[^\n\r]{1,200}$/, 'must be one line of at most 200 characters')).check(z.describe('Why.')),
}).check((context) => {
  const { from, to } = context.value;
  if (WEEKLY.test(from) !== WEEKLY.test(to)) mistake(context, 'must begin and end on a date, or both in every week');
  else if (WEEKLY.test(from) ? from === to : from >= to) mistake(context, 'must end after it begins');
});

export const freeze = z
  .optional(z.array(window, 'must be a list of windows, each with from, to and time_zone'))
  .check(z.describe('When nothing is approved and nothing is deployed.'));

type Window = z.output<typeof window>;

/** The rule that nothing is deployed in a freeze: check-model shows it, because a freeze ends by itself. */
export function freezeRules(asked: z.output<typeof freeze>): Rule[] {
  if (asked === undefined || asked.length === 0) return [];
  return [
    {
      name: 'freeze',
      asks: 'a time outside its windows',
      heldFrom: 'approval',
      judge({ time }) {
        if (time.is === 'unknown') return { verdict: 'unknown', now: `unknown: ${time.why}`, next: SET_THE_CLOCK };
        const { now } = time;
        const frozen = asked.flatMap((each) => periodAt(each, now) ?? []);
        if (frozen.length === 0) return { verdict: 'holds', now: `it is ${now.toISOString()}` };
        const ends = new Date(Math.max(...frozen.map(({ to }) => to.getTime())));
        return {
          verdict: 'does not hold',
          now: `it is ${now.toISOString()}: ${frozen.map(({ words }) => words).join('; ')}`,
          next: `run this job again after ${ends.toISOString()}.`,
        };
      },
    },
  ];
}

interface Period {
  readonly to: Date;
  readonly words: string;
}

/** The period of a window that a moment is in. An hour that clocks show twice belongs to a window with both of its turns. */
function periodAt({ from, to, time_zone: zone, reason }: Window, now: Date): Period | undefined {
  const because = reason === undefined ? '' : ` (${reason})`;
  for (const [start, end] of periodsNear({ from, to }, wallTimeAt(now, zone))) {
    const [[begins], [, ends]] = [momentsOf(start, zone), momentsOf(end, zone)];
    if (begins <= now && now < ends) return { to: ends, words: `frozen until ${to} ${zone}${because}` };
  }
  return undefined;
}

/** The periods of a window, as walls show them: the one that it names, or those of a week before and after today. */
function periodsNear({ from, to }: Pick<Window, 'from' | 'to'>, today: string): [start: string, end: string][] {
  const [begins, ends] = [WEEKLY.exec(from), WEEKLY.exec(to)];
  if (!begins || !ends) return [[from, to]];
  const days = Array.from({ length: 15 }, (_, index) => dayAfter(today, index - 7));
  return days
    .filter(({ weekday }) => weekday === begins[1])
    .map(({ date }) => {
      const start = `${date}T${begins[2]}:${begins[3]}`;
      const time = `${ends[2]}:${ends[3]}`;
      const last = Array.from({ length: 8 }, (_, index) => dayAfter(start, index)).find(
        ({ weekday, date: end }) => weekday === ends[1] && `${end}T${time}` > start,
      );
      return [start, `${last?.date}T${time}`];
    });
}

function dayAfter(wallTime: string, days: number): { readonly date: string; readonly weekday: string } {
  const day = new Date(Date.parse(`${wallTime.slice(0, 10)}T00:00Z`) + days * 86_400_000);
  return { date: day.toISOString().slice(0, 10), weekday: DAYS[day.getUTCDay()] ?? '' };
}

/** Whether a date and a time are ones of the calendar: none has a 31st of February. */
function isOfCalendar(value: string): boolean {
  if (!WALL_TIME.test(value)) return false;
  const moment = new Date(`${value}:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(value);
}
