/** A deployment as GitLab counts them: its number tells which is older. */
interface CountedDeployment {
  readonly number: number;
  readonly environment: string;
  readonly commit: string;
  ended: boolean;
}

/**
 * The deployments of a project, as far as "Prevent outdated deployment jobs" looks at them: a pipeline has those of all its jobs as
 * soon as it is created. GitLab's setting is on by default: https://docs.gitlab.com/ci/environments/deployment_safety/
 */
export class CountedDeployments {
  #last = 0;
  /** By pipeline and job, the deployment of its newest run. */
  readonly #ofJobs = new Map<string, CountedDeployment>();
  /** Environment -> the deployment that succeeded last. */
  readonly #live = new Map<string, CountedDeployment>();

  /** A job was created, or is run again. */
  create(job: string, environment: string, commit: string): void {
    this.#ofJobs.set(job, { number: ++this.#last, environment, commit, ended: false });
  }

  /** Whether a newer deployment of another commit is live where a job would deploy: then GitLab does not start the job. */
  isOutdated(job: string): boolean {
    const own = this.#ofJobs.get(job);
    if (own === undefined || own.ended) return false;
    const live = this.#live.get(own.environment);
    return live !== undefined && own.commit !== live.commit && own.number < live.number;
  }

  end(job: string, succeeded: boolean): void {
    const own = this.#ofJobs.get(job);
    if (!own) return;
    own.ended = true;
    if (succeeded) this.#live.set(own.environment, own);
  }
}
