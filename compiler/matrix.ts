import { z } from 'zod';
import { isMapping, type Mapping } from './document.ts';
import { jobsOf } from './lint.ts';
import { PipelineError } from './problem.ts';

const values = z.union([z.string(), z.number()]).transform(String);
const entry = z.record(z.string(), z.union([values.transform((one) => [one]), z.array(values)]));
const parallel = z.strictObject({ matrix: z.array(entry).min(1) });

/** One job of a matrix: its variables by name. */
type Combination = Readonly<Record<string, string>>;

/**
 * The configuration with a job for each combination of a `parallel: matrix`, as GitLab makes them when it creates the pipeline:
 * `check-model: [eu-west-1]` has the variable of that region. Whoever names the job by `needs` or `dependencies` names them all
 * (https://docs.gitlab.com/ci/yaml/#parallelmatrix).
 */
export function expandMatrix(config: Mapping): Mapping {
  const combinations = new Map(
    [...jobsOf(config)].flatMap(([name, job]) =>
      job.parallel === undefined ? [] : [[name, combinationsOf(name, job.parallel)] as const],
    ),
  );
  if (combinations.size === 0) return config;
  const namesOf = (name: string) => combinations.get(name)?.map((each) => nameIn(name, each)) ?? [name];
  const jobs = jobsOf(config);
  return Object.fromEntries(
    Object.entries(config).flatMap(([name, body]) => {
      if (!jobs.has(name) || !isMapping(body)) return [[name, body]];
      const { parallel: _, ...job } = withAll(body, namesOf);
      const all = combinations.get(name);
      if (!all) return [[name, job]];
      return all.map((each) => [nameIn(name, each), { ...job, variables: { ...mapping(job.variables), ...each } }]);
    }),
  );
}

function combinationsOf(name: string, given: unknown): Combination[] {
  const read = parallel.safeParse(given);
  if (!read.success) throw new PipelineError(`The harness runs ${name} only with parallel: matrix of texts.`);
  return read.data.matrix.flatMap((one) =>
    Object.entries(one).reduce<Combination[]>(
      (all, [variable, each]) => all.flatMap((before) => each.map((value) => ({ ...before, [variable]: value }))),
      [{}],
    ),
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
