/** A pipeline that GitLab would not create; the message is GitLab's own, so that a test reads like the page a person would see. */
export class PipelineError extends Error {
  override name = 'PipelineError';
}

/** GitLab shows one line for a file, with its first three problems. */
export function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new PipelineError(problems.slice(0, 3).join(', '));
}
