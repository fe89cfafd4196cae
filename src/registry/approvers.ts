import type { Voices } from '../gitlab/deployments.ts';
import type { GivenVoice } from '../gitlab/voice.ts';

/** Somebody with an account. */
interface Person {
  readonly id: string;
  readonly login: string;
}

/** Somebody who does not count, and why: a clause about them. */
interface Uncounted {
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

/** A person who spoke: as the one who started the job, by GitLab's approval of its deployment, or by an earlier run. */
export interface Speaker extends Person {
  readonly groups: readonly string[] | undefined;
  readonly isPresser: boolean;
}

/** Why a person may not approve at all, as a clause about them; `undefined` when they may. */
export type WhyNot = (speaker: Speaker) => string | undefined | Promise<string | undefined>;

/** Who started the job: `id` is absent where no token tells it. */
interface Presser extends Pick<Person, 'login'> {
  readonly id: string | undefined;
}

/**
 * Who stands for an approval. A person counts once, by the number of their account, and only for what was shown to them: a voice
 * from before check-model had ended is for something else. Whoever started the job is one person.
 */
export async function judgeApprovers(
  presser: Presser,
  { given, runs, shownAt }: Pick<Voices, 'given' | 'runs' | 'shownAt'>,
  whyNot: WhyNot,
): Promise<Approvers> {
  const counted: Person[] = [];
  const uncounted: Uncounted[] = [];
  const spoken = new Set<string>();
  const weigh = async ({ unheard, ...speaker }: Speaker & { unheard: string | undefined }) => {
    const { id, login } = speaker;
    const why = spoken.has(id) ? ONCE : (unheard ?? whyNoPerson(speaker) ?? (await whyNot(speaker)));
    // What nobody could hear does not keep a person from saying it again.
    if (unheard === undefined) spoken.add(id);
    if (why === undefined) counted.push({ id, login });
    else uncounted.push({ login, why });
  };
  if (presser.id === undefined) uncounted.push({ login: presser.login, why: 'no token says who started this job' });
  else await weigh({ ...presser, id: presser.id, groups: [], isPresser: true, unheard: undefined });
  const approvals = [...given.filter(({ status }) => status === 'approved'), ...runs];
  for (const { id, login, groups, ...voice } of approvals)
    await weigh({ id, login, groups, isPresser: false, unheard: whyUnheard(voice, shownAt) });
  const against = given.filter(({ status }) => status !== 'approved');
  return { counted, uncounted, against: against.map(({ login, status }) => ({ login, why: `said "${status}"` })) };
}

const ONCE = 'a person counts once';

function whyUnheard({ at, isActive }: Pick<GivenVoice, 'at' | 'isActive'>, shownAt: Date): string | undefined {
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

/** As many people as an entry names beside the one who started the job. */
const OTHERS = 3;

/** `bob:58/carol:59+2`: who stands for an approval beside the person who started its job, as an entry has room for them. */
export function othersOf({ counted }: Pick<Approvers, 'counted'>, userId: string | undefined): string | undefined {
  const others = counted.filter(({ id }) => id !== userId).map(({ login, id }) => `${login}:${id}`);
  const more = others.length - OTHERS;
  return others.length === 0 ? undefined : `${others.slice(0, OTHERS).join('/')}${more > 0 ? `+${more}` : ''}`;
}

/** The numbers of the accounts that an entry names so; `undefined` where it had no room for all of them. */
export function accountsIn(others: string): string[] | undefined {
  const accounts = others.split('/').map((each) => /^[^:+]+:(\d+)$/.exec(each)?.[1]);
  return accounts.every((each) => each !== undefined) ? accounts : undefined;
}
