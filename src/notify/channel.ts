import * as z from 'zod/mini';
import { EVENT_NAMES, type ToldName } from './events.ts';

/** The name of a variable, which holds an address or a secret: the policy holds neither. */
const variable = z
  .string()
  .check(z.regex(/^[A-Za-z_]\w{0,254}$/, 'must be the name of a CI/CD variable, and not an address or a secret'));

const host = z
  .string()
  .check(z.regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'must be the name of a host in small letters, like hooks.slack.com'));

const told = {
  address: variable,
  events: z.optional(
    z.array(z.enum(EVENT_NAMES, `must be of ${EVENT_NAMES.join(', ')}`)).check(z.minLength(1, 'must name an event')),
  ),
  notify_failures: z._default(z.boolean('must be true or false'), false),
};

/** One way to people: which events it tells, the names of the variables that say to whom, and the host that they may name. */
export const channel = z.discriminatedUnion('channel', [
  z.strictObject({ channel: z.literal('slack'), host: z._default(host, 'hooks.slack.com'), ...told }),
  z.strictObject({ channel: z.literal('teams'), host, ...told }),
  z.strictObject({ channel: z.literal('webhook'), host, secret: variable, ...told }),
  z.strictObject({
    channel: z.literal('email'),
    host,
    server: variable,
    from: variable,
    tls: z._default(z.enum(['required', 'none'], 'must be required or none'), 'required'),
    ...told,
  }),
]);

export type Channel = z.output<typeof channel>;

/** Whether a channel tells an event: every event where it lists none, a failed job only where it asks for that. */
export function wants({ events, notify_failures }: Channel, event: ToldName): boolean {
  return event === 'failed' ? notify_failures : (events?.includes(event) ?? true);
}
