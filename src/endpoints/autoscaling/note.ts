import type { Bounds } from './wanted.ts';

/**
 * What the tag `sagemaker-components:autoscaling` of an endpoint says. It is written before anything is taken away:
 * - `due`: the section of this hash is to be in place, with these bounds; whoever does not find it so gives it back
 * - `in place`: the section of this hash was in place, and all that it describes is ours
 * - `unreadable`: it says something else, which counts as due with the bounds of the section
 */
export type AutoscalingNote =
  | ({ readonly is: 'due'; readonly section: string } & Bounds)
  | { readonly is: 'in place'; readonly section: string }
  | { readonly is: 'unreadable' };

const WORDS =
  /^(?<state>due|in-place) section=(?<section>[0-9a-f]{16})(?: minimum=(?<minimum>\d{1,9}) maximum=(?<maximum>\d{1,9}))?$/;

/** The value of the tag. */
export function noteText(note: Exclude<AutoscalingNote, { is: 'unreadable' }>): string {
  if (note.is === 'in place') return `in-place section=${note.section}`;
  return `due section=${note.section} minimum=${note.minimum} maximum=${note.maximum}`;
}

/** Reads the value of the tag; `undefined` where there is none. */
export function readNote(text: string | undefined): AutoscalingNote | undefined {
  if (text === undefined || text === '') return undefined;
  const { state, section, minimum, maximum } = WORDS.exec(text)?.groups ?? {};
  if (section === undefined) return { is: 'unreadable' };
  if (state === 'in-place') return { is: 'in place', section };
  if (minimum === undefined || maximum === undefined) return { is: 'unreadable' };
  return { is: 'due', section, minimum: Number(minimum), maximum: Number(maximum) };
}
