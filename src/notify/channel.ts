import * as z from 'zod/mini';
import { EVENT_NAMES, type ToldName } from './events.ts';

/** The name of a variable, which holds an address or a secret: the policy holds neither. */
const variable = z
  .string()
  .check(z.regex(/^[A-Za-z_]\w{0,254}$/, 'must be the name of a CI/CD variable, and not an address or a secret'));

const host = z.string().check(z.regex(/^[\w.-]{1,253}$/, 'must be the name of a host, like hooks.slack.com'));

const told = {
  environments: z.optional(z.array(z.string()).check(z.minLength(1, 'must name an environment'))),
  events: z.optional(z.array(z.enum(EVENT_NAMES, `must be of ${EVENT_NAMES.join(', ')}`))),
  notify_failures: z._default(z.boolean(), false),
};

/** One way to people: which events it tells, and the names of the variables that say to whom. */
export const channel = z.discriminatedUnion('channel', [
  z.strictObject({
    channel: z.literal('slack'),
    address: variable,
    host: z._default(host, 'hooks.slack.com'),
    ...told,
  }),
]);

export type Channel = z.output<typeof channel>;

/** Whether a channel tells an event: every event where it lists none, a failed job only where it asks for that. */
export function wants({ events, notify_failures }: Channel, event: ToldName): boolean {
  return event === 'failed' ? notify_failures : (events?.includes(event) ?? true);
}
