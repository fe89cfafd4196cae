import * as z from 'zod/mini';
import { mapping, oneOf, switched, text } from '../../files/schema.ts';
import { EVENT_NAMES } from '../../notify/events.ts';

/** The name of a variable, which holds an address or a secret: a policy holds neither, and nothing shows what stands here instead. */
const variable = text(/^[A-Za-z_]\w{0,254}$/, 'must be the name of a CI/CD variable, and not an address or a secret');

const host = text(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'must be the name of a host in small letters, like hooks.slack.com');

const event = z.enum(EVENT_NAMES, `must be one of ${EVENT_NAMES.join(', ')}`);

/** What every channel says: where its address is, and of what it is told. */
const told = {
  address: variable,
  events: z.optional(z.array(event, 'must be a list').check(z.minLength(1, 'must name an event'))),
  notify_failures: z._default(switched, false),
};

const CHANNELS = 'must have "channel: slack", "channel: teams", "channel: webhook" or "channel: email"';

const channel = z.discriminatedUnion(
  'channel',
  [
    mapping({ channel: z.literal('slack'), host: z._default(host, 'hooks.slack.com'), ...told }),
    mapping({ channel: z.literal('teams'), host, ...told }),
    mapping({ channel: z.literal('webhook'), host, secret: variable, ...told }),
    mapping({
      channel: z.literal('email'),
      host,
      server: variable,
      from: variable,
      tls: z._default(oneOf(['required', 'none']), 'required'),
      ...told,
    }),
  ],
  CHANNELS,
);

export const notify = z
  .optional(z.array(channel, 'must be a list of channels').check(z.maxLength(10, 'must have at most 10 channels')))
  .check(z.describe('The channels by which people are told what jobs do: docs/notifications.md.'));
