import type * as api from '@aws-sdk/client-sagemaker';
import { accessRequests } from '../access.ts';
import { validate } from '../constraints.ts';
import { authorise } from '../iam.ts';
import { models } from '../model.ts';
import { refuseUndone } from '../undone.ts';
import { decode } from '../wire.ts';
import type { Principal, World } from '../world.ts';
import { holds } from './conditions.ts';
import { isObject, record } from './definition-parts.ts';
import { resolve, type Scope } from './expressions.ts';
import type { Job, JobKind, Jobs } from './jobs.ts';
import type { Models } from './models.ts';
import { describedPackage } from './package-answers.ts';
import type { Registry } from './registry.ts';
import { digest, type Given } from './service.ts';
import type { Step } from './step.ts';
import { cacheKey, type StepCache } from './step-cache.ts';
import type { StepWork } from './step-run.ts';

/** The rest of SageMaker, where the work is done. */
export interface WorkParts {
  readonly world: World;
  readonly jobs: Jobs;
  readonly registry: Registry;
  readonly models: Models;
  readonly cache: StepCache;
}

/** Whose step it is. */
export interface Worker extends WorkParts {
  readonly execution: string;
  readonly role: string;
  readonly principal: Principal;
  readonly scope: Scope;
}

/** How one step is started, and when. */
interface Start {
  readonly step: Step;
  readonly attempt: number;
  readonly at: Date;
}

type Work = (worker: Worker, start: Start) => StepWork;

/** Does what a step is for. Jobs take time; everything else has happened when it starts. */
export function work(worker: Worker, start: Start): StepWork {
  const found = works.get(start.step.type);
  if (!found) throw new Error(`The emulator does not execute steps of type ${start.step.type}.`);
  return found(worker, start);
}

const startJob =
  (kind: JobKind): Work =>
  (worker, { step, attempt, at }) => {
    const member = `${kind}JobName`;
    const name = nameOf(worker, step, member, attempt);
    const execution = { ...worker.scope.execution, [member]: name };
    const request = resolvedArguments({ ...worker, scope: { ...worker.scope, execution } }, step);
    const key = cacheKey(step, request);
    const cached = key && step.cachedFor && worker.cache.find(key, new Date(at.getTime() - step.cachedFor));
    if (cached) return { metadata: cached.metadata, properties: cached.properties, cacheHit: cached.execution };
    const job = worker.jobs.start(kind, name, { RoleArn: worker.role, ...request }, at);
    return { job, metadata: jobMetadata(job), cacheKey: key };
  };

const decide: Work = ({ scope }, { step }) => {
  const yes = holds(step.arguments.Conditions, scope);
  const Outcome = yes ? 'True' : 'False';
  return {
    metadata: { Condition: { Outcome } },
    properties: { Outcome },
    branch: yes ? step.ifSteps : step.elseSteps,
  };
};

const fail: Work = (worker, { step }) => {
  const ErrorMessage = String(resolvedArguments(worker, step).ErrorMessage ?? '');
  return { metadata: { Fail: { ErrorMessage } }, failure: ErrorMessage };
};

const register: Work = (worker, { step }) => {
  const { world, registry, principal } = worker;
  const sent = withContent(resolvedArguments(worker, step), worker.execution);
  const { Tags: tags, ...request }: Given<api.CreateModelPackageCommandInput> = checked('CreateModelPackage', sent);
  const group = request.ModelPackageGroupName;
  // A step that registers makes the group that it names, with its tags; a group that is there keeps its own.
  if (group !== undefined && !registry.findGroup(group)) registry.addGroup(group, principal, { tags });
  for (const access of accessRequests(world, registry, 'CreateModelPackage', request)) authorise(principal, access);
  const { ModelPackageArn } = registry.create(request, principal);
  const made = registry.find(ModelPackageArn);
  return {
    metadata: { RegisterModel: { Arn: ModelPackageArn } },
    properties: made && { ...describedPackage(made) },
  };
};

const createModel: Work = (worker, { step, attempt }) => {
  const ModelName = nameOf(worker, step, 'ModelName', attempt);
  const sent = { ExecutionRoleArn: worker.role, ...resolvedArguments(worker, step), ModelName };
  const input = checked('CreateModel', sent);
  const { CreateModel, DescribeModel } = worker.models.operations();
  CreateModel?.(input, worker.principal);
  return {
    metadata: { Model: { Arn: worker.models.modelArn(ModelName) } },
    properties: record(DescribeModel?.({ ModelName }, worker.principal)),
  };
};

const works = new Map<string, Work>([
  ['Condition', decide],
  ['Fail', fail],
  ['Model', createModel],
  ['Processing', startJob('Processing')],
  ['RegisterModel', register],
  ['Training', startJob('Training')],
  ['Transform', startJob('Transform')],
]);

/** A definition that names a job or a model means the beginning of its name. */
function nameOf({ scope, execution }: Worker, step: Step, member: string, attempt: number): string {
  const given = step.arguments[member];
  const begins = given === undefined ? `pipelines-${execution}-${step.name}` : String(resolve(given, scope));
  return `${begins.slice(0, 52)}-${digest(begins, execution, attempt).slice(0, 10)}`;
}

function resolvedArguments({ scope }: Worker, step: Step): Record<string, unknown> {
  return { ...record(resolve(step.arguments, scope)) };
}

/** A request that a pipeline makes is checked like anybody's. */
function checked(operation: string, sent: Record<string, unknown>): Record<string, unknown> {
  const request = decode(models.sagemaker, operation, sent);
  validate(models.sagemaker, operation, request);
  refuseUndone(operation, request);
  return request;
}

function jobMetadata({ kind, arn }: Job): Given<api.PipelineExecutionStepMetadata> {
  if (kind === 'Processing') return { ProcessingJob: { Arn: arn } };
  return kind === 'Training' ? { TrainingJob: { Arn: arn } } : { TransformJob: { Arn: arn } };
}

/** Each run's model data is its own, also where a definition always writes to the same place. */
function withContent(request: Record<string, unknown>, run: string): Record<string, unknown> {
  const specification = request.InferenceSpecification;
  if (!isObject(specification) || !Array.isArray(specification.Containers)) return request;
  const Containers = specification.Containers.map((container: unknown) =>
    isObject(container) && container.ModelDataUrl !== undefined
      ? { ModelDataETag: digest(run, container.ModelDataUrl).slice(0, 32), ...container }
      : container,
  );
  return { ...request, InferenceSpecification: { ...specification, Containers } };
}
