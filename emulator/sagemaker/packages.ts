import type * as api from '@aws-sdk/client-sagemaker';
import type { Principal } from '../world.ts';
import { newCard, updatedCard } from './model-card.ts';
import { digest, type Given, invalid } from './service.ts';

export type PackageRequest = Given<api.CreateModelPackageCommandInput>;
type Specification = NonNullable<PackageRequest['InferenceSpecification']>;

export interface Group {
  readonly name: string;
  readonly created: Date;
  readonly number: number;
  readonly createdBy: Principal;
  readonly description?: string | undefined;
  readonly packages: Package[];
  /** The newest version's number; a number is not used again after a delete. */
  lastVersion: number;
}

export interface Package {
  readonly name: string;
  readonly arn: string;
  readonly group?: Group;
  readonly version?: number;
  readonly created: Date;
  readonly number: number;
  readonly createdBy: Principal;
  /** What was asked for at creation; updates write here. */
  readonly content: Omit<PackageRequest, 'Tags' | 'ClientToken' | 'ModelPackageGroupName' | 'ModelPackageName'>;
  status: 'Pending' | 'InProgress' | 'Completed' | 'Failed' | 'Deleting';
  approval?: string | undefined;
  approvalDescription?: string | undefined;
  metadata: Record<string, string>;
  modified?: { at: Date; by: Principal };
}

type Update = Given<api.UpdateModelPackageCommandInput>;

const MOST_ADDITIONAL = 15;

const STATUSES = ['Approved', 'Rejected', 'PendingManualApproval'] as const;

export function approvalOf({ approval }: Package): (typeof STATUSES)[number] | undefined {
  return STATUSES.find((status) => status === approval);
}

export function newContent(content: Package['content']): Package['content'] {
  const { InferenceSpecification, ModelCard } = content;
  return { ...content, InferenceSpecification: resolved(InferenceSpecification), ModelCard: newCard(ModelCard) };
}

/** What an update changes of the content. */
export function updatedContent(before: Package['content'], sent: Update): Partial<Package['content']> {
  const { InferenceSpecification, ModelLifeCycle, ModelPackageRegistrationType, SourceUri, ModelCard } = sent;
  return {
    ...(InferenceSpecification && { InferenceSpecification: resolved(InferenceSpecification) }),
    ...(ModelLifeCycle && { ModelLifeCycle }),
    ...(ModelPackageRegistrationType && { ModelPackageRegistrationType }),
    ...(SourceUri !== undefined && { SourceUri }),
    ...(ModelCard && { ModelCard: updatedCard(before.ModelCard, ModelCard) }),
    ...(sent.AdditionalInferenceSpecificationsToAdd && { AdditionalInferenceSpecifications: withAdded(before, sent) }),
  };
}

function withAdded(before: Package['content'], { AdditionalInferenceSpecificationsToAdd: added = [] }: Update) {
  const all = [...(before.AdditionalInferenceSpecifications ?? []), ...added];
  if (all.length > MOST_ADDITIONAL) {
    throw invalid(`Total number of additional Inference Specifications can not exceed ${MOST_ADDITIONAL}.`);
  }
  return all;
}

/** SageMaker adds the digest of the image and the ETag of the model data, so that content swapped behind a name shows. */
function resolved(specification: Specification | undefined): Specification | undefined {
  if (!specification) return undefined;
  return {
    ...specification,
    Containers: specification.Containers?.map((container) => ({
      ...container,
      ImageDigest: container.ImageDigest ?? (container.Image && `sha256:${digest('image', container.Image)}`),
      ModelDataETag:
        container.ModelDataETag ?? (container.ModelDataUrl && digest('data', container.ModelDataUrl).slice(0, 32)),
    })),
  };
}
