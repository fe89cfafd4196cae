import * as z from 'zod/mini';
import { descriptionInputs } from '../endpoints/description/inputs.ts';
import { resourceName } from '../endpoints/endpoint.ts';
import { flag, optional, wholeNumber } from '../gitlab/inputs.ts';
import { POLICY_SAFETY_INPUTS, policyInputs } from '../policy/inputs.ts';
import type { Permission } from '../program/component.ts';
import { permissionsToSeeScaling } from '../program/scaling-permissions.ts';
import { promotionPath } from '../registry/entries.ts';
import { evidenceWanted } from '../registry/evidence.ts';
import { modelPackageArn, modelPackageGroup } from '../registry/packages.ts';
import { MAX_CANDIDATES } from './candidate.ts';

/** The inputs of whoever asks what a pipeline would promote, and how it would deploy it. */
export const promotionInputs = {
  model_package_group_name: modelPackageGroup,
  source: z.enum(['run', 'registry'], 'must be run or registry'),
  promotion_path: promotionPath,
  require_validation: flag,
  require_evidence: evidenceWanted,
  count_bake_traffic: flag,
  take_over_endpoint: flag,
  allow_downgrade: flag,
  recreate_failed: flag,
  ...policyInputs,
  model_package_arn: optional(modelPackageArn),
  name_prefix: optional(resourceName),
  ...descriptionInputs,
  max_candidates: wholeNumber(1, MAX_CANDIDATES),
};

/** Those of them that decide safety. */
export const PROMOTION_SAFETY_INPUTS = [
  'require_validation',
  'require_evidence',
  'count_bake_traffic',
  'take_over_endpoint',
  'allow_downgrade',
  'recreate_failed',
  ...POLICY_SAFETY_INPUTS,
  'endpoint_file',
  'promotion_path',
  'source',
  'model_environment',
  'max_candidates',
] as const;

interface Occasions {
  /** When the endpoint is read, and when its tags are; always, where nothing is said. */
  readonly live?: string;
  readonly tags?: string;
  /** When the reports of the training are read. */
  readonly reports: string;
}

/** What the answer needs of AWS. */
export function permissionsToForesee({ live, tags, reports }: Occasions): Permission[] {
  const whenLive = live === undefined ? {} : { when: live };
  return [
    { action: 'sagemaker:ListModelPackages', on: 'package' },
    { action: 'sagemaker:DescribeModelPackage', on: 'package' },
    { action: 'sagemaker:DescribeModelPackageGroup', on: 'group', when: 'the group has no version' },
    { action: 'sagemaker:DescribeEndpoint', on: 'endpoint', ...whenLive },
    { action: 'sagemaker:DescribeEndpointConfig', on: 'endpoint config', ...whenLive },
    { action: 'sagemaker:DescribeModel', on: 'model', ...whenLive },
    { action: 'sagemaker:ListTags', on: 'endpoint', ...(tags !== undefined && { when: tags }) },
    ...permissionsToSeeScaling('the endpoint file has autoscaling, or the instance type changes'),
    {
      action: 's3:GetObject',
      on: 'training reports',
      when: `${reports} the values in the reports of the training (ModelMetrics): without it, only their links`,
    },
  ];
}
