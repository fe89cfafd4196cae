import { expect, it } from 'vitest';
import { subjectOf } from '../../../src/components/approve-model/subject.ts';
import type { ModelPackage } from '../../../src/registry/packages.ts';
import { CONTENT, modelPackage } from '../../registry/package.ts';
import { builtValue, PROMOTION_PATH, validationValue } from '../handover.ts';

const built = builtValue({ pipeline: '90' });

it.each<[given: string, version: Partial<ModelPackage>, environment: string, words: string]>([
  ['its pipeline and commit', { metadata: { built } }, 'dev', 'built by pipeline 90 from commit 8b1a9953c461'],
  [
    'where it was validated before',
    { metadata: { built, 'validated.dev': validationValue(CONTENT, { pipeline: '91' }) } },
    'uat',
    'built by pipeline 90 from commit 8b1a9953c461, validated in dev by pipeline 91',
  ],
  [
    'that nothing validated it before',
    { metadata: { built } },
    'main',
    'built by pipeline 90 from commit 8b1a9953c461, not validated in uat',
  ],
  [
    'who registered it, where no pipeline built it',
    { createdBy: 'arn:aws:iam::111122223333:user/jane', commit: 'f'.repeat(40) },
    'dev',
    'registered by arn:aws:iam::111122223333:user/jane; its training names the commit ffffffffffff',
  ],
  ['that nobody knows', {}, 'dev', 'registered by nobody knows whom'],
  [
    'nothing of a path that it is not on',
    { metadata: { built } },
    'hotfix',
    'built by pipeline 90 from commit 8b1a9953c461',
  ],
])('a verdict is about a version, and says %s', (_, version, environment, words) => {
  const of = modelPackage({ version: 3, approval: 'Approved', ...version });
  expect(subjectOf(of, { environment, path: PROMOTION_PATH })).toBe(`ResalePriceModelGroup version 3, ${words}`);
});
