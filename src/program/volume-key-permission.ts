import type { Permission } from './component.ts';

/**
 * What a component needs to bring to an endpoint a config whose volumes a key of KMS encrypts: SageMaker lets the instances use the
 * key in the name of its caller (https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html).
 */
export function permissionToUseVolumeKey(when: string): Permission {
  return { action: 'kms:CreateGrant', on: 'volume key', when, of: 'volumeKey' };
}
