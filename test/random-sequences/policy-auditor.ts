import type { Emulator } from '../../emulator/emulator.ts';
import type { FinishedJob } from '../components/job.ts';
import type { GivenRun, KnownPolicy, PolicyPipeline } from './policies-known.ts';

/** An approval in the registry, as the auditor saw it come about. */
interface Standing {
  readonly pipeline: PolicyPipeline;
  readonly job: number;
  readonly isEmergency: boolean;
  readonly at: Date;
  /** When the first of those spoke who count for it. */
  readonly oldest: Date;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
const EXITS = [0, 1, 64, 75, 77, 80];

/** Knows what the policies of a history permit, from what people did. It shares no code with the programs. */
export class PolicyAuditor {
  /** Version -> the account that trained it. */
  readonly trained = new Map<string, number>();
  readonly rejected = new Set<string>();
  readonly #standing = new Map<string, Standing>();
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  entryOf(arn: string): string | undefined {
    return this.#emulator.package(arn)?.metadata['approved.uat'];
  }

  sane(component: string, { exit, log }: FinishedJob): void {
    must(EXITS.includes(exit), `${component} ended with ${exit}:\n${log}`);
    must(!/\n\s+at .*[(:]|Unexpected error|EmulatorMistake/.test(log), `${component} did not understand:\n${log}`);
    must(exit === 0 || /\nNext: .+$/.test(log), `the log does not end with what to do next:\n${log}`);
  }

  /** A run of approve-model has ended. Returns whether it gave an approval. */
  approved(given: GivenRun, { exit, log }: FinishedJob): boolean {
    const { pipeline, run, emergency, before } = given;
    const { arn = '' } = pipeline.shown ?? {};
    const entry = this.entryOf(arn);
    if (entry === before) return false;
    const why = `approve-model wrote "${entry}":\n${log}`;
    must(exit === 0, `approve-model failed, and ${why}`);
    const isAsked = pipeline.policy.approvals !== undefined;
    must(!isAsked || !run.voices.some(({ against }) => against), `somebody was against it, and ${why}`);
    must(!this.rejected.has(arn), `it is rejected, and ${why}`);
    const now = run.started?.at ?? new Date(0);
    this.#wentBy(given, now, why);
    const heard = this.#heard(given, now);
    const counted = accountsOf(entry ?? '');
    must(new Set(counted).size === counted.length, `somebody counts twice, and ${why}`);
    must(counted.length >= peopleOf(entry), `more people count than it names, and ${why}`);
    must(
      counted.every((id) => heard.has(id)),
      `somebody counts of whom nobody heard, and ${why}`,
    );
    const oldest = Math.min(...counted.map((id) => heard.get(id)?.getTime() ?? 0), now.getTime());
    this.#standing.set(arn, { pipeline, job: run.job, isEmergency: emergency, at: now, oldest: new Date(oldest) });
    return true;
  }

  #wentBy({ pipeline: { policy, shown }, by, emergency, silent }: GivenRun, now: Date, why: string): void {
    const passes = (rule: 'approvals' | 'never' | 'freeze') => emergency && policy.emergency?.includes(rule);
    const { arn = '' } = shown ?? {};
    must(!emergency || (policy.emergency ?? []).length > 0, `no emergency passes anything, and ${why}`);
    must(!isFrozen(policy, now) || passes('freeze'), `it is frozen, and ${why}`);
    must(!policy.never || this.trained.get(arn) !== by.id || passes('never'), `who trained it approved it, and ${why}`);
    must(
      peopleOf(this.entryOf(arn)) >= (policy.approvals ?? 1) || passes('approvals'),
      `too few approved it, and ${why}`,
    );
    must(!silent || policy.approvals === undefined, `GitLab told nothing, and ${why}`);
    const overdue = this.#overdue(now);
    // The newest of several may be approved: that settles the others, and else none of them could ever be.
    const isWayOut = overdue.includes(arn) && overdue.every((each) => versionOf(each) <= versionOf(arn));
    must(overdue.length === 0 || isWayOut, `${overdue.join()} is overdue, and ${why}`);
  }

  /** Whoever may count, by their accounts, and since when. */
  #heard({ pipeline, run, by }: GivenRun, now: Date): Map<number, Date> {
    const { policy, shown, approvals } = pipeline;
    const { arn = '', at: shownAt = now } = shown ?? {};
    const used = this.#standing.get(arn);
    const replaced = used?.pipeline === pipeline ? used.job : 0;
    const runs = approvals.flatMap(({ job, started, ended }) =>
      policy.count_job_runs && started && ended && job < run.job && job > replaced ? [started] : [],
    );
    const all = [...run.voices, ...runs].filter(
      ({ at, person }) => at > shownAt && person.state !== 'blocked' && !this.#isTooOld(policy, at, now),
    );
    const people = [{ person: by, at: now }, ...all].filter(({ person }) => !person.bot);
    const may = people.filter(({ person }) => !policy.never || this.trained.get(arn) !== person.id);
    const sorted = may.sort((one, other) => other.at.getTime() - one.at.getTime());
    // Without a number of people, only who started it stands in the entry.
    if (policy.approvals === undefined) sorted.push({ person: by, at: now });
    return new Map(sorted.map(({ person, at }) => [person.id, at]));
  }

  #isTooOld({ expires }: KnownPolicy, at: Date, now: Date): boolean {
    return expires !== undefined && now.getTime() - at.getTime() > expires * HOUR + MINUTE;
  }

  /** deploy-model has ended: what it brought to the endpoint had to be permitted when it began. */
  deployed(pipeline: PolicyPipeline, began: Date, { log, calls }: FinishedJob): void {
    if (!calls.some((call) => call === 'CreateEndpoint' || call === 'UpdateEndpoint')) return;
    const { policy, shown } = pipeline;
    const { arn = '' } = shown ?? {};
    const standing = this.#standing.get(arn);
    const why = `deploy-model deployed ${arn}:\n${log}`;
    must(standing?.pipeline === pipeline, `its approval is of another pipeline, and ${why}`);
    must(!this.rejected.has(arn), `it is rejected, and ${why}`);
    const passesFreeze = standing?.isEmergency && policy.emergency?.includes('freeze');
    must(!isFrozen(policy, began) || passesFreeze, `it is frozen, and ${why}`);
    must(!standing || !this.#isTooOld(policy, standing.oldest, began), `its approval has expired, and ${why}`);
    must(this.#overdue(began).length === 0, `${this.#overdue(began).join()} is overdue, and ${why}`);
  }

  /** Versions that were approved in an emergency a day ago, and for which nothing was done since. */
  #overdue(now: Date): string[] {
    const all = [...this.#standing].filter(([arn]) => !this.rejected.has(arn));
    return all.flatMap(([arn, { isEmergency, at }]) => {
      const isSettled = all.some(([, other]) => !other.isEmergency && other.at.getTime() > at.getTime() + MINUTE);
      return isEmergency && now.getTime() >= at.getTime() + 24 * HOUR + MINUTE && !isSettled ? [arn] : [];
    });
  }
}

const versionOf = (arn: string) => Number(arn.slice(arn.lastIndexOf('/') + 1));

/** How many people stand for an approval, as its entry says. */
function peopleOf(entry = ''): number {
  return Number(/ people=(\d+)/.exec(entry)?.[1] ?? 1);
}

/** The accounts that stand for an approval, as its entry says. */
function accountsOf(entry: string): number[] {
  const words = new Map(entry.split(' ').map((word) => word.split(/=(.*)/s, 2) as [string, string]));
  // `carol:59/dan:60+2/58/61`: logins with their accounts, then how many more there are, with the accounts alone.
  const [named = '', more = ''] = (words.get('with') ?? '').split('+');
  const others = [...named.split('/').flatMap((each) => /:(\d+)$/.exec(each)?.[1] ?? []), ...more.split('/').slice(1)];
  const presser = words.get('user_id');
  // Whoever started the job is one of them, unless they do not count.
  return [...(others.length < peopleOf(entry) && presser !== undefined ? [presser] : []), ...others].map(Number);
}

function isFrozen({ frozen }: KnownPolicy, now: Date): boolean {
  return frozen !== undefined && now.getUTCHours() >= frozen[0] && now.getUTCHours() < frozen[1];
}

function must(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
