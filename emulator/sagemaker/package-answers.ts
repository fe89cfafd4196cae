import type * as api from '@aws-sdk/client-sagemaker';
import { metadataOf } from './model-card.ts';
import { approvalOf, type Group, type Package } from './packages.ts';
import { type Given, userContext } from './service.ts';

export type Described = Omit<Given<api.DescribeModelPackageCommandOutput>, 'ModelPackageName'> & {
  readonly ModelPackageName: string | undefined;
};

/** A version is known by its group and number, and SageMaker tells no name of it. */
const ownNameOf = ({ group, name }: Package): string | undefined => (group ? undefined : name);

export function describedPackage(found: Package, included?: api.IncludedData): Described {
  const { CustomerMetadataProperties: _, ModelApprovalStatus: __, ModelCard: card, ...content } = found.content;
  return {
    ...content,
    ModelPackageName: ownNameOf(found),
    ModelPackageArn: found.arn,
    ModelPackageGroupName: found.group?.name,
    ModelPackageVersion: found.version,
    ModelPackageStatus: found.status,
    ModelPackageStatusDetails: {
      ValidationStatuses: [],
      ImageScanStatuses: [],
    },
    ModelPackageRegistrationType: found.content.ModelPackageRegistrationType ?? 'Registered',
    ModelCard: included === 'MetadataOnly' ? metadataOf(card) : card,
    ModelApprovalStatus: approvalOf(found),
    ApprovalDescription: found.approvalDescription,
    CustomerMetadataProperties: Object.keys(found.metadata).length > 0 ? found.metadata : undefined,
    CreationTime: found.created,
    CreatedBy: userContext(found.createdBy),
    LastModifiedTime: found.modified?.at,
    LastModifiedBy: found.modified && userContext(found.modified.by),
  };
}

export function batchSummary(found: Package, group: Group): Given<api.BatchDescribeModelPackageSummary> {
  return {
    ModelPackageGroupName: group.name,
    ModelPackageVersion: found.version,
    ModelPackageArn: found.arn,
    ModelPackageDescription: found.content.ModelPackageDescription,
    CreationTime: found.created,
    InferenceSpecification: found.content.InferenceSpecification ?? { Containers: [] },
    ModelPackageStatus: found.status,
    ModelApprovalStatus: approvalOf(found),
  };
}

export function packageSummary(one: Package): Given<api.ModelPackageSummary> {
  return {
    ModelPackageName: ownNameOf(one),
    ModelPackageGroupName: one.group?.name,
    ModelPackageVersion: one.version,
    ModelPackageArn: one.arn,
    ModelPackageDescription: one.content.ModelPackageDescription,
    CreationTime: one.created,
    ModelPackageStatus: one.status,
    ModelApprovalStatus: approvalOf(one),
    ModelLifeCycle: one.content.ModelLifeCycle,
    ModelPackageRegistrationType: one.content.ModelPackageRegistrationType ?? 'Registered',
  };
}
