import { describe, expect, it } from 'vitest';
import { GROUP } from '../../emulator/scene.ts';
import { type ApprovedVersion, type DeploymentTerms, refusalToDeploy } from '../../src/registry/deployability.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';
import { verdictValue } from '../components/handover.ts';
import { CONTENT, modelPackage } from './package.ts';

const TERMS: DeploymentTerms = {
  environment: 'dev',
  pipeline: '101',
  require_approval: true,
  instance_types: ['ml.m5.large'],
  serverless: false,
  has_environment: false,
};
const ENTRY = { 'approved.dev': verdictValue(CONTENT, { pipeline: '101', at: '2026-11-22T08:30Z' }) };
const HANDED: ApprovedVersion = {
  group: GROUP,
  content: CONTENT,
  promotion_path: ['dev', 'uat', 'main'],
  metadata: ENTRY,
};
const SERVERLESS = { instance_types: [], serverless: true };
const SERIES = { containers: 2 };
const unasked = { require_approval: false };

const version = (more: Partial<ModelPackage> = {}) =>
  modelPackage({ version: 3, approval: 'Approved', metadata: ENTRY, ...more });

describe('whether a version may be deployed', () => {
  it.each<[given: string, version: ModelPackage, terms: Partial<DeploymentTerms>, why: string | undefined]>([
    ['the approved version', version(), {}, undefined],
    ['a version that nobody approved', version({ metadata: {} }), {}, 'nobody approved it for dev'],
    ['a version rejected since', version({ approval: 'Rejected' }), {}, 'it is Rejected now'],
    ['a rejected version, where no approval is required', version({ approval: 'Rejected' }), unasked, 'it is Rejected'],
    [
      'a pending version, where no approval is required',
      version({ approval: 'PendingManualApproval', metadata: {} }),
      unasked,
      undefined,
    ],
    ['a version registered for this instance type', version({ instanceTypes: ['ml.m5.large'] }), {}, undefined],
    ['a version registered for another', version({ instanceTypes: ['ml.c5.large'] }), {}, 'only for ml.c5.large'],
    ['containers in series', version(SERIES), {}, undefined],
    [
      'containers in series, with variables',
      version(SERIES),
      { has_environment: true },
      'which of them gets model_environment',
    ],
    [
      'containers in series, without instances',
      version(SERIES),
      SERVERLESS,
      '2 containers in series, which SageMaker does not',
    ],
    ['a version registered for any', version({ instanceTypes: [] }), {}, undefined],
    [
      'a version registered for instances, without any',
      version({ instanceTypes: ['ml.c5.large'] }),
      SERVERLESS,
      undefined,
    ],
    [
      'a container of AWS Marketplace, without instances',
      version({ marketplace: true }),
      SERVERLESS,
      'AWS Marketplace',
    ],
  ])('%s', (_, now, terms, why) => {
    const refusal = refusalToDeploy(now, HANDED, { ...TERMS, ...terms });
    if (why === undefined) expect(refusal).toBeUndefined();
    else expect(refusal?.why).toContain(why);
  });

  it('an approval that approve-model of this pipeline did not hand over is none', () => {
    const { metadata: _, ...silent } = HANDED;
    expect(refusalToDeploy(version(), silent, TERMS)?.why).toContain('but approve-model of this pipeline recorded ""');
  });
});
