import type { Approvers } from '../registry/approvers.ts';
import { readApproval } from '../registry/entries.ts';
import type { ModelPackage } from '../registry/packages.ts';

/** Who stands for an approval, as far as anybody can tell. */
export type People =
  /** `next` is what helps where there are too few of them, if it is something else than usual. */
  | { readonly is: 'known'; readonly count: number; readonly words: string; readonly next?: string }
  | { readonly is: 'unknown'; readonly why: string; readonly next: string; readonly isTrouble?: true };

/** The people of an approval that is given now, and whoever does not count, with why. */
export function peopleOf({ counted, uncounted }: Approvers): People {
  const words = [...counted.map(({ login }) => login), ...uncounted.map(({ login, why }) => `not ${login}: ${why}`)];
  return { is: 'known', count: counted.length, words: `${counted.length} (${words.join('; ')})` };
}

/** The people of an approval that was given, as its registry entry says. */
export function peopleOfEntry(version: ModelPackage, environment: string): People {
  const approval = readApproval(version, environment);
  if (approval.is !== 'read' || approval.value.people === undefined)
    return {
      is: 'unknown',
      why: 'the approval does not say how many people gave it',
      next: 'start a new pipeline and approve the version there.',
    };
  const { people, by, with: others } = approval.value;
  return { is: 'known', count: Number(people), words: `${people} (${[by, ...(others ? [others] : [])].join('/')})` };
}
