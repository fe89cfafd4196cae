import type { Voices } from '../gitlab/deployments.ts';
import type { Job } from '../gitlab/job.ts';

/** Somebody with an account. */
export interface Person {
  readonly id: string;
  readonly login: string;
}

/** Somebody who does not count, and why: a clause about them. */
export interface Uncounted {
  readonly login: string;
  readonly why: string;
}

/** Who stands for an approval: each person once, whoever started the job first. */
export interface Approvers {
  readonly counted: readonly Person[];
  readonly uncounted: readonly Uncounted[];
  /** Who said anything but yes: then nobody approves. */
  readonly against: readonly Uncounted[];
}

/** A person who spoke: as the one who started the job, or by GitLab's approval of its deployment. */
export interface Speaker extends Person {
  readonly groups: readonly string[];
  readonly isPresser: boolean;
}

/** Why a person may not approve at all, as a clause about them; `undefined` when they may. */
export type WhyNot = (speaker: Speaker) => string | undefined;

/**
 * Who stands for an approval. A person counts once, by the number of their account, and only for what was shown to them: a voice
 * from before check-model had ended is for something else. Whoever started the job is one person.
 */
export function judgeApprovers(
  job: Pick<Job, 'user' | 'userId'>,
  { given, shownAt }: Voices,
  whyNot: WhyNot,
): Approvers {
  const counted = new Map<string, Person>();
  const uncounted: Uncounted[] = [];
  const weigh = (speaker: Speaker, earlier?: string) => {
    const why = earlier ?? whyNoPerson(speaker) ?? whyNot(speaker);
    if (why !== undefined) uncounted.push({ login: speaker.login, why });
    else counted.set(speaker.id, { id: speaker.id, login: speaker.login });
  };
  if (job.userId === undefined) uncounted.push({ login: job.user, why: 'no token says who started this job' });
  else weigh({ id: job.userId, login: job.user, groups: [], isPresser: true });
  const spoken = new Set(job.userId === undefined ? [] : [job.userId]);
  for (const { status, at, isActive, ...person } of given.filter((voice) => voice.status === 'approved')) {
    weigh({ ...person, isPresser: false }, whyUnheard({ isKnown: spoken.has(person.id), at, isActive }, shownAt));
    spoken.add(person.id);
  }
  const against = given.filter(({ status }) => status !== 'approved');
  return {
    counted: [...counted.values()],
    uncounted,
    against: against.map(({ login, status }) => ({ login, why: `said "${status}"` })),
  };
}

function whyUnheard(
  { isKnown, at, isActive }: { isKnown: boolean; at: Date; isActive: boolean },
  shownAt: Date,
): string | undefined {
  if (isKnown) return 'a person counts once';
  if (!isActive) return 'their account is not active';
  return at > shownAt
    ? undefined
    : `approved at ${at.toISOString()}, before check-model had shown this version (${shownAt.toISOString()})`;
}

/** How GitLab names the users of access tokens and service accounts: whoever holds such a token would be a second person. */
const NOBODY = /^((project|group)_\d+_bot|service_account_)/;

function whyNoPerson({ login }: Person): string | undefined {
  return NOBODY.test(login) ? 'an access token is no person' : undefined;
}

/** As many logins as an entry names. */
const NAMED = 4;

/** `jane/bob/carol+2`: the people of an approval, as an entry has room for them. */
export function namesOf(people: readonly Person[]): string {
  const more = people.length - NAMED;
  return `${people
    .slice(0, NAMED)
    .map(({ login }) => login)
    .join('/')}${more > 0 ? `+${more}` : ''}`;
}
