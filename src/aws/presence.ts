/** Whether something is where it was left, as far as this job may look. Nobody who may not look says that it is there. */
export type Presence =
  | { readonly is: 'there' }
  | { readonly is: 'gone' }
  | { readonly is: 'not known'; readonly why: string };

export const THERE: Presence = { is: 'there' };
export const GONE: Presence = { is: 'gone' };

export function notKnown(why: string): Presence {
  return { is: 'not known', why };
}
