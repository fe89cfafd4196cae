import type { Voices } from '../gitlab/deployments.ts';
import type { GivenVoice } from '../gitlab/voice.ts';

/** Somebody with an account. */
interface Person {
  readonly id: string;
  readonly login: string;
}

/** Somebody who counts, and since when they stand for the approval. */
interface CountedPerson extends Person {
  readonly at: Date;
}

/** Somebody who does not count, and why: a clause about them. */
interface Uncounted {
  readonly login: string;
  readonly why: string;
}

/** Who stands for an approval: each person once, whoever started the job first. */
export interface Approvers {
  readonly counted: readonly CountedPerson[];
  readonly uncounted: readonly Uncounted[];
  /** Who said anything but yes: then nobody approves. */
  readonly against: readonly Uncounted[];
}

/** A person who spoke: as the one who started the job, by GitLab's approval of its deployment, or by an earlier run. */
interface Speaker extends CountedPerson {
  readonly groups: readonly string[] | undefined;
  readonly isPresser: boolean;
  /** Whether GitLab says that the account is a bot; not of everybody does it say so. */
  readonly isBot: boolean;
}

/** Why somebody does not count, as a clause about them; `undefined` when nothing is against them. */
export type WhyNot = (speaker: Speaker) => string | undefined | Promise<string | undefined>;

/** What is asked of whoever counts. */
export interface AskedOfApprovers {
  /** Why a person may not approve at all. */
  readonly person: WhyNot;
  /** Why what somebody said has grown too old: they may say it again. */
  readonly age: WhyNot;
}

/** Who started the job, and when: `id` is absent where no token tells it. */
interface Presser extends Pick<Speaker, 'login' | 'at' | 'isBot'> {
  readonly id: string | undefined;
}

/**
 * Who stands for an approval. A person counts once, by the number of their account, and only for what was shown to them: a voice
 * from before check-model had ended is for something else. Whoever started the job is one person.
 */
export async function judgeApprovers(
  presser: Presser,
  { given, runs, shownAt }: Pick<Voices, 'given' | 'runs' | 'shownAt'>,
  whyNot: AskedOfApprovers,
): Promise<Approvers> {
  const counted: CountedPerson[] = [];
  const uncounted: Uncounted[] = [];
  const spoken = new Set<string>();
  const weigh = async (speaker: Speaker, unheard: string | undefined) => {
    const { id, login, at } = speaker;
    const why = spoken.has(id) ? ONCE : (unheard ?? whyNoPerson(speaker) ?? (await whyNot.person(speaker)));
    // What nobody could hear does not keep a person from saying it again.
    if (unheard === undefined) spoken.add(id);
    if (why === undefined) counted.push({ id, login, at });
    else uncounted.push({ login, why });
  };
  if (presser.id === undefined) uncounted.push({ login: presser.login, why: 'no token says who started this job' });
  else await weigh({ ...presser, id: presser.id, groups: [], isPresser: true }, undefined);
  const approvals = [...given.filter(({ status }) => status === 'approved'), ...runs];
  for (const { isActive, groups, isBot = false, id, login, at } of approvals) {
    const speaker = { id, login, at, groups, isBot, isPresser: false };
    await weigh(speaker, whyUnheard({ at, isActive }, shownAt) ?? (await whyNot.age(speaker)));
  }
  const against = given.filter(({ status }) => status !== 'approved');
  return { counted, uncounted, against: against.map(({ login, status }) => ({ login, why: `said "${status}"` })) };
}

/** Since when an approval stands: as long as the oldest of what counts for it; `undefined` where nobody does. */
export function standingSince({ counted }: Pick<Approvers, 'counted'>): Date | undefined {
  return counted.length === 0 ? undefined : new Date(Math.min(...counted.map(({ at }) => at.getTime())));
}

const ONCE = 'a person counts once';

function whyUnheard({ at, isActive }: Pick<GivenVoice, 'at' | 'isActive'>, shownAt: Date): string | undefined {
  if (!isActive) return 'their account is not active';
  return at > shownAt
    ? undefined
    : `approved at ${at.toISOString()}, before check-model had shown this version (${shownAt.toISOString()})`;
}

/**
 * How GitLab names the users of project and group access tokens (https://docs.gitlab.com/user/project/settings/project_access_tokens/),
 * service accounts that were given no other name (https://docs.gitlab.com/api/service_accounts/), and whoever stands for deleted users:
 * whoever holds such a token would be a second person.
 */
const NOBODY = /^((project|group)_\d+_bot|service_account_|ghost\d*$)/i;

function whyNoPerson({ login, isBot }: Pick<Speaker, 'login' | 'isBot'>): string | undefined {
  if (isBot) return 'GitLab says that the account is a bot, and a bot is no person';
  return NOBODY.test(login) ? 'an access token, a service account or a deleted account is no person' : undefined;
}
