import * as z from 'zod/mini';
import type { Job } from './job.ts';
import { askPatiently, type GitLabReader, type Told } from './patience.ts';
import { earlierRuns } from './runs.ts';
import type { GivenVoice } from './voice.ts';

/** What GitLab knows of an approval: who spoke, and since when there was something to speak about. */
export interface Voices {
  /** When the check-model job ended that showed the version. */
  readonly shownAt: Date;
  readonly given: readonly GivenVoice[];
  /** Who started earlier runs of this job in this pipeline, the latest first; nobody, where nobody asked for them. */
  readonly runs: readonly GivenVoice[];
  /** Who started the job, as GitLab knows it. */
  readonly startedBy: { readonly id: string; readonly login: string; readonly isBot: boolean } | undefined;
}

/** The job that showed a version, and the one whose deployment stands for its approval. */
export interface ApprovalJobs {
  readonly check: string;
  readonly approval: string;
  /** Whether earlier runs of the approval job are asked for, and after which job: the approval that it gave has used them up. */
  readonly runs?: { readonly after: string | undefined } | undefined;
}

/**
 * The approvals of the deployment that a job of this pipeline is, read by GitLab's API with the host, project and job of the accepted id_token
 * (https://docs.gitlab.com/api/deployments/), and when the check-model job ended whose record is taken. Those of another job are
 * never taken: GitLab keeps them with the job, also when it is run again.
 */
export async function readVoices(jobs: ApprovalJobs, reader: GitLabReader): Promise<Told<Voices>> {
  const { check, approval, runs: asked } = jobs;
  const [shown, deployment] = await Promise.all([endOf(check, reader), deploymentOf(approval, reader)]);
  if (shown.is === 'not told') return shown;
  if (deployment.is === 'not told') return deployment;
  const { approvals, approval_summary, deployable } = deployment.value;
  const rules = approval_summary?.rules ?? [];
  // A GitLab of the free tier knows of none.
  const given = (approvals ?? []).map(({ user, status, created_at }) => ({
    id: String(user.id),
    login: user.username,
    isActive: user.state === 'active',
    isBot: user.bot === true,
    status,
    at: new Date(created_at),
    groups: rules.flatMap(({ group_id, deployment_approvals }) =>
      group_id != null && deployment_approvals.some((each) => each.user.id === user.id && each.status === 'approved')
        ? [String(group_id)]
        : [],
    ),
  }));
  const since = shown.value;
  const runs = asked ? await earlierRuns({ ...deployable, since, after: Number(asked.after ?? 0) }, reader) : NO_RUNS;
  if (runs.is === 'not told') return runs;
  const startedBy = personOf(deployable.user);
  return { is: 'told', value: { shownAt: since, given, runs: runs.value, startedBy } };
}

const NO_RUNS: Told<GivenVoice[]> = { is: 'told', value: [] };

function personOf(user: z.output<ReturnType<typeof userSchema>> | null | undefined): Voices['startedBy'] {
  return user == null ? undefined : { id: String(user.id), login: user.username, isBot: user.bot === true };
}

const nonsense = (why: string) => ({ is: 'not told', because: 'nonsense', why }) as const;

const id = () => z.int().check(z.positive());
const time = () => z.iso.datetime({ offset: true });

const jobSchema = () =>
  z.object({
    id: id(),
    status: z.string(),
    finished_at: z.nullish(time()),
    pipeline: z.object({ id: id() }),
  });

/** When a job of this pipeline ended well. */
async function endOf(number: string, reader: GitLabReader): Promise<Told<Date>> {
  const told = await askPatiently(`/jobs/${number}`, reader);
  if (told.is === 'not told') return told;
  const job = jobSchema().safeParse(told.value).data;
  if (job === undefined || String(job.id) !== number) return nonsense(`GitLab did not tell about the job ${number}`);
  const { status, finished_at: at, pipeline } = job;
  if (String(pipeline.id) !== reader.job.pipeline)
    return nonsense(`the job ${number}, which showed the version, is of pipeline ${pipeline.id}`);
  if (status !== 'success' || at == null)
    return nonsense(`the job ${number}, which showed the version, has not ended well (${status})`);
  return { is: 'told', value: new Date(at) };
}

const listed = () => z.array(z.object({ id: id(), deployable: z.nullish(z.object({ id: id() })) }));

const userSchema = () =>
  z.object({
    id: id(),
    username: z.string().check(z.minLength(1)),
    state: z.optional(z.string()),
    bot: z.nullish(z.boolean()),
  });
const voice = () => z.object({ user: userSchema(), status: z.string(), created_at: time() });

const deploymentSchema = () =>
  z.object({
    id: id(),
    environment: z.object({ name: z.string() }),
    deployable: z.object({
      id: id(),
      name: z.optional(z.string()),
      pipeline: z.object({ id: id() }),
      user: z.nullish(userSchema()),
    }),
    approvals: z.nullish(z.array(voice())),
    approval_summary: z.nullish(
      z.object({
        rules: z.array(z.object({ group_id: z.nullish(id()), deployment_approvals: z.array(voice()) })),
      }),
    ),
  });

type Deployment = z.output<ReturnType<typeof deploymentSchema>>;

/** A page of the list, and the most pages: more deployments than that do not begin while an approval waits. */
const [PER_PAGE, MOST_PAGES] = [50, 20];

/** The deployment of this very job, to the environment of this job. */
async function deploymentOf(number: string, reader: GitLabReader): Promise<Told<Deployment>> {
  const { job } = reader;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const told = await askPatiently(listPath(job, page), reader);
    if (told.is === 'not told') return told;
    const list = listed().safeParse(told.value).data;
    if (list === undefined) return nonsense('GitLab gave no list of deployments');
    const own = list.find(({ deployable }) => deployable != null && String(deployable.id) === number);
    if (own) return oneDeployment(own.id, number, reader);
    if (list.length === 0) break;
  }
  return nonsense(`GitLab has no deployment of the job ${number} to ${job.gitlabEnvironment}`);
}

function listPath({ gitlabEnvironment = '' }: Job, page: number): string {
  const query = {
    environment: gitlabEnvironment,
    order_by: 'id',
    sort: 'desc',
    per_page: `${PER_PAGE}`,
    page: `${page}`,
  };
  return `/deployments?${new URLSearchParams(query)}`;
}

async function oneDeployment(number: number, of: string, reader: GitLabReader): Promise<Told<Deployment>> {
  const { job } = reader;
  const told = await askPatiently(`/deployments/${number}`, reader);
  if (told.is === 'not told') return told;
  const found = deploymentSchema().safeParse(told.value).data;
  if (found === undefined) return nonsense(`GitLab did not tell who approved the deployment ${number}`);
  const { environment, deployable, id: told_id } = found;
  const isOurs =
    told_id === number &&
    environment.name === job.gitlabEnvironment &&
    String(deployable.id) === of &&
    String(deployable.pipeline.id) === job.pipeline;
  return isOurs
    ? { is: 'told', value: found }
    : nonsense(`GitLab told about another deployment than that of the job ${of}`);
}
