import { readBuild } from './entries.ts';
import { hasContent, type ModelPackage, sameGroup } from './packages.ts';
import { mayBeOverruled, type Overruled, type StandingWithdrawal, standingWithdrawal } from './withdrawal.ts';

/** What an earlier job of the promotion saw of a version. */
interface ExpectedVersion {
  /** The group by name or ARN; not compared when the version was just found in that group. */
  readonly group?: string;
  /** The content hash that check-model recorded; not compared before there is one. */
  readonly content?: string;
  /** Every environment of the promotion path. */
  readonly environments: readonly string[];
  /** The withdrawal by a rollback that is no flaw here: somebody asks to approve over it. */
  readonly over?: Overruled | undefined;
}

/** Why a version must not go on, as a clause about "it", and what to do. */
export interface Flaw {
  readonly is: 'in another group' | 'withdrawn' | 'of unknown origin' | 'not completed' | 'changed';
  readonly why: string;
  readonly next: string;
}

/** What to do when a version has changed since check-model showed it: the end of a sentence. */
export const START_ANEW = 'start a new pipeline to check and approve it as it is now.';

/** For a version that somebody rejected. */
export const PROMOTE_ANOTHER = 'promote another version. A rejection is final.';

/** What must hold of a version wherever it goes; each step adds only its own question. */
export function flawOf(
  version: ModelPackage,
  { group, content, environments, over }: ExpectedVersion,
): Flaw | undefined {
  if (group !== undefined && !sameGroup(version.group, group))
    return { is: 'in another group', why: `it is in the group ${version.group}, not in ${group}`, next: START_ANEW };
  const standing = environments.flatMap((each) => standingWithdrawal(version, each) ?? []);
  const withdrawn = standing.find((each) => !mayBeOverruled(version, each, over));
  if (withdrawn) return { is: 'withdrawn', why: withdrawn.why, next: afterWithdrawal(withdrawn) };
  const built = readBuild(version);
  if (built.is === 'unreadable')
    return {
      is: 'of unknown origin',
      why: `the entry that tells who built it ${built.why}: "${built.raw}"`,
      next: 'promote another version.',
    };
  if (version.status !== 'Completed')
    return { is: 'not completed', why: `its status is ${version.status}`, next: 'promote another version.' };
  if (content === undefined || hasContent(version, content)) return undefined;
  return {
    is: 'changed',
    why: `its content changed after check-model showed it (from ${content} to ${version.content})`,
    next: `find out who changed it in CloudTrail (UpdateModelPackage), then ${START_ANEW}`,
  };
}

function afterWithdrawal({ environment, final }: StandingWithdrawal): string {
  if (final) return PROMOTE_ANOTHER;
  return `promote another version. To take it again, name it in model_package_arn in ${environment}: the approver there is then asked to approve it over the withdrawal.`;
}
