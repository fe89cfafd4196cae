import * as z from 'zod/mini';
import { askPatiently, type GitLabReader, type Told } from './patience.ts';
import type { GivenVoice } from './voice.ts';

/** A run of a job, whose earlier runs are asked for; `name` is absent where GitLab does not tell it. */
interface CurrentRun {
  readonly id: number;
  readonly name?: string | undefined;
  /** When the version was shown: no run before counts. */
  readonly since: Date;
  /** No run up to this job counts. */
  readonly after: number;
}

const id = () => z.int().check(z.positive());

const runsSchema = () =>
  z.array(
    z.object({
      environment: z.object({ name: z.string() }),
      deployable: z.nullish(
        z.object({
          id: id(),
          name: z.string(),
          status: z.string(),
          pipeline: z.object({ id: id() }),
          user: z.nullish(
            z.object({
              id: id(),
              username: z.string().check(z.minLength(1)),
              state: z.string(),
              bot: z.nullish(z.boolean()),
            }),
          ),
          started_at: z.nullish(z.iso.datetime({ offset: true })),
          /** Seconds from the moment in which a person started it until a runner began. */
          queued_duration: z.nullish(z.number().check(z.minimum(0))),
        }),
      ),
    }),
  );

type Listed = z.output<ReturnType<typeof runsSchema>>[number];

/** A page of the list, and the most pages. */
const [PER_PAGE, MOST_PAGES] = [50, 20];

/** How a run ends that nobody called off. */
const ENDED = ['success', 'failed'];

/**
 * Who started earlier runs of a job of this pipeline, the latest first. GitLab gives each run a job number, a deployment and the account
 * of whoever started it (https://docs.gitlab.com/api/deployments/); a run that somebody starts again is another one.
 */
export async function earlierRuns(own: CurrentRun, reader: GitLabReader): Promise<Told<GivenVoice[]>> {
  const runs = new Map<number, GivenVoice>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const told = await askPatiently(listPath(own, reader, page), reader);
    if (told.is === 'not told') return told;
    const list = runsSchema().safeParse(told.value).data;
    if (list === undefined) return nonsense('GitLab did not tell who ran this job before');
    if (list.length === 0) return { is: 'told', value: latestFirst(runs) };
    for (const run of list.flatMap((each) => (isEarlierRun(each, own, reader) ? each.deployable : []))) {
      const voice = run && voiceOf(run);
      if (!voice) return nonsense('GitLab did not tell who started an earlier run of this job, or when');
      runs.set(run.id, voice);
    }
  }
  return nonsense(`GitLab has more than ${PER_PAGE * MOST_PAGES} deployments to ${reader.job.gitlabEnvironment}`);
}

const nonsense = (why: string) => ({ is: 'not told', because: 'nonsense', why }) as const;

function latestFirst(runs: ReadonlyMap<number, GivenVoice>): GivenVoice[] {
  return [...runs].sort(([one], [other]) => other - one).map(([, voice]) => voice);
}

/**
 * A run that no runner began is none: GitLab itself ends the job of a person who may not deploy, and until a manual job is started, its
 * user is whoever made the pipeline.
 */
function isEarlierRun({ environment, deployable: run }: Listed, own: CurrentRun, { job }: GitLabReader): boolean {
  return (
    run != null &&
    run.id < own.id &&
    run.id > own.after &&
    run.name === own.name &&
    String(run.pipeline.id) === job.pipeline &&
    environment.name === job.gitlabEnvironment &&
    run.started_at != null &&
    ENDED.includes(run.status)
  );
}

function voiceOf({ user, started_at, queued_duration }: NonNullable<Listed['deployable']>): GivenVoice | undefined {
  if (user == null || started_at == null || queued_duration == null) return undefined;
  const at = new Date(Date.parse(started_at) - queued_duration * 1000);
  const { id: number, username: login, state, bot } = user;
  return { id: String(number), login, isActive: state === 'active', isBot: bot === true, status: 'approved', at };
}

function listPath({ since }: CurrentRun, { job: { gitlabEnvironment = '' } }: GitLabReader, page: number): string {
  const query = {
    environment: gitlabEnvironment,
    order_by: 'updated_at',
    sort: 'desc',
    updated_after: since.toISOString(),
    per_page: `${PER_PAGE}`,
    page: `${page}`,
  };
  return `/deployments?${new URLSearchParams(query)}`;
}
