import { admissionProblems } from './admission-problems.ts';
import { isMapping, type Mapping } from './document.ts';
import { jobInputProblems } from './job-inputs.ts';
import { timeoutProblems } from './timeout.ts';

const globalKeywords = [
  'after_script',
  'before_script',
  'cache',
  'default',
  'image',
  'include',
  'services',
  'stages',
  'variables',
  'workflow',
];

/** The jobs of a compiled configuration that GitLab would create: everything that is neither a keyword nor hidden. */
export function jobsOf(config: Mapping): Map<string, Mapping> {
  return new Map(
    Object.entries(config).flatMap(([name, job]) =>
      globalKeywords.includes(name) || name.startsWith('.') || !isMapping(job) ? [] : [[name, job]],
    ),
  );
}

/** What GitLab checks across jobs when it creates a pipeline, and no schema can see. */
export function lintPipeline(config: Mapping): string[] {
  const pipeline = { jobs: jobsOf(config), stages: stagesOf(config) };
  if (pipeline.jobs.size === 0) return ['jobs config should contain at least one visible job'];
  return [
    ...[...pipeline.jobs].flatMap(([name, job]) => [
      ...nameProblems(name),
      ...scriptProblems(name, job),
      ...jobInputProblems(name, job),
      ...timeoutProblems(name, job.timeout),
      ...admissionProblems(name, job),
      ...stageProblems(pipeline, name, job),
      ...needProblems(pipeline, name, job),
      ...environmentProblems(pipeline, name, job),
      ...resourceGroupProblems(name, job),
    ]),
    ...circleProblems(pipeline),
  ];
}

interface PipelineJobs {
  readonly jobs: Map<string, Mapping>;
  readonly stages: readonly string[];
}

/** The stages of a pipeline in their order, with the two that every pipeline has. */
export function stagesOf({ stages }: Mapping): string[] {
  const declared = Array.isArray(stages) ? stages.map(String) : ['build', 'test', 'deploy'];
  return ['.pre', ...declared.filter((stage) => stage !== '.pre' && stage !== '.post'), '.post'];
}

function stageOf(job: Mapping): string {
  return String(job.stage ?? 'test');
}

function nameProblems(name: string): string[] {
  return name.length > 255 ? [`${name.slice(0, 40)}... job: name is too long (maximum is 255 characters)`] : [];
}

function scriptProblems(name: string, job: Mapping): string[] {
  if ('script' in job || 'trigger' in job || 'run' in job) return [];
  return [`jobs:${name} config should implement the script:, run:, or trigger: keyword`];
}

function stageProblems({ stages }: PipelineJobs, name: string, job: Mapping): string[] {
  if (stages.includes(stageOf(job))) return [];
  return [`${name} job: chosen stage ${stageOf(job)} does not exist; available stages are ${stages.join(', ')}`];
}

interface Need {
  readonly job: string;
  readonly optional: boolean;
}

/** The jobs of this pipeline that a job needs, by itself or by one of its rules. */
function needsOf(job: Mapping): Need[] {
  const rules: unknown[] = Array.isArray(job.rules) ? job.rules : [];
  const lists = [job.needs, ...rules.filter(isMapping).map((rule) => rule.needs)];
  return lists
    .flatMap((needs) => (Array.isArray(needs) ? needs : []))
    .flatMap((need: unknown) => {
      if (typeof need === 'string') return [{ job: need, optional: false }];
      if (!isMapping(need) || typeof need.job !== 'string' || 'pipeline' in need || 'project' in need) return [];
      return [{ job: need.job, optional: need.optional === true }];
    });
}

function needProblems(pipeline: PipelineJobs, name: string, job: Mapping): string[] {
  const dependencies = Array.isArray(job.dependencies) ? job.dependencies.map(String) : [];
  const needs = needsOf(job);
  return [
    ...needs.flatMap(({ job: needed, optional }) =>
      pipeline.jobs.has(needed)
        ? orderProblems(pipeline, name, { needed, as: 'need' })
        : optional
          ? []
          : [`${name} job: undefined need: ${needed}`],
    ),
    ...dependencies.flatMap((needed) =>
      pipeline.jobs.has(needed)
        ? orderProblems(pipeline, name, { needed, as: 'dependency' })
        : [`${name} job: undefined dependency: ${needed}`],
    ),
    ...dependencies
      .filter((needed) => needs.length > 0 && !needs.some((need) => need.job === needed))
      .map((needed) => `${name} job: dependency ${needed} should be part of needs`),
  ];
}

function orderProblems(
  { jobs, stages }: PipelineJobs,
  name: string,
  { needed, as }: { needed: string; as: 'need' | 'dependency' },
): string[] {
  const position = (job: string) => stages.indexOf(stageOf(jobs.get(job) ?? {}));
  if (position(needed) <= position(name)) return [];
  return [`${name} job: ${as} ${needed} is not defined in current or prior stages`];
}

const nameCharacters = /^[a-zA-Z0-9_/${}. -]+$/;
const described = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces";

function validName(name: string): boolean {
  return nameCharacters.test(name) && !name.startsWith('/') && !name.endsWith('/');
}

function environmentProblems(pipeline: PipelineJobs, name: string, job: Mapping): string[] {
  const environment = environmentOf(job);
  if (!environment) return [];
  const written = String(environment.name ?? '');
  const { on_stop: onStop } = environment;
  return [
    ...(written.length <= 255 && validName(written)
      ? []
      : [`jobs:${name}:environment name ${described}, but it cannot start or end with '/'`]),
    ...(onStop === undefined ? [] : onStopProblems(pipeline, name, { environment: written, onStop: String(onStop) })),
  ];
}

function environmentOf({ environment }: Mapping): Mapping | undefined {
  if (environment === undefined) return undefined;
  return isMapping(environment) ? environment : { name: environment };
}

function onStopProblems(
  { jobs }: PipelineJobs,
  name: string,
  { environment, onStop }: { environment: string; onStop: string },
): string[] {
  const stop = jobs.get(onStop);
  if (!stop) return [`${name} job: on_stop job ${onStop} is not defined`];
  const stopped = environmentOf(stop);
  if (!stopped) return [`${name} job: on_stop job ${onStop} does not have environment defined`];
  return [
    ...(stopped.name === environment ? [] : [`${name} job: on_stop job ${onStop} have different environment name`]),
    ...(stopped.action === 'stop' ? [] : [`${name} job: on_stop job ${onStop} needs to have action stop defined`]),
  ];
}

function resourceGroupProblems(name: string, { resource_group: group }: Mapping): string[] {
  if (group === undefined || validName(String(group))) return [];
  return [`jobs:${name} resource_group ${described}, but it cannot start or end with '/'`];
}

function circleProblems({ jobs }: PipelineJobs): string[] {
  const settled = new Set<string>();
  const circle = (name: string, path: readonly string[]): string | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name].join(', ');
    if (settled.has(name)) return undefined;
    for (const need of needsOf(jobs.get(name) ?? {})) {
      const found = circle(need.job, [...path, name]);
      if (found) return found;
    }
    settled.add(name);
    return undefined;
  };
  for (const name of jobs.keys()) {
    const found = circle(name, []);
    if (found) return [`The pipeline has circular dependencies: topological sort failed: ${found}`];
  }
  return [];
}
