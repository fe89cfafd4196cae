import * as z from 'zod/mini';
import { type Context, type Done, defineComponent } from '../component.ts';
import { Failure } from '../failure.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { required, takeOver, training } from '../handover.ts';
import { approverPage, commitOf, passedOverLines, served } from '../sagemaker/approver-page.ts';
import { studioUrl } from '../sagemaker/console.ts';
import { findEndpoint, packagesOf, resourceName } from '../sagemaker/endpoints.ts';
import {
  called,
  findPackage,
  type ModelPackage,
  type ModelPackageSummary,
  modelPackageArn,
  modelPackageGroup,
  sameGroup,
} from '../sagemaker/packages.ts';
import {
  choose,
  environmentBefore,
  judge,
  type PassedOver,
  provedHere,
  type Question,
} from '../sagemaker/promotion.ts';
import { searchRegistry } from '../sagemaker/search.ts';
import { promotionPath } from '../sagemaker/trail.ts';

const inputs = z.strictObject({
  model_package_group_name: modelPackageGroup,
  source: z.enum(['run', 'registry'], 'must be run or registry'),
  promotion_path: promotionPath,
  require_proof: flag,
  model_package_arn: optional(modelPackageArn),
  endpoint_name: optional(resourceName),
  max_candidates: wholeNumber(1, 100),
  on_missing: z.enum(['fail', 'continue'], 'must be fail or continue'),
});

type Inputs = z.output<typeof inputs>;
type Output = 'MODEL_FOUND' | 'MODEL_PACKAGE_ARN' | 'MODEL_PACKAGE_VERSION' | 'MODEL_PACKAGE_GROUP_NAME';

/** What was found in the registry for this environment. */
type Found =
  | { is: 'candidate'; candidate: ModelPackage; passedOver: readonly PassedOver[] }
  | { is: 'nothing'; why: string; next: string; passedOver: readonly PassedOver[] };

export default defineComponent({
  name: 'check-model',
  inputs,
  fences: ['require_proof', 'promotion_path'],
  outputs: {
    MODEL_FOUND: 'true when there is a version to promote, false otherwise.',
    MODEL_PACKAGE_ARN: 'The ARN of that version.',
    MODEL_PACKAGE_VERSION: 'Its number in the group.',
    MODEL_PACKAGE_GROUP_NAME: "The group's name as registered.",
  } satisfies Record<Output, string>,
  permissions: [
    { action: 'sagemaker:ListModelPackages', on: 'package' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:DescribeModelPackageGroup', on: 'group', when: 'the group has no version' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint' },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config', when: 'endpoint_name is given' },
    { action: 'sagemaker:DescribeModel', on: 'model', when: 'endpoint_name is given' },
  ],

  async run(given, context) {
    const question = questionOf(given, context);
    context.report.link('SageMaker', 'Model packages in Studio', studioUrl(context.aws));
    const found = await find(given, question, context);
    if (found.is === 'nothing') return conclude(given, context, found);

    const news = await alreadyHere(found.candidate, question, context);
    if (news)
      return conclude(given, context, { is: 'nothing', why: news, next: NOTHING_NEW, passedOver: found.passedOver });
    return present(found, given, question, context);
  },
});

const NOTHING_NEW = 'nothing needs doing; push again when the environment before has proved a newer version.';

function questionOf({ promotion_path: path, source, require_proof }: Inputs, { job }: Context): Question {
  if (!path.includes(job.environment)) {
    throw new Failure(
      'invalid input',
      `environment: received "${job.environment}", which is not on the promotion_path "${path.join(', ')}".`,
      'name the environment in promotion_path, or correct environment, under "inputs:" of the include that adds check-model.',
    );
  }
  return { environment: job.environment, path, source, requireProof: require_proof, pipeline: job.pipeline };
}

async function find(given: Inputs, question: Question, context: Context): Promise<Found> {
  if (given.model_package_arn !== undefined) return findThisOne(given.model_package_arn, given, question, context);
  if (environmentBefore(question) === undefined && question.source === 'run')
    return findRegistered(given, question, context);
  return findInRegistry(given, question, context);
}

/** The one version that somebody named: fit, or refused. */
async function findThisOne(arn: string, given: Inputs, question: Question, { aws }: Context): Promise<Found> {
  const candidate = await findPackage(aws.sagemaker, arn);
  if (!candidate || !sameGroup(candidate.group, given.model_package_group_name)) {
    throw new Failure(
      'invalid input',
      `model_package_arn: received "${arn}", which is no version of the group ${given.model_package_group_name}.`,
      'correct model_package_arn, or leave it empty to let the rules choose.',
    );
  }
  const verdict = judge(candidate, question);
  if (verdict.is === 'fit') return { is: 'candidate', candidate, passedOver: [] };
  throw new Failure(
    'refused',
    `${called(candidate)} may not go to ${question.environment}: ${verdict.why}.`,
    'name another version, or leave model_package_arn empty.',
  );
}

/** What this pipeline's deploy-pipeline registered in the group: that, or nothing; never an older model. */
async function findRegistered(given: Inputs, question: Question, { aws, job, root }: Context): Promise<Found> {
  const choice = { input: 'model_package_group_name', value: given.model_package_group_name } as const;
  const run = required(takeOver({ root, job }, training, choice), training);
  if (run.outcome !== 'registered') {
    const next =
      run.outcome === 'running'
        ? 'run this job again when the training has ended.'
        : 'look at the training run; nothing is promoted.';
    return { is: 'nothing', why: `this pipeline registered no model: ${run.why}`, next, passedOver: [] };
  }
  const versions = run.packages
    .filter(({ group }) => sameGroup(group, given.model_package_group_name))
    .map((each): ModelPackageSummary => ({ arn: each.package, version: each.version, approval: undefined }))
    .sort((a, b) => b.version - a.version);
  const describe = (arn: string) => findPackage(aws.sagemaker, arn);
  const chosen = await choose({ versions, describe, most: versions.length }, question);
  if (chosen.is === 'candidate') return chosen;
  const why = chosen.passedOver.map((each) => `version ${each.version}: ${each.why}`).join('; ');
  return {
    is: 'nothing',
    why: `what this pipeline registered cannot be promoted (${why})`,
    next: 'start a new pipeline to train again.',
    passedOver: [],
  };
}

async function findInRegistry(given: Inputs, question: Question, { aws }: Context): Promise<Found> {
  const { model_package_group_name: group, max_candidates: most } = given;
  const found = await searchRegistry(aws.sagemaker, { group, most }, question);
  if (found.is === 'candidate') return found;
  if (found.is === 'no such group') {
    throw new Failure(
      'invalid input',
      `model_package_group_name: received "${group}", but the account ${aws.account} has no such model package group in ${aws.region}.`,
      'correct the name, or the role and region; a group of another account is named by its ARN.',
    );
  }
  return { is: 'nothing', ...nothingFit(found, given, question), passedOver: found.passedOver };
}

function nothingFit(
  { lookedAt, passedOver }: { lookedAt: number; passedOver: readonly PassedOver[] },
  given: Inputs,
  question: Question,
) {
  const { model_package_group_name: group, max_candidates: most } = given;
  const before = environmentBefore(question);
  const wanted = before === undefined ? 'is PendingManualApproval' : `is Approved and proved in ${before}`;
  const train = 'let the training register a model first.';
  if (passedOver.length === 0) return { why: `the group ${group} has no version yet`, next: train };
  if (lookedAt === most) {
    const why = `none of the ${most} newest candidates of ${group} ${wanted}`;
    return { why, next: 'raise max_candidates to look further back, or promote a newer version.' };
  }
  const prove = `let the pipeline of ${before} end green first: its validate-endpoint proves the version.`;
  return { why: `no version of ${group} ${wanted}`, next: before === undefined ? train : prove };
}

/** Says so when exactly this version is approved, proved and live in this environment already. */
async function alreadyHere(candidate: ModelPackage, question: Question, { aws }: Context): Promise<string | undefined> {
  const proof = provedHere(candidate, question);
  if (!proof) return undefined;
  const endpoint = await findEndpoint(aws.sagemaker, proof.endpoint);
  if (endpoint?.status !== 'InService' || endpoint.pending !== undefined || endpoint.config !== proof.config)
    return undefined;
  return `${called(candidate)} is approved, proved and live in ${question.environment} already, on the endpoint ${endpoint.name}`;
}

function conclude(
  given: Inputs,
  { log, report, job }: Context,
  { why, next, passedOver }: Extract<Found, { is: 'nothing' }>,
): Done<Output> {
  for (const line of passedOverLines(passedOver)) log.line(`  ${line}`);
  report.record({ outcome: 'nothing', why });
  report.dotenv({ MODEL_FOUND: 'false' });
  if (given.on_missing === 'fail')
    throw new Failure('nothing to promote', `Nothing to promote to ${job.environment}: ${why}.`, next);
  report.check(`A version may be promoted to ${job.environment}`);
  return {
    verdict: `Nothing to promote to ${job.environment}: ${why}. The later jobs end well without doing anything (on_missing: continue).`,
    outputs: { MODEL_FOUND: 'false' },
  };
}

async function present(
  found: Extract<Found, { is: 'candidate' }>,
  given: Inputs,
  question: Question,
  context: Context,
): Promise<Done<Output>> {
  const { candidate: version, passedOver } = found;
  const { log, report, job, clock } = context;
  const before = environmentBefore(question);
  const comparison = comparisonUrl(version, job);
  if (comparison) report.link('What you approve', `What you approve: ${called(version)}`, comparison);
  report.record({
    outcome: 'candidate',
    group: version.group,
    package: version.arn,
    version: version.version,
    content: version.content,
    status: version.approval,
    promotion_path: question.path,
    open: question.requireProof || before === undefined ? [] : ['proof'],
    metadata: version.metadata,
    passed_over: passedOver,
  });

  const live = await liveNow(given.endpoint_name, context.aws);
  log.line(`${called(version)} may be promoted to ${job.environment}.`);
  const page = approverPage({
    version,
    before,
    proofRequired: question.requireProof,
    live,
    ref: job.ref,
    comparison,
    now: clock.now(),
  });
  for (const line of [...page, ...passedOverLines(passedOver)]) log.line(`  ${line}`);
  report.check(`A version may be promoted to ${job.environment}`);
  return {
    verdict: `To approve exactly this version for ${job.environment}, press the approve job of this pipeline.`,
    outputs: {
      MODEL_FOUND: 'true',
      MODEL_PACKAGE_ARN: version.arn,
      MODEL_PACKAGE_VERSION: String(version.version),
      MODEL_PACKAGE_GROUP_NAME: version.group,
    },
  };
}

function comparisonUrl(version: ModelPackage, { projectUrl, ref }: Context['job']): string | undefined {
  const commit = commitOf(version);
  return commit && `${projectUrl}/-/compare/${encodeURIComponent(ref)}...${encodeURIComponent(commit)}`;
}

async function liveNow(name: string | undefined, { sagemaker }: Context['aws']): Promise<string> {
  if (name === undefined) return 'not looked up: endpoint_name is empty';
  const endpoint = await findEndpoint(sagemaker, name);
  if (!endpoint) return `nothing: the endpoint ${name} does not exist yet`;
  const packages = await Promise.all(
    (await packagesOf(sagemaker, endpoint.config)).map((arn) => findPackage(sagemaker, arn)),
  );
  const known = packages.filter((each) => each !== undefined);
  return `${served(known, endpoint.config)} on ${name} (${endpoint.status})`;
}
