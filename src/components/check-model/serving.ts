import type { Live } from '../../endpoints/live.ts';
import { type ModelAndConfig, planModelAndConfig, type ServingOptions } from '../../endpoints/model-and-config.ts';
import type { ModelPackage } from '../../registry/packages.ts';

/** The inputs of check-model that say how deploy-model would serve a version; those of an include that does not say are empty. */
export interface WantedServing extends Pick<ServingOptions, 'model_environment'> {
  readonly endpoint_name: string | undefined;
  readonly name_prefix: string | undefined;
  readonly execution_role_arn: ServingOptions['execution_role_arn'] | undefined;
  readonly variant_name: ServingOptions['variant_name'];
  readonly instance_type: ServingOptions['instance_type'] | undefined;
  readonly instance_count: ServingOptions['instance_count'];
}

/** The model and endpoint config with which deploy-model would serve a version; `undefined` where the inputs do not say. */
export function plannedServing(
  version: ModelPackage,
  wanted: WantedServing,
  environment: string,
): ModelAndConfig | undefined {
  const { endpoint_name, name_prefix: prefix = endpoint_name, model_environment } = wanted;
  const { execution_role_arn, variant_name, instance_type, instance_count } = wanted;
  if (prefix === undefined || execution_role_arn === undefined || instance_type === undefined) return undefined;
  const options = { execution_role_arn, model_environment, variant_name, instance_type, instance_count };
  return planModelAndConfig(version, options, { prefix, environment });
}

/**
 * How serving would change, a clause each: `instance_type ml.m5.large -> ml.m5.xlarge`; none where another version would
 * be served in the same way.
 */
export function servingChanges({ config: live, models: [model] }: Live, { model: planned, config }: ModelAndConfig) {
  const variant = live?.answer.ProductionVariants?.[0];
  const pairs = {
    instance_type: [variant?.InstanceType, config.instance_type],
    instance_count: [variant?.InitialInstanceCount, config.instance_count],
    variant_name: [variant?.VariantName, config.variant_name],
    execution_role_arn: [model?.ExecutionRoleArn, planned.execution_role_arn],
  };
  const changed = Object.entries(pairs).filter(([, [now, then]]) => now !== then);
  return [
    ...changed.map(([input, [now, then]]) => `${input} ${now ?? 'unknown'} -> ${then}`),
    ...environmentChanges(model?.PrimaryContainer?.Environment ?? {}, planned.model_environment),
  ];
}

/** Names alone: values may be long, and not for everybody's eyes. */
function environmentChanges(now: Readonly<Record<string, string>>, then: Readonly<Record<string, string>>): string[] {
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter((name) => now[name] !== then[name]);
  if (names.length === 0) return [];
  const told = names.map((name) => `${name} ${name in now ? (name in then ? 'changed' : 'removed') : 'added'}`);
  return [`model_environment: ${told.join(', ')}`];
}
