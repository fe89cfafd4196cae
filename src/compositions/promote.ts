import approveModel, { rejectModel } from '../components/approve-model.ts';
import checkModel from '../components/check-model.ts';
import compareModels from '../components/compare-models.ts';
import deployModel from '../components/deploy-model.ts';
import deployPipeline from '../components/deploy-pipeline.ts';
import evaluateModel from '../components/evaluate-model.ts';
import loadTest from '../components/load-test.ts';
import rollbackEndpoint from '../components/rollback-endpoint.ts';
import validateEndpoint from '../components/validate-endpoint.ts';
import { includeInWords } from '../gitlab/include.ts';
import { invalidInputs, variableFor } from '../gitlab/inputs.ts';
import { createLog } from '../gitlab/log.ts';
import type { Component } from '../program/component.ts';
import type { Host, Viewpoint } from '../program/context.ts';
import { type Ahead, refuseFiles, wrongFiles } from '../program/inputs-and-files.ts';
import { asTold, printFailure } from '../program/run.ts';
import { refuseEndpoint } from './promote/endpoint.ts';
import { groupProblems } from './promote/group.ts';
import { type Judged, judge } from './promote/judge.ts';
import { pathProblems } from './promote/path.ts';

/** The jobs that promote puts together, in their order. */
const COMPONENTS: readonly Component[] = [
  deployPipeline,
  checkModel,
  approveModel,
  rejectModel,
  deployModel,
  validateEndpoint,
  evaluateModel,
  loadTest,
  compareModels,
  rollbackEndpoint,
];

/** The input of promote that adds a job; every other job is always there. */
const ADDED_BY = new Map<Component, string>([
  [evaluateModel, 'quality_file'],
  [loadTest, 'load_rate'],
  [compareModels, 'comparison_instance_type'],
]);

/** Whether a job is part of a promotion, here or in the pipeline of another branch. */
function isAsked(component: Component, { env }: Viewpoint): boolean {
  const input = ADDED_BY.get(component);
  return input === undefined || (env[variableFor(input)] ?? '') !== '';
}

/** Looks at what promote gives to the jobs that come after one of them; at all, when none is named. */
export async function lookAhead(viewpoint: Viewpoint, after?: string): Promise<Ahead> {
  const judged = COMPONENTS.map((component) => judge(component, viewpoint));
  const at = COMPONENTS.findIndex(({ name }) => name === after);
  const later = judged.slice(at + 1).filter(({ component }) => isAsked(component, viewpoint));
  const failures = await Promise.all(later.map(({ component, known }) => wrongFiles(component, known, viewpoint)));
  const trains = at <= COMPONENTS.indexOf(deployPipeline);
  const knownOf = (wanted: Component) => judged.find(({ component }) => component === wanted)?.known ?? {};
  const [training, checking] = [knownOf(deployPipeline), knownOf(checkModel)];
  return {
    problems: [
      ...notFetched(viewpoint),
      ...later.flatMap(({ problems }) => problems),
      ...(trains ? await trainingProblems({ training, checking }, viewpoint) : []),
    ],
    failures: failures.flat(),
    lines: [
      `Checked for the jobs to come: the inputs and files of ${later.map(({ component }) => component.name).join(', ')}.`,
      ...new Set(later.flatMap(({ unknown }) => unknown.map((each) => `Not checked here: ${each}.`))),
    ],
    refuse: (context) => refuseEndpoint(checking, context),
  };
}

/**
 * Why the files of the commit cannot be looked at: a variable of the project, or of a parent pipeline, has overridden that of the
 * job. What lies in the folder then is of nobody knows which commit.
 */
function notFetched({ env: { GIT_STRATEGY: strategy } }: Viewpoint): string[] {
  if (strategy !== 'empty' && strategy !== 'none') return [];
  return [
    `GIT_STRATEGY: received "${strategy}"; must be fetch or clone in this job, which looks at the files of all jobs of promote. A CI/CD variable of the project or of a parent pipeline overrides that of the job.`,
  ];
}

/** Why check-model would take nothing of what is trained: nobody should train it. */
async function trainingProblems(
  { training, checking }: Readonly<Record<'training' | 'checking', Judged['known']>>,
  { env, root }: Viewpoint,
): Promise<readonly string[]> {
  return [...(await groupProblems(training, checking, root)), ...pathProblems(checking, env)];
}

/** Checks all that promote gives to its jobs, without AWS: the job of a merge request. Returns the exit code. */
export async function checkInputs(host: Host): Promise<number> {
  const log = createLog(host.print, host.clock);
  try {
    const { problems, failures, lines } = await lookAhead(host);
    for (const line of lines) log.line(line);
    if (problems.length > 0) throw invalidInputs(problems, includeInWords(host.env, 'promote'));
    refuseFiles(failures);
    log.last('Nothing is wrong with them.');
    return 0;
  } catch (error) {
    return printFailure(asTold(error, { name: 'check-inputs', permissions: [] }, host.env), log);
  }
}
