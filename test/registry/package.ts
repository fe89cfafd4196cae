import { GROUP } from '../../emulator/scene.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';

export const CONTENT = 'c0ffee00c0ffee00c0ffee00c0ffee00';

/** The ARN of a version. */
export const arnOf = (version: number) =>
  `arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/${GROUP}/${version}`;

/** A version as it may be seen: registered, servable, and without an entry of ours unless a test says otherwise. */
export function modelPackage(seen: Pick<ModelPackage, 'version' | 'approval'> & Partial<ModelPackage>): ModelPackage {
  return {
    arn: arnOf(seen.version),
    group: GROUP,
    status: 'Completed',
    registration: 'Registered',
    createdAt: new Date('2026-11-22T08:00:00Z'),
    describedAt: new Date('2026-11-22T09:00:00Z'),
    createdBy: undefined,
    commit: undefined,
    metadata: {},
    metrics: new Map(),
    content: CONTENT,
    contents: [seen.content ?? CONTENT],
    data: [],
    images: [],
    servable: true,
    containers: 1,
    marketplace: false,
    instanceTypes: [],
    ...seen,
  };
}
