/** What somebody said about the deployment of a job, or by starting an earlier run of it. */
export interface GivenVoice {
  /** The number of their account. */
  readonly id: string;
  readonly login: string;
  readonly isActive: boolean;
  /** Whether GitLab says that the account is a bot: it tells that of who started a job, and of nobody who approves a deployment. */
  readonly isBot?: boolean;
  /** `approved` or `rejected`. */
  readonly status: string;
  readonly at: Date;
  /** The groups whose approval rule takes it, by their numbers; absent for a run: GitLab does not tell those of who started it. */
  readonly groups?: readonly string[];
}
