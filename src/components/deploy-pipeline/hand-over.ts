import { resourceId } from '../../aws/arn.ts';
import { inItsOwnWords } from '../../ground/error-parts.ts';
import { Failure } from '../../ground/failure.ts';
import { inOrder } from '../../ground/reads.ts';
import { hasRegisterStep, type PipelineDefinition } from '../../pipelines/definition.ts';
import type { Execution, Step } from '../../pipelines/steps.ts';
import type { Done } from '../../program/component.ts';
import type { Context } from '../../program/context.ts';
import { entryTime } from '../../registry/entries.ts';
import { describePackage, displayName, type ModelPackage } from '../../registry/packages.ts';
import { decideBuild, recordBuild, recordRefusal } from '../../registry/provenance.ts';

/** What deploy-pipeline gives to the project's own jobs. */
export type PipelineOutput = 'PIPELINE_EXECUTION_ARN' | 'PIPELINE_STATUS';

interface Training {
  readonly definition: PipelineDefinition;
  /** Whether this job started the execution itself. */
  readonly firstLook: boolean;
}

/** Hands over the packages that a succeeded execution registered, or says why there is none. */
export async function handOver(
  { arn, status, steps }: Execution,
  { definition, firstLook }: Training,
  context: Context,
): Promise<Done<PipelineOutput>> {
  const { aws, clock, report } = context;
  const outputs = { PIPELINE_EXECUTION_ARN: arn, PIPELINE_STATUS: status };
  const arns = steps.flatMap(({ registered }) => (registered ? [registered] : []));
  if (arns.length === 0) {
    const { why, ...cause } = whyNothing(steps, definition);
    report.record({ outcome: 'nothing', execution: arn, why, ...cause });
    return { verdict: `The execution ${resourceId(arn)} succeeded and registered nothing: ${why}.`, outputs };
  }
  const packages = await inOrder(arns.map((each) => describePackage({ ...aws, clock }, each)));
  const unrecorded: ModelPackage[] = [];
  for (const each of packages) if (await needsEntry(each, { arn, firstLook }, context)) unrecorded.push(each);
  report.record({
    outcome: 'registered',
    execution: arn,
    packages: packages.map((each) => ({ group: each.group, package: each.arn, version: each.version })),
  });
  keepMetadata(unrecorded, context);
  for (const each of unrecorded) await recordOne(each, arn, context);
  return {
    verdict: `The execution ${resourceId(arn)} succeeded and registered ${packages.map(displayName).join(', ')}.`,
    outputs,
  };
}

/** Whether the entry `built` is still to be written. Throws a Failure for a version that came with entries. */
async function needsEntry(
  registered: ModelPackage,
  { arn, firstLook }: { arn: string; firstLook: boolean },
  context: Context,
): Promise<boolean> {
  const { job, report } = context;
  const { pipeline, commit } = job;
  const decision = decideBuild(registered, { pipeline, commit, execution: resourceId(arn), firstLook });
  if (decision.do !== 'refuse') return decision.do === 'write';
  report.record({ outcome: 'nothing', execution: arn, why: decision.why });
  keepMetadata([registered], context);
  throw new Failure('SMC-2008', `${decision.why}\n${await refuseForGood(registered, context)}`, decision.next);
}

/** Makes a refusal last, and says whether it does. */
async function refuseForGood(refused: ModelPackage, { aws, clock, job }: Context): Promise<string> {
  const at = entryTime(clock.now(), refused, job);
  try {
    await recordRefusal({ ...aws, clock }, refused, { pipeline: job.pipeline, job: job.id, at });
    return 'The entry "built" says so from now on: no job takes this version.';
  } catch (error) {
    const why = error instanceof Failure ? error.message : inItsOwnWords(error);
    return `This could not be recorded (${why}): reject the version, because a later environment may take it.`;
  }
}

/** Keeps the metadata from before the writes, because a write might lose it: a file for each version. */
function keepMetadata(versions: readonly ModelPackage[], { report }: Context): void {
  for (const { group, version, metadata } of versions) {
    const file = versions.length === 1 ? 'metadata-before.json' : `metadata-before-${group}-${version}.json`;
    report.file(file, `${JSON.stringify(metadata, null, 2)}\n`);
  }
}

async function recordOne(registered: ModelPackage, execution: string, context: Context): Promise<void> {
  const { aws, clock, job, log } = context;
  await recordBuild({ ...aws, clock }, registered, {
    user_id: job.userId,
    pipeline: job.pipeline,
    job: job.id,
    commit: job.commit,
    at: entryTime(clock.now(), registered, job),
    execution: resourceId(execution),
  });
  log.line(`Recorded that this pipeline built ${displayName(registered)}.`);
}

interface Nothing {
  readonly why: string;
  readonly no_register_step?: true;
}

/** A condition that was false is the answer of a quality gate, whatever else the definition has. */
function whyNothing(steps: readonly Step[], definition: PipelineDefinition): Nothing {
  const closed = steps.filter(({ outcome }) => outcome === 'False').map(({ name }) => `condition ${name} was false`);
  if (closed.length > 0) return { why: closed.join(' and ') };
  if (hasRegisterStep(definition)) return { why: 'no step that registers a model was executed' };
  return { why: 'it has no step that registers a model', no_register_step: true };
}
