import { z } from 'zod';
import { admissionOf, type Push } from './admission.ts';
import { admissionProblems } from './admission-problems.ts';
import type { Mapping } from './document.ts';
import { jobsOf, stagesOf } from './lint.ts';
import { PipelineError, refuse } from './problem.ts';
import { timeoutSeconds } from './timeout.ts';
import { expandAll } from './variables.ts';

const need = z.union([
  z.string().transform((job) => ({ job, optional: false })),
  z.object({ job: z.string(), optional: z.boolean().default(false) }),
]);
const environment = z.union([
  z.string().transform((name) => ({ name, action: 'start' })),
  z.object({ name: z.string(), action: z.string().default('start') }),
]);
const jobSchema = z.object({
  stage: z.string().default('test'),
  needs: z.array(need).optional(),
  environment: environment.optional(),
  timeout: z.unknown().optional(),
  id_tokens: z.record(z.string(), z.object({ aud: z.string() })).default({}),
});

/** A job of a pipeline, before it runs. */
export interface PlannedJob {
  readonly name: string;
  readonly manual: boolean;
  /** Whether later stages go on while nobody presses it. */
  readonly optional: boolean;
  readonly allowedToFail: (exit: number) => boolean;
  /** The jobs before this one: those that it needs, else all of earlier stages. */
  readonly before: readonly string[];
  readonly needs: boolean;
  /** The GitLab environment, expanded. */
  readonly environment: string | undefined;
  /** Whether its run is a deployment to that environment. */
  readonly deploys: boolean;
  readonly timeoutSeconds: number;
  /** Variable -> audience. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** The jobs that GitLab adds to the pipeline of a push, by their rules, in the order of their stages. */
export function plan(config: Mapping, push: Push): PlannedJob[] {
  const stages = stagesOf(config);
  const added = [...jobsOf(config)]
    .flatMap(([name, job]) => {
      refuse(admissionProblems(name, job));
      const admission = admissionOf(name, job, push);
      return admission ? [{ name, ...jobSchema.parse(job), ...admission }] : [];
    })
    .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  const names = new Set(added.map(({ name }) => name));
  const expand = (text: string) => expandAll(text, push.variables);

  return added.map((job) => ({
    name: job.name,
    manual: job.when === 'manual',
    optional: job.allowFailure,
    allowedToFail: (exit) => job.allowFailure || job.exitCodes.includes(exit),
    before: job.needs
      ? needed(job.name, job.needs, names)
      : added.filter(({ stage }) => stages.indexOf(stage) < stages.indexOf(job.stage)).map(({ name }) => name),
    needs: job.needs !== undefined,
    environment: job.environment && expand(job.environment.name),
    deploys: job.environment?.action === 'start',
    timeoutSeconds: timeoutSeconds(job.name, job.timeout),
    tokens: Object.fromEntries(Object.entries(job.id_tokens).map(([name, { aud }]) => [name, expand(aud)])),
  }));
}

function needed(name: string, needs: readonly z.output<typeof need>[], names: ReadonlySet<string>): string[] {
  const absent = needs.find(({ job, optional }) => !optional && !names.has(job));
  if (absent) {
    throw new PipelineError(
      `'${name}' job needs '${absent.job}' job, but '${absent.job}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.`,
    );
  }
  return needs.map(({ job }) => job).filter((job) => names.has(job));
}
