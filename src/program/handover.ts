import * as z from 'zod/mini';
import { resourceId } from '../aws/arn.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import type { Job } from '../gitlab/job.ts';
import type { Log } from '../gitlab/log.ts';
import { type Recorded, type RecordKind, readRecords } from '../gitlab/records.ts';
import { Failure } from '../ground/failure.ts';
import { BAKES } from '../registry/entries.ts';
import { groupArnIn, groupArnOf, modelPackageArn, modelPackageGroup, sameGroup } from '../registry/packages.ts';

/**
 * Creates a value when it is first asked for: a job reads one or two kinds of record, and creating a schema takes
 * longer than reading by it.
 */
export function lazily<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}

/**
 * What one step hands to the next: a file, because a file of an earlier job cannot be overridden by a CI/CD variable.
 * deploy-pipeline -> check-model -> approve-model -> deploy-model -> validate-endpoint.
 */
export const recorded = () => ({
  environment: z.string(),
  region: z.string(),
  pipeline: z.string(),
  /** A number: of several records of one job, the highest counts. */
  job: z.string().check(z.regex(/^\d{1,15}$/, 'Must be the ID of a job')),
  job_name: z.string(),
});

/** Names its group or endpoint, so that a pipeline with two models does not take it for the other's record. */
export const nothing = () =>
  z.object({
    ...recorded(),
    outcome: z.literal('nothing'),
    why: z.string(),
    group: z.optional(modelPackageGroup),
    endpoint: z.optional(resourceName),
  });

const number = () => z.int().check(z.positive());

const version = () => ({
  /** The group's name as registered. */
  group: modelPackageGroup,
  package: modelPackageArn,
  version: number(),
  /** The package's content hash when it was looked at. */
  content: z.string(),
  /** The environments in order. */
  promotion_path: z.array(z.string()).check(z.minLength(1)),
  /** Safety inputs that were open so far: validation, protected, approval, take_over. */
  open: z.array(z.string()),
  /** The job of the rollback that withdrew it here, where check-model showed that. */
  over: z.optional(z.string().check(z.regex(/^\d{1,20}$/))),
  /** Which policy check-model showed, and what it alone could find out for its rules; absent where the include names none. */
  policy: z.optional(
    z.object({
      hash: z.string(),
      since: z.discriminatedUnion('is', [
        z.object({ is: z.literal('commit'), commit: z.string().check(z.regex(/^[0-9a-f]{40,64}$/)) }),
        z.object({ is: z.literal('nothing') }),
        z.object({ is: z.literal('unknown'), why: z.string() }),
      ]),
      measured: z.record(z.string(), z.string()),
    }),
  ),
});

const registered = () => z.object({ group: modelPackageGroup, package: modelPackageArn, version: number() });

export const trainingRecord = {
  component: 'deploy-pipeline',
  schema: lazily(() => {
    const ran = { ...recorded(), execution: z.string() };
    return z.discriminatedUnion('outcome', [
      z.object({ ...ran, outcome: z.literal('registered'), packages: z.array(registered()).check(z.minLength(1)) }),
      z.object({ ...ran, outcome: z.literal('running'), why: z.string() }),
      z.object({
        ...ran,
        outcome: z.literal('nothing'),
        why: z.string(),
        /** The definition has no step of the type RegisterModel: the code of another step may have registered one. */
        no_register_step: z.optional(z.boolean()),
      }),
    ]);
  }),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

export const checkRecord = {
  component: 'check-model',
  schema: lazily(() => {
    const candidate = { ...recorded(), ...version(), status: z.string() };
    return z.discriminatedUnion('outcome', [z.object({ ...candidate, outcome: z.literal('candidate') }), nothing()]);
  }),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

export const approvalRecord = {
  component: 'approve-model',
  schema: lazily(() => {
    /** With what the registry said of the version right after. */
    const approved = { ...recorded(), ...version(), metadata: z.record(z.string(), z.string()) };
    return z.discriminatedUnion('outcome', [z.object({ ...approved, outcome: z.literal('approved') }), nothing()]);
  }),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

export const deploymentRecord = {
  component: 'deploy-model',
  schema: lazily(() => {
    const deployed = {
      ...recorded(),
      ...version(),
      endpoint: resourceName,
      config: resourceName,
      /** The config that was live before; absent when the endpoint is new. */
      previous_config: z.optional(resourceName),
      model: resourceName,
      /** What its bake showed; absent while it progresses, and where the endpoint file gives no strategy. */
      bake: z.optional(z.enum(BAKES)),
      /** How the endpoint is to be scaled, where its file says so: validate-endpoint gives back what is missing of it. */
      scaled: z.optional(z.object({ variant: resourceName, autoscaling: z.unknown() })),
      /** Where an asynchronous endpoint reads the payload of validate-endpoint; absent where it answers at once. */
      asynchronous: z.optional(z.object({ s3_input_path: z.string().check(z.startsWith('s3://')) })),
    };
    return z.discriminatedUnion('outcome', [
      z.object({ ...deployed, outcome: z.literal('deployed') }),
      z.object({ ...deployed, outcome: z.literal('progressing') }),
      nothing(),
    ]);
  }),
} satisfies RecordKind<z.ZodMiniType<Recorded>>;

export type TrainingRecord = z.output<ReturnType<typeof trainingRecord.schema>>;
export type CheckRecord = z.output<ReturnType<typeof checkRecord.schema>>;
export type DeploymentRecord = z.output<ReturnType<typeof deploymentRecord.schema>>;

/** The input that chooses among several records, and what it says; empty when it was not given. */
export interface RecordChoice {
  readonly input: 'model_package_group_name' | 'endpoint_name';
  readonly value: string | undefined;
}

interface HandoverSource {
  readonly root: string;
  readonly job: Job;
  /** Where a group lies that is given by its name. */
  readonly aws: { readonly region: string; readonly account: string };
  readonly log: Log;
}

/**
 * The record of the step before. Several: the one of the chosen group or endpoint. A record of another group or
 * endpoint than the chosen one is never taken, even when it is the only one. Throws a Failure of kind "invalid input"
 * when none fits.
 */
export function readHandover<Schema extends z.ZodMiniType<Recorded>>(
  { root, job, aws, log }: HandoverSource,
  kind: RecordKind<Schema>,
  choice: RecordChoice,
): z.output<Schema> {
  const { own: records, foreign } = readRecords(root, kind, { ...job, region: aws.region });
  if (records.length === 0) throw noRecord(kind, job, foreign);
  for (const pipeline of foreign) log.line(`Ignored: a ${kind.component} record of pipeline ${pipeline}.`);
  const { input, value } = choice;
  const fitting = value === undefined ? records : records.filter((record) => fits(record, { input, value }, aws));
  // A training that registered nothing fits every group: the record that is about this one comes first.
  const about = fitting.filter((record) => subjectsOf(record, input).length > 0);
  const [only, ...more] = about.length > 0 ? about : fitting;
  if (only !== undefined && more.length === 0) return only;
  throw ambiguous(records, fitting, { kind, choice, job });
}

function noRecord(
  { component }: Pick<RecordKind<never>, 'component'>,
  job: Job,
  [foreign]: readonly string[],
): Failure {
  if (foreign !== undefined)
    return new Failure(
      'SMC-1305',
      `The ${component} record is from pipeline ${foreign}, but this is pipeline ${job.pipeline}.`,
      `pass the artifacts of this pipeline's ${component} job to this job. A child pipeline is not its parent: put both jobs into one pipeline.`,
    );
  return new Failure(
    'SMC-1306',
    `This job's artifacts have no ${component} record for this environment and region.`,
    `if ${component} failed, run it again first. If it succeeded, pass its artifacts to this job (remove "dependencies: []", use "needs:" with artifacts), and remove any "artifacts:" that overrides the template's: its "paths" replace sagemaker/. Otherwise, include it before this component, in this pipeline (a child pipeline is not its parent), for the same environment and region${component === 'deploy-pipeline' ? ': promote does so in the include with train: true' : ''}.`,
  );
}

interface Ambiguity {
  readonly kind: Pick<RecordKind<never>, 'component'>;
  readonly choice: RecordChoice;
  readonly job: Job;
}

function ambiguous(
  records: readonly unknown[],
  fitting: readonly unknown[],
  { kind, choice, job }: Ambiguity,
): Failure {
  const { input, value } = choice;
  const { component } = kind;
  const names = records
    .map((record) => `"${subjectsOf(record, input).map(resourceId).join('", "') || 'nothing'}"`)
    .join(', ');
  const silent = value === undefined ? 'does not say' : `"${value}" does not say`;
  return new Failure(
    'SMC-1307',
    fitting.length > 0
      ? `This pipeline has ${records.length} ${component} jobs for the environment ${job.environment} (${names}), and ${input} ${silent} which one to use.`
      : `${component} of this pipeline is for ${names}, not for ${input} "${value}".`,
    `set the input ${input} of this component to one of them.`,
  );
}

function fits(record: unknown, { input, value = '' }: RecordChoice, aws: HandoverSource['aws']): boolean {
  const subjects = subjectsOf(record, input);
  // A training that registered nothing is about no group: it fits whichever is asked for.
  if (subjects.length === 0) return true;
  if (input === 'endpoint_name') return subjects.includes(value);
  return subjects.some((subject) => sameGroup(groupArnIn(aws, subject), groupArnIn(aws, value)));
}

const subject = lazily(() =>
  z.object({
    endpoint: z.optional(z.string()),
    group: z.optional(z.string()),
    package: z.optional(z.string()),
    packages: z.optional(z.array(registered())),
  }),
);

function subjectsOf(record: unknown, input: RecordChoice['input']): string[] {
  const about = subject().parse(record);
  if (input === 'endpoint_name') return about.endpoint === undefined ? [] : [about.endpoint];
  return [about, ...(about.packages ?? [])].flatMap(groupOf);
}

/** The group of a record: the ARN of its version tells the account, where it agrees with the name. */
function groupOf({ package: arn, group }: { package?: string | undefined; group?: string | undefined }): string[] {
  if (group === undefined) return [];
  return [arn !== undefined && sameGroup(group, groupArnOf(arn)) ? groupArnOf(arn) : group];
}
