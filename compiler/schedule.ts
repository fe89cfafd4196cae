import { z } from 'zod';
import type { Mapping } from './document.ts';
import { holds, isExpression } from './expression.ts';
import { matchesGlob } from './glob.ts';
import { jobsOf, stagesOf } from './lint.ts';
import { PipelineError } from './problem.ts';
import { timeoutSeconds } from './timeout.ts';
import { expandAll, expandExisting } from './variables.ts';

const when = z.enum(['on_success', 'manual', 'never']);
const allowFailure = z.union([z.boolean(), z.object({ exit_codes: z.array(z.number()) })]);
const changes = z.union([
  z.array(z.string()),
  z.object({ paths: z.array(z.string()) }).transform(({ paths }) => paths),
]);
const rule = z.strictObject({
  if: z.string().refine(isExpression, 'invalid expression syntax').optional(),
  changes: changes.optional(),
  when: when.optional(),
  allow_failure: z.boolean().optional(),
});
const need = z.union([
  z.string().transform((job) => ({ job, optional: false })),
  z.object({ job: z.string(), optional: z.boolean().default(false) }),
]);
const environment = z.union([z.string().transform((name) => ({ name })), z.object({ name: z.string() })]);
const jobSchema = z.object({
  stage: z.string().default('test'),
  rules: z.array(rule).optional(),
  when: when.default('on_success'),
  allow_failure: allowFailure.optional(),
  needs: z.array(need).optional(),
  environment: environment.optional(),
  timeout: z.unknown().optional(),
  id_tokens: z.record(z.string(), z.object({ aud: z.string() })).default({}),
});
type WrittenJob = z.output<typeof jobSchema>;

/** What a push tells GitLab when it creates the pipeline. */
export interface Push {
  readonly variables: Readonly<Record<string, string>>;
  /** The paths that the push changed. */
  readonly changed: readonly string[];
}

/** A job of a pipeline, before it runs. */
export interface PlannedJob {
  readonly name: string;
  readonly manual: boolean;
  readonly allowedToFail: (exit: number) => boolean;
  /** The jobs before this one: those that it needs, else all of earlier stages. */
  readonly before: readonly string[];
  readonly needs: boolean;
  /** The GitLab environment, expanded. */
  readonly environment: string | undefined;
  readonly timeoutSeconds: number;
  /** Variable -> audience. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** The jobs that GitLab adds to the pipeline of a push, by their rules, in the order of their stages. */
export function plan(config: Mapping, push: Push): PlannedJob[] {
  const stages = stagesOf(config);
  const added = [...jobsOf(config)]
    .map(([name, job]) => ({ name, ...admitted(jobSchema.parse(job), push) }))
    .filter((job) => job.when !== 'never')
    .sort((a, b) => stages.indexOf(a.stage) - stages.indexOf(b.stage));
  const names = new Set(added.map(({ name }) => name));
  const expand = (text: string) => expandAll(text, push.variables);

  return added.map((job) => ({
    name: job.name,
    manual: job.when === 'manual',
    allowedToFail: (exit) => allowed(job.allow_failure ?? false, exit),
    before: job.needs
      ? needed(job.name, job.needs, names)
      : added.filter(({ stage }) => stages.indexOf(stage) < stages.indexOf(job.stage)).map(({ name }) => name),
    needs: job.needs !== undefined,
    environment: job.environment && expand(job.environment.name),
    timeoutSeconds: timeoutSeconds(job.name, job.timeout),
    tokens: Object.fromEntries(Object.entries(job.id_tokens).map(([name, { aud }]) => [name, expand(aud)])),
  }));
}

/** The first rule that matches decides; what it does not say is the job's own. A rule's own manual is blocking. */
function admitted(job: WrittenJob, { variables, changed }: Push): WrittenJob {
  if (!job.rules) return { ...job, allow_failure: job.allow_failure ?? job.when === 'manual' };
  const match = job.rules.find(
    (each) =>
      (each.if === undefined || holds(each.if, { variables })) &&
      (each.changes === undefined || anyMatches(changed, each.changes, variables)),
  );
  if (!match) return { ...job, when: 'never' };
  return {
    ...job,
    when: match.when ?? job.when,
    allow_failure: match.allow_failure ?? job.allow_failure ?? (match.when === undefined && job.when === 'manual'),
  };
}

function anyMatches(paths: readonly string[], globs: readonly string[], variables: Push['variables']): boolean {
  return globs
    .map((glob) => expandExisting(glob, variables))
    .some((glob) => paths.some((path) => matchesGlob(path, glob)));
}

function allowed(given: z.output<typeof allowFailure>, exit: number): boolean {
  return typeof given === 'boolean' ? given : given.exit_codes.includes(exit);
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
