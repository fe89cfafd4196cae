import { z } from 'zod';
import { isMapping, type Mapping } from './document.ts';
import { jobsOf } from './lint.ts';
import { PipelineError } from './problem.ts';

const values = z.union([z.string(), z.number()]).transform(String);
const entry = z.record(z.string(), z.union([values.transform((one) => [one]), z.array(values)]));
const parallel = z.union([z.int().min(1).max(200), z.strictObject({ matrix: z.array(entry).min(1) })]);

/** One of the jobs that GitLab makes of a job, and the variables that it has more. */
interface Copy {
  readonly name: string;
  readonly variables: Combination;
}

/** One job of a matrix: its variables by name. */
type Combination = Readonly<Record<string, string>>;

/**
 * The configuration with the jobs of each `parallel`, as GitLab makes them when it creates the pipeline: with a matrix one for each
 * combination, so that `check-model: [eu-west-1]` has the variable of that region; with a number as many, `send-load 1/3`. Whoever names the job by `needs` or `dependencies` names them all
 * (https://docs.gitlab.com/ci/yaml/#parallelmatrix).
 */
export function expandParallel(config: Mapping): Mapping {
  const copies = new Map(
    [...jobsOf(config)].flatMap(([name, job]) =>
      job.parallel === undefined ? [] : [[name, copiesOf(name, job.parallel)] as const],
    ),
  );
  if (copies.size === 0) return config;
  const namesOf = (name: string) => copies.get(name)?.map((each) => each.name) ?? [name];
  const jobs = jobsOf(config);
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, body]) => {
      if (!jobs.has(name) || !isMapping(body)) return [[name, body]];
      const { parallel: _, ...job } = withAll(body, namesOf);
      const all = copies.get(name);
      if (!all) return [[name, job]];
      return all.map((each) => [each.name, { ...job, variables: { ...mapping(job.variables), ...each.variables } }]);
    }),
  );
}

function copiesOf(name: string, given: unknown): Copy[] {
  const read = parallel.safeParse(given);
  if (!read.success)
    throw new PipelineError(`The harness runs ${name} only with a number as parallel, or a matrix of texts.`);
  const { data } = read;
  if (typeof data !== 'number')
    return data.matrix.flatMap(combinationsOf).map((variables) => ({ name: nameIn(name, variables), variables }));
  return Array.from({ length: data }, (_, index) => ({
    name: `${name} ${index + 1}/${data}`,
    variables: { CI_NODE_INDEX: String(index + 1), CI_NODE_TOTAL: String(data) },
  }));
}

function combinationsOf(one: z.output<typeof entry>): Combination[] {
  return Object.entries(one).reduce<Combination[]>(
    (all, [variable, each]) => all.flatMap((before) => each.map((value) => ({ ...before, [variable]: value }))),
    [{}],
  );
}

/** GitLab names a job after its values, in their order. */
function nameIn(name: string, combination: Combination): string {
  return `${name}: [${Object.values(combination).join(', ')}]`;
}

function withAll(job: Mapping, namesOf: (name: string) => readonly string[]): Mapping {
  const { needs, dependencies } = job;
  return {
    ...job,
    ...(Array.isArray(needs) && { needs: needs.flatMap((need) => needsOf(need, namesOf)) }),
    ...(Array.isArray(dependencies) && { dependencies: dependencies.flatMap((each) => namesOf(String(each))) }),
  };
}

function needsOf(need: unknown, namesOf: (name: string) => readonly string[]): unknown[] {
  if (!isMapping(need)) return namesOf(String(need)).map((job) => ({ job }));
  if (need.parallel !== undefined) throw new PipelineError('The harness knows no needs:parallel.');
  return namesOf(String(need.job)).map((job) => ({ ...need, job }));
}

const mapping = (value: unknown): Mapping => (isMapping(value) ? value : {});
