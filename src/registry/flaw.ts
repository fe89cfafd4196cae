import { readComment } from './companions.ts';
import { readBuild, readWithdrawal } from './entries.ts';
import { entryKey } from './entry-keys.ts';
import { hasContent, type ModelPackage, sameGroup } from './packages.ts';

/** What an earlier job of the promotion saw of a version. */
interface ExpectedVersion {
  /** The group by name or ARN; not compared when the version was just found in that group. */
  readonly group?: string;
  /** The content hash that check-model recorded; not compared before there is one. */
  readonly content?: string;
  /** Every environment of the promotion path. */
  readonly environments: readonly string[];
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
export function flawOf(version: ModelPackage, { group, content, environments }: ExpectedVersion): Flaw | undefined {
  if (group !== undefined && !sameGroup(version.group, group))
    return { is: 'in another group', why: `it is in the group ${version.group}, not in ${group}`, next: START_ANEW };
  const withdrawn = environments.find((each) => entryKey('withdrawn', each) in version.metadata);
  if (withdrawn !== undefined) return { is: 'withdrawn', why: withdrawal(version, withdrawn), next: PROMOTE_ANOTHER };
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

/** Who withdrew it. An entry in an unknown format is a withdrawal, too. */
function withdrawal(version: ModelPackage, environment: string): string {
  const entry = readWithdrawal(version, environment);
  if (entry.is !== 'read')
    return `it was withdrawn in ${environment} ("${version.metadata[entryKey('withdrawn', environment)]}")`;
  const { by, pipeline, at } = entry.value;
  const reason = readComment(version, 'withdrawn', environment);
  return `it was withdrawn in ${environment} by ${by} in pipeline ${pipeline} at ${at}${reason ? `: "${reason}"` : ''}`;
}
