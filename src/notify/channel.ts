import type { EventName, ToldName } from './events.ts';

/** What every channel says. It names the variables that hold addresses and secrets, and holds none. */
interface AnyChannel {
  readonly address: string;
  /** Where the address has to be, whoever set the variable. */
  readonly host: string;
  /** The events that it tells, beside an emergency: every one where it lists none. */
  readonly events?: readonly EventName[] | undefined;
  readonly notify_failures: boolean;
}

/** One way to people, as a policy says it. */
export type Channel =
  | (AnyChannel & { readonly channel: 'slack' | 'teams' })
  | (AnyChannel & { readonly channel: 'webhook'; readonly secret: string })
  | (AnyChannel & {
      readonly channel: 'email';
      readonly server: string;
      readonly from: string;
      readonly tls: 'required' | 'none';
    });

/** Whether a channel tells an event: a failed job only where it asks for that, and an emergency whatever else it lists. */
export function wants({ events, notify_failures }: Channel, event: ToldName): boolean {
  if (event === 'failed') return notify_failures;
  return event === 'emergency' || (events?.includes(event) ?? true);
}
