import { capacityPart, capacityValues, capacityWords } from '../endpoints/description/capacity.ts';
import type { EndpointDescription } from '../endpoints/description/description.ts';
import type { Live } from '../endpoints/live.ts';
import { optionsIn, statedOptions } from '../endpoints/members.ts';
import { configRequest, type ModelAndConfig, modelRequest } from '../endpoints/model-and-config.ts';
import { type DeploymentOptions, type DeploymentPlan, planDeployment } from '../endpoints/plan.ts';
import type { Job } from '../gitlab/job.ts';
import type { ModelPackage } from '../registry/packages.ts';

/** The inputs of check-model that say how deploy-model would deploy a version; those of an include that does not say are empty. */
export interface WantedServing extends Omit<DeploymentOptions, 'endpoint_name' | 'execution_role_arn'> {
  readonly execution_role_arn: DeploymentOptions['execution_role_arn'] | undefined;
}

interface PerhapsDescribed {
  readonly version: ModelPackage;
  readonly description: EndpointDescription | undefined;
}

/**
 * The plan with which deploy-model would deploy a version to an endpoint. `undefined` where the inputs do not say how, or
 * no endpoint is known.
 */
export function plannedDeployment(
  { version, description }: PerhapsDescribed,
  endpoint_name: string | undefined,
  wanted: WantedServing,
  job: Job,
): DeploymentPlan | undefined {
  const { name_prefix, execution_role_arn, take_over_endpoint, allow_downgrade, recreate_failed } = wanted;
  if (endpoint_name === undefined || execution_role_arn === undefined || description === undefined) return undefined;
  const allowed = { take_over_endpoint, allow_downgrade, recreate_failed };
  const options = { endpoint_name, execution_role_arn, name_prefix, ...allowed };
  return planDeployment({ version, description }, options, job);
}

/** How a version would be served, beside how is served now. */
export interface ServingComparison {
  /** `ml.m5.large, instance_count 1`; `undefined` where nothing serves. */
  readonly now: string | undefined;
  readonly planned: string;
  /** What would change, a clause each: `instance_type ml.m5.large -> ml.m5.xlarge`. */
  readonly changes: readonly string[];
}

/** Compares how is served now with a plan. `kept` are the instances of an endpoint that was scaled out, which an update keeps. */
export function servingOf(
  live: Live | undefined,
  planned: ModelAndConfig,
  kept: number | undefined,
): ServingComparison {
  const { description } = planned;
  const variant = live?.config?.answer.ProductionVariants?.[0];
  const scaledOut = kept === undefined ? '' : `; it is scaled out, and keeps its ${kept} instances`;
  return {
    now: variant && capacityWords(variant),
    planned: `${capacityWords(capacityPart(description))}${withOptions(description)}${scaledOut}`,
    changes: live ? servingChanges(live, planned) : [],
  };
}

/** `, with vpc_config and kms_key_id`: what the endpoint file says beside. */
function withOptions(description: EndpointDescription): string {
  const stated = [...statedOptions(description)];
  return stated.length === 0 ? '' : `, with ${stated.join(', ')}`;
}

const KEYS = [
  'instance_type',
  'instance_count',
  'memory_size_in_mb',
  'max_concurrency',
  'provisioned_concurrency',
  'variant_name',
  'execution_role_arn',
] as const;

/** What SageMaker does not tell because there is none. */
const OPTIONAL: ReadonlySet<string> = new Set(['instance_type', 'provisioned_concurrency']);

/**
 * How serving would change, a clause each: `instance_type ml.m5.large -> ml.m5.xlarge`; none where another version would
 * be served in the same way.
 */
function servingChanges({ config: live, models: [model] }: Live, plan: ModelAndConfig) {
  const { model: planned, description } = plan;
  const variant = live?.answer.ProductionVariants?.[0];
  const now = {
    ...capacityValues(variant ?? {}),
    variant_name: variant?.VariantName,
    execution_role_arn: model?.ExecutionRoleArn,
  };
  const then = {
    ...capacityValues(capacityPart(description)),
    variant_name: description.variant_name,
    execution_role_arn: planned.execution_role_arn,
  };
  const changed = KEYS.filter((key) => now[key] !== then[key]);
  return [
    ...changed.map(
      (key) =>
        `${key} ${now[key] ?? (variant && OPTIONAL.has(key) ? 'not set' : 'unknown')} -> ${then[key] ?? 'not set'}`,
    ),
    ...environmentChanges(model?.PrimaryContainer?.Environment ?? {}, description.model_environment),
    ...optionChanges('model', model, modelRequest(plan)),
    ...optionChanges('endpoint config', live?.answer, configRequest(plan)),
  ];
}

/** What the endpoint file can say, with AWS's names: `VolumeSizeInGB 30 -> 100`. */
function optionChanges(kind: 'model' | 'endpoint config', answer: object | undefined, request: object): string[] {
  const [now, then] = [optionsIn(kind, answer ?? {}), optionsIn(kind, request)];
  const names = [...new Set([...now.keys(), ...then.keys()])].filter((name) => now.get(name) !== then.get(name));
  return names.map((name) => `${name} ${now.get(name) ?? 'not set'} -> ${then.get(name) ?? 'not set'}`);
}

/** Names alone: values may be long, and not for everybody's eyes. */
function environmentChanges(now: Readonly<Record<string, string>>, then: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((name) => now[name] !== then[name]);
  if (names.length === 0) return [];
  const told = names.map(
    (name) => `${name} ${Object.hasOwn(now, name) ? (Object.hasOwn(then, name) ? 'changed' : 'removed') : 'added'}`,
  );
  return [`model_environment: ${told.join(', ')}`];
}
