import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import type { Emulator } from '../../emulator/emulator.ts';
import { GROUP } from '../../emulator/scene.ts';
import approveModel from '../../src/components/approve-model.ts';
import checkModel from '../../src/components/check-model.ts';
import deployModel from '../../src/components/deploy-model.ts';
import validateEndpoint from '../../src/components/validate-endpoint.ts';
import {
  judgeEligibility,
  type PromotionCriteria,
  selectVersion,
  validatedHere,
} from '../../src/registry/eligibility.ts';
import { type EvidenceEntry, entryValue } from '../../src/registry/entries.ts';
import { keysOfPromotion } from '../../src/registry/entry-keys.ts';
import type { ModelPackage } from '../../src/registry/packages.ts';
import { CONTENT, modelPackage } from '../registry/package.ts';
import { OWN_TAGS, OWNER } from './deploy-model/scene.ts';
import { BY_FILE, gitlabWith, jobOf } from './gitlab-file.ts';
import { contentIn, enter, leaveRecord, validationValue, verdictValue } from './handover.ts';
import { emulated, type JobOptions, projectFolder, startJob } from './job.ts';

/** What went through an environment as it should. */
const through = (environment: string) => ({
  [`approved.${environment}`]: verdictValue(CONTENT),
  [`validated.${environment}`]: validationValue(CONTENT),
});

/** It went through dev, and this is what its bake there showed. */
const baked = (bake: 'good' | 'payload' | 'nothing' | 'none') => ({
  ...through('dev'),
  'validated.dev': validationValue(CONTENT, { bake }),
});

function version(
  number: number,
  approvalStatus: ModelPackage['approval'],
  metadata: Record<string, string> = {},
  more: Partial<ModelPackage> = {},
): ModelPackage {
  return modelPackage({ version: number, approval: approvalStatus, metadata, ...more });
}

/** So many entries of the team. */
const metadataOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`team-${index + 1}`, 'x']));

const PENDING = 'PendingManualApproval';
const first: Partial<PromotionCriteria> = { environment: 'dev', source: 'registry' };
const ofRun: Partial<PromotionCriteria> = { environment: 'dev', source: 'run' };
const uat: Partial<PromotionCriteria> = { environment: 'uat' };
const main: Partial<PromotionCriteria> = { environment: 'main' };

/** Given the registry, the version that may be promoted, and why each newer one is not it. */
const RULES: readonly [
  given: string,
  registry: ModelPackage[],
  asked: Partial<PromotionCriteria>,
  answer: number | 'none',
  passedOver: string[],
][] = [
  ['an empty group', [], uat, 'none', []],
  ['a pending version, for the first environment', [version(1, PENDING)], first, 1, []],
  [
    'a rejected version above a pending one',
    [version(2, 'Rejected'), version(1, PENDING)],
    first,
    1,
    ['it is Rejected'],
  ],
  [
    'an approved version above a pending one',
    [version(2, 'Approved'), version(1, PENDING)],
    first,
    1,
    ['it is already Approved'],
  ],
  [
    'a version that this very pipeline approved',
    [version(1, 'Approved', { 'approved.dev': verdictValue(CONTENT, { pipeline: '101' }) })],
    first,
    1,
    [],
  ],
  [
    'a version that another pipeline approved',
    [version(1, 'Approved', { 'approved.dev': verdictValue(CONTENT) })],
    first,
    'none',
    ['it is already Approved'],
  ],
  ['a version of this run that is approved already', [version(1, 'Approved')], ofRun, 1, []],
  ['a version of this run that was rejected since', [version(1, 'Rejected')], ofRun, 'none', ['it is Rejected']],
  [
    'a version of this run that failed',
    [version(1, PENDING, {}, { status: 'Failed' })],
    ofRun,
    'none',
    ['its status is Failed'],
  ],
  [
    'a version that is only logged',
    [version(1, PENDING, {}, { registration: 'Logged' })],
    first,
    'none',
    ['it is only logged, not registered'],
  ],
  [
    'a version that does not say how to serve it',
    [version(1, PENDING, {}, { servable: false })],
    first,
    'none',
    ['it has no inference specification'],
  ],
  ['a version with room for every entry of the environment', [version(1, PENDING, metadataOf(43))], first, 1, []],
  [
    'a version without room for a rejection',
    [version(1, PENDING, metadataOf(44))],
    first,
    'none',
    [`it has 44 metadata entries, and SageMaker allows 50: ${keysOfPromotion('dev').join(', ')} would not fit`],
  ],
  [
    'a full version that has the entries of the environment already, but for a rejection',
    [version(1, 'Approved', { ...metadataOf(46), ...through('dev'), ...through('uat') })],
    main,
    'none',
    [`it has 50 metadata entries, and SageMaker allows 50: ${keysOfPromotion('main').join(', ')} would not fit`],
  ],
  ['a pending version, for a later environment', [version(1, PENDING)], uat, 'none', ['it is PendingManualApproval']],
  [
    'an approved version that nothing validated',
    [version(1, 'Approved', { 'approved.dev': verdictValue(CONTENT) })],
    uat,
    'none',
    ['it is not validated in dev'],
  ],
  ['a version validated in dev', [version(1, 'Approved', through('dev'))], uat, 1, []],
  [
    'two versions validated in dev',
    [version(2, 'Approved', through('dev')), version(1, 'Approved', through('dev'))],
    uat,
    2,
    [],
  ],
  [
    'a version that is not validated above a validated one',
    [version(2, 'Approved'), version(1, 'Approved', through('dev'))],
    uat,
    1,
    ['it is not validated in dev'],
  ],
  [
    'a version that deploy-pipeline refused, whatever entries it came with',
    [
      version(1, 'Approved', {
        ...through('dev'),
        ...through('uat'),
        built: 'refused=came-with-entries pipeline=101 job=1 at=2026-11-22T08:00Z',
      }),
    ],
    main,
    'none',
    [
      'the entry that tells who built it has an unknown format: "refused=came-with-entries pipeline=101 job=1 at=2026-11-22T08:00Z"',
    ],
  ],
  [
    'a version validated in uat only, for main',
    [version(1, 'Approved', through('uat'))],
    main,
    'none',
    ['it is not validated in dev'],
  ],
  [
    'a version whose validation is older than itself',
    [
      version(1, 'Approved', {
        ...through('dev'),
        'validated.dev': validationValue(CONTENT, { at: '2026-11-22T07:59Z' }),
      }),
    ],
    uat,
    'none',
    [`its validation in dev is older than the version: "${validationValue(CONTENT, { at: '2026-11-22T07:59Z' })}"`],
  ],
  [
    'a version whose approval is dated in the future',
    [version(1, 'Approved', { ...through('dev'), 'approved.dev': verdictValue(CONTENT, { at: '2027-01-01T00:00Z' }) })],
    uat,
    'none',
    [
      `its approval for dev is dated in the future (the clock of this runner says 2026-11-22T09:00Z): "${verdictValue(CONTENT, { at: '2027-01-01T00:00Z' })}"`,
    ],
  ],
  [
    'a version whose entries an earlier release wrote, with an older hash of the same content',
    [version(1, 'Approved', through('dev'), { content: 'v2-new', contents: ['v2-new', CONTENT] })],
    uat,
    1,
    [],
  ],
  [
    'a version validated in dev only, for main',
    [version(1, 'Approved', through('dev'))],
    main,
    'none',
    ['it is not validated in uat'],
  ],
  [
    'a version validated in dev and uat, for main',
    [version(1, 'Approved', { ...through('dev'), ...through('uat') })],
    main,
    1,
    [],
  ],
  [
    'a validated version that was rejected since',
    [version(1, 'Rejected', through('dev'))],
    uat,
    'none',
    ['it is Rejected'],
  ],
  [
    'a validated version that was withdrawn in dev',
    [version(1, 'Approved', { ...through('dev'), 'withdrawn.dev': verdictValue(CONTENT) })],
    uat,
    'none',
    ['it was withdrawn in dev by jane in pipeline 90 at 2026-11-22T08:00Z'],
  ],
  [
    'a validated version that was withdrawn in a later environment',
    [version(1, 'Approved', { ...through('dev'), 'withdrawn.main': verdictValue(CONTENT) })],
    uat,
    'none',
    ['it was withdrawn in main by jane in pipeline 90 at 2026-11-22T08:00Z'],
  ],
  [
    'a withdrawal that cannot be read',
    [version(1, 'Approved', { ...through('dev'), 'withdrawn.dev': 'yes' })],
    uat,
    'none',
    ['it was withdrawn in dev ("yes")'],
  ],
  [
    'a validation of another content',
    [version(1, 'Approved', { ...through('dev'), 'validated.dev': validationValue('d'.repeat(32)) })],
    uat,
    'none',
    ['its content changed after it was approved and validated in dev'],
  ],
  [
    'an approval of another content',
    [version(1, 'Approved', { ...through('dev'), 'approved.dev': verdictValue('d'.repeat(32)) })],
    uat,
    'none',
    ['its content changed after it was approved and validated in dev'],
  ],
  [
    'a validation that we did not write',
    [version(1, 'Approved', { ...through('dev'), 'validated.dev': 'yes' })],
    uat,
    'none',
    ['its validation in dev has an unknown format: "yes"'],
  ],
  [
    'a validation with a word said twice',
    [version(1, 'Approved', { ...through('dev'), 'validated.dev': `${validationValue(CONTENT)} job=9` })],
    uat,
    'none',
    [`its validation in dev has an unknown format: "${validationValue(CONTENT)} job=9"`],
  ],
  [
    'a validation without an approval',
    [version(1, 'Approved', { 'validated.dev': validationValue(CONTENT) })],
    uat,
    'none',
    ['it is validated in dev, but nobody approved it for dev'],
  ],
  [
    'an approval that we did not write',
    [version(1, 'Approved', { ...through('dev'), 'approved.dev': 'fine' })],
    uat,
    'none',
    ['its approval for dev has an unknown format: "fine"'],
  ],
  [
    'a validation written with an open safety input',
    [version(1, 'Approved', { ...through('dev'), 'validated.dev': validationValue(CONTENT, { open: 'approval' }) })],
    uat,
    'none',
    ['it passed dev with an open safety input (open=approval)'],
  ],
  [
    'an approval written with an open safety input',
    [version(1, 'Approved', { ...through('dev'), 'approved.dev': verdictValue(CONTENT, { open: 'protected' }) })],
    uat,
    'none',
    ['it passed dev with an open safety input (open=protected)'],
  ],
  [
    'a version that is not validated, when no validation is asked for',
    [version(1, 'Approved')],
    { ...uat, require_validation: false },
    1,
    [],
  ],
  [
    'a version that baked well, when that is asked for',
    [version(1, 'Approved', baked('good'))],
    { ...uat, require_evidence: [{ kind: 'bake' }] },
    1,
    [],
  ],
  [
    'a version whose bake shows nothing, when a good one is asked for',
    [version(1, 'Approved', baked('nothing'))],
    { ...uat, require_evidence: [{ kind: 'bake' }] },
    'none',
    ['its bake in dev shows nothing, and require_evidence names bake'],
  ],
  [
    'a version that baked only under requests of the deployment itself, when a good bake is asked for',
    [version(1, 'Approved', baked('payload'))],
    { ...uat, require_evidence: [{ kind: 'bake' }] },
    'none',
    ['its bake in dev shows only that the container answers copies of a payload, and require_evidence names bake'],
  ],
  [
    'a version that baked only under requests of the deployment itself, when those count',
    [version(1, 'Approved', baked('payload'))],
    { ...uat, require_evidence: [{ kind: 'bake' }], count_bake_traffic: true },
    1,
    [],
  ],
  [
    'a version whose bake shows nothing, when requests of the deployment itself count',
    [version(2, 'Approved', baked('nothing')), version(1, 'Approved', baked('none'))],
    { ...uat, require_evidence: [{ kind: 'bake' }], count_bake_traffic: true },
    'none',
    [
      'its bake in dev shows nothing, and require_evidence names bake',
      'it did not bake in dev, and require_evidence names bake',
    ],
  ],
  [
    'a version that did not bake, when that is asked for',
    [version(2, 'Approved', baked('none')), version(1, 'Approved', through('dev'))],
    { ...uat, require_evidence: [{ kind: 'bake' }] },
    'none',
    Array.from({ length: 2 }, () => 'it did not bake in dev, and require_evidence names bake'),
  ],
  [
    'a version that is neither validated nor baked, when only a bake is asked for',
    [version(1, 'Approved')],
    { ...uat, require_validation: false, require_evidence: [{ kind: 'bake' }] },
    'none',
    ['it did not bake in dev, and require_evidence names bake'],
  ],
  [
    'a version whose bake shows nothing, when none is asked for',
    [version(1, 'Approved', baked('nothing'))],
    uat,
    1,
    [],
  ],
  [
    'a version of good quality, when that is asked for',
    [version(1, 'Approved', { ...through('dev'), 'quality.dev': qualityValue() })],
    { ...uat, require_evidence: [{ kind: 'quality' }] },
    1,
    [],
  ],
  [
    'a version of good quality on the data that is named, by the first digits of its SHA-256 or by all of them',
    [version(1, 'Approved', { ...through('dev'), 'quality.dev': qualityValue() })],
    {
      ...uat,
      require_evidence: [
        { kind: 'quality', data: 'd'.repeat(12) },
        { kind: 'quality', data: 'd'.repeat(64) },
      ],
    },
    1,
    [],
  ],
  [
    'a version of good quality on other data than is named',
    [version(1, 'Approved', { ...through('dev'), 'quality.dev': qualityValue() })],
    { ...uat, require_evidence: [{ kind: 'quality', data: `${'d'.repeat(11)}e` }] },
    'none',
    [
      'its quality evidence of dev rests on other data (SHA-256 dddddddddddd...) than is asked for (ddddddddddde...), and require_evidence names quality',
    ],
  ],
  [
    'versions whose quality is not, whatever the reason, when that is asked for',
    [
      version(4, 'Approved', through('dev')),
      version(3, 'Approved', { ...through('dev'), 'quality.dev': qualityValue({ verdict: 'inconclusive' }) }),
      version(2, 'Approved', { ...through('dev'), 'quality.dev': qualityValue({ content: 'c'.repeat(32) }) }),
      version(1, 'Approved', { ...through('dev'), 'quality.uat': qualityValue() }),
    ],
    { ...uat, require_evidence: [{ kind: 'quality' }, { kind: 'load' }] },
    'none',
    [
      'it has no quality evidence of dev (quality.dev), and require_evidence names quality',
      'its quality evidence of dev is inconclusive, and require_evidence names quality',
      'its quality evidence of dev is of other content than it has now, and require_evidence names quality',
      'it has no quality evidence of dev (quality.dev), and require_evidence names quality',
    ],
  ],
  [
    'a version of good quality in uat, which is asked for by name wherever a version goes after it',
    [version(1, 'Approved', { ...through('dev'), ...through('uat'), 'quality.uat': qualityValue() })],
    { ...uat, environment: 'main', require_evidence: [{ kind: 'quality', of: 'uat' }] },
    1,
    [],
  ],
  [
    'a version of good quality in dev alone, when that of uat is asked for by name',
    [version(1, 'Approved', { ...through('dev'), ...through('uat'), 'quality.dev': qualityValue() })],
    { ...uat, environment: 'main', require_evidence: [{ kind: 'quality', of: 'uat' }] },
    'none',
    ['it has no quality evidence of uat (quality.uat), and require_evidence names quality'],
  ],
  [
    'a version that has not been in uat yet, when evidence of uat is asked for by name',
    [version(1, 'Approved', through('dev'))],
    { ...uat, require_evidence: [{ kind: 'quality', of: 'uat' }] },
    1,
    [],
  ],
  [
    'a withdrawn version, when no validation is asked for',
    [version(1, 'Approved', { 'withdrawn.uat': verdictValue(CONTENT) })],
    { ...uat, require_validation: false },
    'none',
    ['it was withdrawn in uat by jane in pipeline 90 at 2026-11-22T08:00Z'],
  ],
];

/** What evaluate-model writes. */
function qualityValue(more: Partial<EvidenceEntry> = {}): string {
  const [data, report] = ['d'.repeat(32), 'e'.repeat(32)];
  const at = '2026-11-22T08:30Z';
  const entry = {
    verdict: 'good',
    n: '360',
    data,
    report,
    pipeline: '201',
    job: '7001',
    at,
    content: CONTENT,
  } as const;
  return entryValue({ ...entry, ...more });
}

/** What uat asks of a version, when a test does not say otherwise. */
const UAT: PromotionCriteria = {
  environment: 'uat',
  path: ['dev', 'uat', 'main'],
  source: 'registry',
  require_validation: true,
  require_evidence: [],
  count_bake_traffic: false,
  pipeline: '101',
};

describe('which version may be promoted', () => {
  it.each(RULES)('given %s', async (_, registry, asked, answer, passedOver) => {
    const describeOne = async (arn: string) => registry.find((each) => each.arn === arn);
    const candidates = { versions: registry, describe: describeOne, limit: 20 };
    const choice = await selectVersion(candidates, { ...UAT, ...asked });

    expect(choice.is === 'candidate' ? choice.candidate.version : 'none').toBe(answer);
    expect(choice.passedOver.map(({ why }) => why)).toEqual(passedOver);
  });

  it.each([
    ['withdrawn', { 'withdrawn.dev': verdictValue(CONTENT) }, {}, /^promote another version\. A rejection is final\.$/],
    ['not completed', {}, { status: 'InProgress' }, /^if it is still InProgress, run this job again later\./],
    ['forged', { ...through('dev'), 'approved.dev': 'fine' }, {}, /^find out who changed it in CloudTrail/],
  ] as const)('says what to do about a version that is %s', (_, metadata, more, next) => {
    const judged = judgeEligibility(version(1, 'Approved', metadata, more), UAT);
    expect(judged).toMatchObject({ is: 'unfit', next: expect.stringMatching(next) });
  });

  it('keeps what to do about each version that was skipped', async () => {
    const registry = [version(2, 'Approved', { 'withdrawn.dev': 'yes' }), version(1, 'Rejected')];
    const describeOne = async (arn: string) => registry.find((each) => each.arn === arn);
    const candidates = { versions: registry, describe: describeOne, limit: 20 };
    const { passedOver } = await selectVersion(candidates, { ...UAT, ...first });
    const next = 'promote another version. A rejection is final.';
    expect(passedOver).toStrictEqual([
      { version: 2, why: 'it was withdrawn in dev ("yes")', next },
      { version: 1, why: 'it is Rejected' },
    ]);
  });

  it.each(['Approved', undefined] as const)(
    'asks the version itself, where the list says that it is %s',
    async (listed) => {
      const rejected = version(1, 'Rejected', through('dev'));
      const candidates = { versions: [{ ...rejected, approval: listed }], describe: async () => rejected, limit: 20 };
      for (const require_validation of [true, false])
        expect(await selectVersion(candidates, { ...UAT, require_validation })).toEqual({
          is: 'none',
          passedOver: [{ version: 1, why: 'it is Rejected' }],
          lookedAt: 1,
        });
    },
  );

  it('counts only the versions that it looks at: what the list rules out takes the place of none', async () => {
    const registry = [
      version(4, 'Rejected'),
      version(3, 'Approved', through('dev')),
      version(2, 'Rejected'),
      version(1, 'Approved', through('dev')),
    ];
    const describeOne = async (arn: string) => registry.find((each) => each.arn === arn && each.version !== 3);
    const ask = (limit: number) => selectVersion({ versions: registry, describe: describeOne, limit }, UAT);

    expect(await ask(2)).toMatchObject({ is: 'candidate', candidate: { version: 1 } });
    expect(await ask(1)).toEqual({
      is: 'none',
      passedOver: [
        { version: 4, why: 'it is Rejected' },
        { version: 3, why: 'it was deleted' },
        { version: 2, why: 'it is Rejected' },
      ],
      lookedAt: 1,
    });
  });
});

function check(options: Omit<JobOptions, 'root'> & { root?: string }) {
  return startJob(checkModel, { root: projectFolder(), ...options, inputs: { endpoint_name: '', ...options.inputs } });
}

/** A project folder in which deploy-pipeline has left its record. */
function afterTraining(record: object): string {
  return leaveRecord(projectFolder(), 'deploy-pipeline', { execution: 'arn:execution', ...record });
}

/** Registers a version that went through the environments as it should; its records hold its true content. */
function promoted(emulator: Emulator, ...environments: string[]): string {
  const arn = emulator.register({ group: GROUP, status: 'Approved' });
  const content = contentIn(emulator, arn);
  for (const environment of environments)
    enter(emulator, arn, {
      [`approved.${environment}`]: verdictValue(content),
      [`validated.${environment}`]: validationValue(content, { endpoint: `resale-price-${environment}` }),
    });
  return arn;
}

describe('the first environment', () => {
  it('offers what this pipeline registered, with one describe and no list', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: GROUP, status: PENDING, metadata: { rmse: '41250' } });
    const root = afterTraining({ outcome: 'registered', packages: [{ group: GROUP, package: arn, version: 1 }] });

    const job = await check({ emulator, root });

    expect(job).toMatchObject({
      exit: 0,
      calls: ['DescribeModelPackage'],
      outputs: { MODEL_FOUND: 'true', MODEL_PACKAGE_ARN: arn, MODEL_PACKAGE_VERSION: '1' },
    });
    expect(job.record).toMatchObject({ outcome: 'candidate', package: arn, group: GROUP, open: [] });
    expect(job.log).toContain('metrics  rmse=41250');
  });

  it('asks for deploy-pipeline when there is no record of it', async () => {
    const emulator = await emulated();
    const job = await check({ emulator });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toMatch(
      /This job's artifacts have no deploy-pipeline record[\s\S]*Next: if deploy-pipeline failed, run it again first\.[\s\S]*Otherwise, include it before this component.*: promote does so in the include with train: true\./,
    );
  });

  it('refuses a record of another group instead of taking it', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: 'Other', status: PENDING });
    const root = afterTraining({ outcome: 'registered', packages: [{ group: 'Other', package: arn, version: 1 }] });
    const job = await check({ emulator, root });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain('model_package_group_name');
  });

  it('takes the record of its own group when several trainings ran', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: GROUP, status: PENDING });
    const root = afterTraining({
      outcome: 'registered',
      packages: [{ group: GROUP.toLowerCase(), package: arn, version: 1 }],
    });
    const packages = [{ group: 'Other', package: arn.replace(GROUP, 'Other'), version: 9 }];
    leaveRecord(root, 'deploy-pipeline', { execution: 'e', outcome: 'registered', packages }, '9');

    expect(await check({ emulator, root })).toMatchObject({ exit: 0, record: { package: arn } });
  });

  it('takes the newest of several that its training registered in the group, and none of another group', async () => {
    const emulator = await emulated();
    const [first, second] = [emulator.register({ group: GROUP }), emulator.register({ group: GROUP })];
    const other = Array.from({ length: 3 }, () => emulator.register({ group: 'Other' })).at(-1);
    const packages = [
      { group: GROUP, package: first, version: 1 },
      { group: 'Other', package: other, version: 3 },
      { group: GROUP, package: second, version: 2 },
    ];
    const root = afterTraining({ outcome: 'registered', packages });
    expect(await check({ emulator, root })).toMatchObject({
      exit: 0,
      calls: ['DescribeModelPackage'],
      record: { package: second, passed_over: [] },
    });
  });

  it('says that the training comes first when nothing waits for approval', async () => {
    const emulator = await emulated();
    emulator.register({ group: GROUP, status: 'Approved' });
    const job = await check({ emulator, inputs: { source: 'registry' } });
    expect(job.exit).toBe(80);
    expect(job.log).toContain(`no version of ${GROUP} is PendingManualApproval`);
    expect(job.log).toContain('Next: run the training first: it registers a model.');
  });

  it('finds nothing in a record whose version is of another group than the record says', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: 'Other', status: PENDING });
    const root = afterTraining({ outcome: 'registered', packages: [{ group: GROUP, package: arn, version: 1 }] });
    const job = await check({ emulator, root });
    expect(job).toMatchObject({ exit: 80, calls: [] });
    expect(job.log).toContain('Next: start a new pipeline to train again.');
  });

  it('asks for no more candidates than can be had', async () => {
    const emulator = await emulated();
    for (let version = 1; version <= 101; version++) emulator.register({ group: GROUP, status: 'Approved' });
    const job = await check({ emulator, inputs: { source: 'registry', max_candidates: '100' } });
    expect(job.exit).toBe(80);
    expect(job.log).toMatch(/none of the 100 newest candidates[^\n]*\nNext: promote a newer version\.$/);
  });

  it('offers the newest pending version when source is registry', async () => {
    const emulator = await emulated();
    emulator.register({ group: GROUP, status: PENDING });
    const arn = emulator.register({ group: GROUP, status: PENDING });
    const job = await check({ emulator, inputs: { source: 'registry' } });
    expect(job).toMatchObject({
      exit: 0,
      calls: ['ListModelPackages', 'DescribeModelPackage'],
      record: { package: arn },
    });
  });
});

/** The endpoint whose live version is shown, where the include does not say how deploy-model deploys to it. */
const SHOWN = { endpoint_name: 'resale-price-uat', instance_type: '', execution_role_arn: '' };

describe('what the approver is shown', () => {
  it('is what the environment before validated, and where it has been', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name: 'resale-price-uat' } });

    expect(job).toMatchObject({ exit: 0, record: { outcome: 'candidate', package: arn, open: [] } });
    expect(job.log).toContain('approved for dev by jane in pipeline 90');
    expect(job.log).toContain('validated in dev by pipeline 90 on resale-price-dev');
    expect(job.log).toContain('live     nothing: the endpoint resale-price-uat does not exist yet');
  });

  it('is a page, too, the first link of the job', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    const root = projectFolder();
    const job = await check({ emulator, root, environment: 'uat' });
    const [[heading, links]] = Object.entries(JSON.parse(job.links)) as [[string, unknown]];
    expect([heading, links]).toEqual([
      'Approval',
      [
        {
          external_link: {
            label: `Approve this version: ${GROUP} version 1 for uat`,
            url: 'https://sgts.gitlab-dedicated.com/wog/mlops/resale-price/-/jobs/1/artifacts/file/sagemaker/check-model/1/approve.html',
          },
        },
      ],
    ]);
    const page = readFileSync(join(root, 'sagemaker/check-model/1/approve.html'), 'utf8');
    expect(page).toContain(`<h1>${GROUP} version 1 for uat</h1>`);
    expect(page).toContain(arn);
    expect(job.links).toContain('"label":"Validated in dev"');
  });

  it('is no page where there is nothing to approve', async () => {
    const emulator = await emulated();
    emulator.register({ group: GROUP, status: 'Approved' });
    const root = projectFolder();
    const job = await check({ emulator, root, environment: 'uat' });
    expect(job.exit).toBe(80);
    expect(existsSync(join(root, 'sagemaker/check-model/1/approve.html'))).toBe(false);
  });

  it('fits on fifteen lines, the verdict first', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    for (let n = 0; n < 9; n++)
      emulator.register({ group: GROUP, status: 'Approved', metadata: { rmse: '1', mae: '2' } });
    const job = await check({ emulator, environment: 'uat' });
    const page = job.log.slice(job.log.indexOf(`${GROUP} version 1`)).split('\n');
    expect(page[0]).toBe(`${GROUP} version 1 can be promoted to uat.`);
    expect(page.length).toBeLessThanOrEqual(15);
    expect(page.join('\n')).toContain('skipped: version 10, because it is not validated in dev');
    expect(page.join('\n')).toContain('skipped: 6 more');
  });

  it('is told by names and numbers, too, which stay where GitLab masks AWS_ACCOUNT_ID', async () => {
    const emulator = await emulated();
    emulator.deployed({ endpoint: 'resale-price-uat', package: promoted(emulator, 'dev') });
    promoted(emulator, 'dev');
    const job = await check({ emulator, environment: 'uat', inputs: SHOWN });
    const masked = job.log.replaceAll(emulator.account, '[MASKED]');
    expect(job.exit, job.log).toBe(0);
    expect(masked).toContain('[MASKED]');
    for (const told of [
      /^ResalePriceModelGroup version 2 can be promoted to uat\.$/m,
      /^ {2}live +ResalePriceModelGroup version 1 on resale-price-uat \(InService\)$/m,
      /^ {2}metrics +[^[]+$/m,
      /^ {2}commit +[^[]+$/m,
    ])
      expect(masked).toMatch(told);
    // GitLab masks a log, and no artifact.
    expect(job.links).not.toContain('[MASKED]');
  });

  it('tells who approved the version in this pipeline already', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    const content = contentIn(emulator, arn);
    enter(emulator, arn, { 'approved.uat': verdictValue(content, { pipeline: '101' }) });
    const job = await check({ emulator, environment: 'uat' });
    expect(job.log).toMatch(/\njane approved exactly this version for uat in this pipeline at 2026-/);
  });

  it.each([
    ['withdrawn', { 'withdrawn.dev': 'by a person' }, undefined],
    ['rejected', {}, 'Rejected'],
  ])(
    'says that a version is live which was %s in the environment before, where nothing can be promoted',
    async (how, entries, status) => {
      const emulator = await emulated();
      const arn = promoted(emulator, 'dev');
      const tags = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };
      emulator.deployed({ endpoint: 'resale-price-uat', package: arn, tags });
      enter(emulator, arn, entries);
      if (status) emulator.do('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: status });
      const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name: 'resale-price-uat' } });
      expect(job.exit).toBe(80);
      expect(job.log).toContain(
        `. resale-price-uat serves version 1, which was ${how}: rollback-endpoint takes it away.`,
      );
    },
  );

  it('says why a newer version was skipped, before it refuses an older one than what is live', async () => {
    const emulator = await emulated();
    const versions = Array.from({ length: 2 }, () => promoted(emulator, 'dev'));
    const [, second = ''] = versions;
    const tags = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };
    emulator.deployed({ endpoint: 'resale-price-uat', package: second, tags });
    enter(emulator, second, { 'withdrawn.uat': verdictValue(contentIn(emulator, second)) });
    const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name: 'resale-price-uat' } });
    expect(job).toMatchObject({ exit: 1, record: undefined });
    expect(job.log).toMatch(/ {2}skipped: version 2, because it was withdrawn in uat by jane .*\nERROR SMC-4012: /);
  });

  it.each([
    ['older', 2, ['older    than version 3, which is live: deploy-model deploys it only with allow_downgrade: true']],
    ['the same', 3, []],
    ['newer', 4, []],
  ])(
    'says so when the version is %s than what is live, or the same, where that alone is known',
    async (_, number, told) => {
      const emulator = await emulated();
      const versions = Array.from({ length: 4 }, () => promoted(emulator, 'dev'));
      emulator.deployed({ endpoint: 'resale-price-uat', package: versions[2] ?? '' });
      const inputs = { ...SHOWN, model_package_arn: versions[number - 1] };
      const job = await check({ emulator, environment: 'uat', inputs });
      expect(job.exit, job.log).toBe(0);
      expect(job.log.split('\n').flatMap((line) => (line.startsWith('  older ') ? [line.trim()] : []))).toEqual(told);
    },
  );

  it('names no version of another group as newer', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    const others = Array.from({ length: 3 }, () => emulator.register({ group: 'AnotherGroup' }));
    emulator.deployed({ endpoint: 'resale-price-uat', package: others[2] ?? '' });
    const job = await check({ emulator, environment: 'uat', inputs: SHOWN });
    expect(job.log).toContain('live     AnotherGroup version 3 on resale-price-uat');
    expect(job.log).not.toContain('older ');
  });

  it('stands beside what is live: metric by metric, and commit by commit', async () => {
    const emulator = await emulated();
    const live = emulator.register({ status: 'Approved', metadata: { rmse: '43000' } });
    emulator.deployed({ endpoint: 'resale-price-uat', package: live });
    const arn = promoted(emulator, 'dev');
    enter(emulator, arn, { rmse: '41250' });
    const inputs = { endpoint_name: 'resale-price-uat' };
    const job = await check({ emulator, environment: 'uat', inputs });
    expect(job.log).toContain('rmse=41250 (live 43000: -1750)');
    emulator.do('DeleteModelPackage', { ModelPackageName: live });
    const alone = await check({ emulator, environment: 'uat', inputs });
    expect(alone.log).toMatch(/metrics {2}rmse=41250\n/);
  });

  it('stands beside nothing where two versions are live', async () => {
    const emulator = await emulated();
    const [one, other] = [
      emulator.register({ status: 'Approved', metadata: { rmse: '43000' } }),
      promoted(emulator, 'dev'),
    ];
    const models = [one, other].map((arn, index) => emulator.deployed({ endpoint: `other-${index}`, package: arn }));
    const variants = models.map((ModelName) => ({ VariantName: ModelName, ModelName, InstanceType: 'ml.m5.large' }));
    const ProductionVariants = variants.map((each) => ({ ...each, InitialInstanceCount: 1 }));
    emulator.do('CreateEndpointConfig', { EndpointConfigName: 'both', ProductionVariants });
    emulator.do('CreateEndpoint', { EndpointName: 'resale-price-uat', EndpointConfigName: 'both' });
    emulator.endpoints.settle('resale-price-uat');
    enter(emulator, other, { rmse: '41250' });
    const job = await check({ emulator, environment: 'uat', inputs: SHOWN });
    expect(job.log).toMatch(/metrics {2}rmse=41250\n/);
    expect(job.log).toMatch(/live {5}.* version 1 and .* version 2 on resale-price-uat/);
  });

  it('names what is live by its ARN where the role may not see it', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    const foreign = emulator.register({ group: 'AnotherGroup' });
    emulator.deployed({ endpoint: 'resale-price-uat', package: foreign });
    emulator.fault({ operation: 'DescribeModelPackage', nth: 2, kind: 'access denied' });
    const job = await check({ emulator, environment: 'uat', inputs: SHOWN });
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toContain(`live     ${foreign} on resale-price-uat (InService)`);
  });
});

it('a denied call tells what a policy must hold, apart from what only some pipelines need', async () => {
  const emulator = await emulated();
  emulator.fault({ operation: 'ListModelPackages', kind: 'access denied' });
  const job = await check({ emulator, environment: 'uat', inputs: SHOWN });
  expect(job.exit).toBe(77);
  expect(job.log).toMatch(
    /This component needs sagemaker:DescribeModelPackage, sagemaker:ListModelPackages; in some cases also [^;]*s3:GetObject, /,
  );
});

describe('the endpoint of another', () => {
  const endpoint_name = 'resale-price-uat';
  const OURS = { ...OWN_TAGS, 'sagemaker-components:environment': 'uat' };
  const theirs = { project: '43', environment: 'main', group: `${OWNER.group}-2` };

  it.each(Object.entries(theirs))(
    '%s is refused before anybody is asked, unless it may be taken over',
    async (name, value) => {
      const emulator = await emulated();
      const arn = promoted(emulator, 'dev');
      const tags = { ...OURS, [`sagemaker-components:${name}`]: value };
      emulator.deployed({ endpoint: endpoint_name, package: arn, tags });
      const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name } });
      expect(job).toMatchObject({ exit: 1, record: undefined });
      expect(job.log).toContain(`${endpoint_name} belongs to another deployment, as its tags say (`);

      const taken = await check({
        emulator,
        environment: 'uat',
        inputs: { endpoint_name, take_over_endpoint: 'true' },
      });
      expect(taken).toMatchObject({ exit: 0, record: { outcome: 'candidate', package: arn, open: ['take_over'] } });
      expect(taken.log).toContain('open     take_over_endpoint is true: later environments reject this version');
    },
  );

  it.each([
    ['with our tags', OURS],
    ['with no tags', {}],
  ])('is none %s', async (_, tags) => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    emulator.deployed({ endpoint: endpoint_name, package: arn, tags });
    const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name } });
    expect(job).toMatchObject({ exit: 0, record: { open: [] } });
  });

  it('is nobody’s where it was deleted while the job looked', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    emulator.deployed({ endpoint: endpoint_name, package: arn, tags: { ...OURS, ...theirs } });
    emulator.faults.meanwhile('ListTags', () => {
      emulator.do('DeleteEndpoint', { EndpointName: endpoint_name });
      emulator.endpoints.settle(endpoint_name);
    });
    const job = await check({ emulator, environment: 'uat', inputs: { endpoint_name } });
    expect(job, job.log).toMatchObject({ exit: 0, record: { package: arn } });
  });

  it('is not looked for without endpoint_name', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    expect((await check({ emulator, environment: 'uat' })).calls).not.toContain('ListTags');
  });
});

describe('a later environment', () => {
  it('finds the approved version below more than a hundred pending ones', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    for (let n = 0; n < 120; n++) emulator.register({ group: GROUP, status: PENDING });
    const job = await check({ emulator, environment: 'uat' });
    expect(job).toMatchObject({
      exit: 0,
      calls: ['ListModelPackages', 'ListModelPackages', 'DescribeModelPackage'],
      record: { package: arn },
    });
  });

  it('follows filtered pages that come with less than was asked for', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    const pending = (count: number) => Array.from({ length: count }, () => emulator.register({ status: PENDING }));
    pending(100);
    emulator.register({ status: 'Approved' });
    pending(98);
    emulator.register({ status: 'Approved' });
    emulator.registry.habits.emptyPages = true;
    const job = await check({ emulator, environment: 'uat' });
    expect(job, job.log).toMatchObject({ exit: 0, record: { package: arn } });
    const passedOver = JSON.stringify(job.record?.passed_over).match(/"version":\d+/g) ?? [];
    expect(passedOver, 'each is told once').toEqual([...new Set(passedOver)]);
  });

  it('takes the group in any spelling, and tells its own, also where ARNs carry it in lower case', async () => {
    const emulator = await emulated();
    emulator.registry.habits.lowerCaseArns = true;
    promoted(emulator, 'dev');
    const job = await check({
      emulator,
      environment: 'uat',
      inputs: { model_package_group_name: GROUP.toUpperCase() },
    });
    expect(job).toMatchObject({ exit: 0, record: { group: GROUP, version: 1 } });
  });

  it('writes into the record that no validation was asked for', async () => {
    const emulator = await emulated();
    emulator.register({ group: GROUP, status: 'Approved' });
    const job = await check({ emulator, environment: 'uat', inputs: { require_validation: 'false' } });
    expect(job).toMatchObject({ exit: 0, record: { open: ['validation'] } });
  });
});

/** The include does not say how a version would be served: nothing is compared. */
const SILENT = { instance_type: '', execution_role_arn: '' };

describe('what is live here already', () => {
  it('is nothing new when it is approved and validated too', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev', 'uat');
    const config = emulator.deployed({ endpoint: 'resale-price-uat', package: arn });
    const content = contentIn(emulator, arn);
    enter(emulator, arn, { 'validated.uat': validationValue(content, { endpoint: 'resale-price-uat', config }) });

    const job = await check({ emulator, environment: 'uat', inputs: SILENT });
    expect(job).toMatchObject({ exit: 80, record: { outcome: 'nothing' } });
    expect(job.log).toContain('is already approved, validated and live in uat');

    expect(await check({ emulator, environment: 'uat', inputs: { ...SILENT, on_missing: 'continue' } })).toMatchObject({
      exit: 0,
      record: { outcome: 'nothing' },
      outputs: { MODEL_FOUND: 'false' },
    });

    const elsewhere = await check({
      emulator,
      environment: 'uat',
      inputs: { ...SILENT, endpoint_name: 'resale-price-new' },
    });
    expect(elsewhere, 'it is live, but not on the endpoint that is asked for').toMatchObject({ exit: 0 });

    const { request } = emulator.models.configs.get(config) ?? {};
    emulator.clock.advance(1000);
    emulator.do('DeleteEndpointConfig', { EndpointConfigName: config });
    emulator.do('CreateEndpointConfig', { ...request });
    expect(await check({ emulator, environment: 'uat', inputs: SILENT }), 'its config was created again').toMatchObject(
      { exit: 0 },
    );

    const open = validationValue(content, { endpoint: 'resale-price-uat', config, open: 'protected' });
    enter(emulator, arn, { 'validated.uat': open });
    expect(
      await check({ emulator, environment: 'uat', inputs: SILENT }),
      'it may come again, with the safety input on',
    ).toMatchObject({
      exit: 0,
      record: { version: 1 },
    });
  });

  it.each<[when: string, entries: Record<string, string>]>([
    ['nobody approved it here', { 'approved.uat': '' }],
    ['nothing validated it here', { 'validated.uat': '' }],
    ['its approval cannot be read', { 'approved.uat': 'fine' }],
    ['its validation cannot be read', { 'validated.uat': 'fine' }],
    ['this very pipeline approved it', { 'approved.uat': verdictValue(CONTENT, { pipeline: '101' }) }],
    ['its approval is of another content', { 'approved.uat': verdictValue('f'.repeat(32)) }],
    ['its validation is of another content', { 'validated.uat': validationValue('f'.repeat(32)) }],
    ['it was approved with an open safety input', { 'approved.uat': verdictValue(CONTENT, { open: 'protected' }) }],
    ['it was validated with an open safety input', { 'validated.uat': validationValue(CONTENT, { open: 'approval' }) }],
  ])('is not validated here when %s', (_, entries) => {
    const wellDone = through('uat');
    expect(validatedHere(version(1, 'Approved', wellDone), UAT)).toMatchObject({ pipeline: '90' });
    const written = Object.entries({ ...wellDone, ...entries }).filter(([, value]) => value !== '');
    expect(validatedHere(version(1, 'Approved', Object.fromEntries(written)), UAT)).toBeUndefined();
  });

  it('is not live while another config is on its way to the endpoint', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev', 'uat');
    const config = emulator.deployed({ endpoint: 'resale-price-uat', package: arn });
    const content = contentIn(emulator, arn);
    enter(emulator, arn, { 'validated.uat': validationValue(content, { endpoint: 'resale-price-uat', config }) });
    expect(await check({ emulator, environment: 'uat', inputs: SILENT })).toMatchObject({ exit: 80 });

    const other = emulator.deployed({ endpoint: 'another', package: emulator.register({ status: 'Approved' }) });
    emulator.endpoints.pace.describes = 1_000;
    emulator.do('UpdateEndpoint', { EndpointName: 'resale-price-uat', EndpointConfigName: other });
    expect(await check({ emulator, environment: 'uat', inputs: SILENT })).toMatchObject({
      exit: 0,
      record: { version: 1 },
    });
  });
});

describe('each thing that makes a version no longer live here', () => {
  /** What uat approved and validated, live as it was validated. */
  async function liveInUat() {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev', 'uat');
    const config = emulator.deployed({ endpoint: 'resale-price-uat', package: arn });
    const entry = validationValue(contentIn(emulator, arn), { endpoint: 'resale-price-uat', config });
    enter(emulator, arn, { 'validated.uat': entry });
    const inputs = { ...SILENT, endpoint_name: 'resale-price-uat' };
    return { emulator, ask: (more = {}) => check({ emulator, environment: 'uat', inputs: { ...inputs, ...more } }) };
  }

  it('is missing: there is nothing new on the endpoint that is asked for', async () => {
    const { ask } = await liveInUat();
    expect(await ask()).toMatchObject({ exit: 80, record: { outcome: 'nothing' } });
  });

  it('is an endpoint that was deleted', async () => {
    const { emulator, ask } = await liveInUat();
    emulator.do('DeleteEndpoint', { EndpointName: 'resale-price-uat' });
    emulator.endpoints.settle('resale-price-uat');
    expect(await ask()).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it.each(['Failed', 'OutOfService', 'UpdateRollbackFailed'] as const)('is an endpoint that is %s', async (status) => {
    const { emulator, ask } = await liveInUat();
    const endpoint = emulator.endpoint('resale-price-uat');
    if (endpoint) endpoint.status = status;
    expect(await ask()).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it('is another config on its way, whatever the status says', async () => {
    const { emulator, ask } = await liveInUat();
    const other = emulator.deployed({ endpoint: 'another', package: emulator.register({ status: 'Approved' }) });
    emulator.endpoints.pace.describes = 1_000;
    emulator.do('UpdateEndpoint', { EndpointName: 'resale-price-uat', EndpointConfigName: other });
    // Whatever the emulator makes of it: SageMaker does not promise a status for every moment.
    const status = { get: () => 'InService', set: () => undefined };
    Object.defineProperty(emulator.endpoint('resale-price-uat'), 'status', status);
    expect(await ask()).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it('is another config that serves', async () => {
    const { emulator, ask } = await liveInUat();
    const other = emulator.register({ group: 'Other', status: 'Approved' });
    emulator.deployed({ endpoint: 'resale-price-uat', package: other, name: 'theirs' });
    expect(await ask()).toMatchObject({ exit: 0, record: { version: 1 } });
  });

  it('is never an error that nobody knows', async () => {
    const { emulator, ask } = await liveInUat();
    const other = emulator.register({ group: 'Other', status: 'Approved' });
    emulator.deployed({ endpoint: 'resale-price-uat', package: other, name: 'theirs' });
    const error = { code: 'ValidationException', message: 'Something new.' };
    emulator.fault({ operation: 'DescribeModelPackage', nth: 2, kind: 'error', error });
    const job = await ask();
    expect(job.exit).toBe(1);
    expect(job.log).toContain('Unexpected error in AWS or in this component: ValidationException: Something new.');
  });
});

describe('one named version', () => {
  it('is offered when it is fit, though a newer one is too', async () => {
    const emulator = await emulated();
    const arn = promoted(emulator, 'dev');
    emulator.register({ group: GROUP, status: 'Approved' });
    expect(await check({ emulator, environment: 'uat', inputs: { model_package_arn: arn } })).toMatchObject({
      exit: 0,
      record: { package: arn },
    });
  });

  it('is a wrong input when it is of another group', async () => {
    const emulator = await emulated();
    const arn = emulator.register({ group: 'Other', status: 'Approved' });
    const job = await check({ emulator, environment: 'uat', inputs: { model_package_arn: arn } });
    expect(job).toMatchObject({ exit: 64 });
  });
});

describe('wrong inputs', () => {
  it.each([
    ['model_package_group_name', 'my group'],
    ['source', 'latest'],
    ['promotion_path', 'dev, DEV'],
    ['promotion_path', 'dev,,uat'],
    ['promotion_path', `dev, ${'u'.repeat(119)}`],
    ['take_over_endpoint', 'yes'],
    ['require_validation', 'yes'],
    ['model_package_arn', 'version 3'],
    ['endpoint_name', '-x'],
    ['max_candidates', '0'],
    ['max_candidates', '15m'],
    ['on_missing', 'ignore'],
    ['environment', ''],
    ['aws_region', 'Singapore'],
    ['role_arn', ''],
    ['role_arn', '$AWS_ROLE_ARN'],
    ['expected_account_id', '12'],
  ])('%s "%s" is refused before any call to AWS, by name and with the value', async (name, value) => {
    const emulator = await emulated();
    const job = await check({ emulator, inputs: { [name]: value } });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain(`  ${name}: received "${value.slice(0, 100)}`);
    expect(job.log).toMatch(/\nNext: correct it under "inputs:"/);
  });

  it('are all told at once', async () => {
    const emulator = await emulated();
    const job = await check({
      emulator,
      inputs: { source: 'x', max_candidates: 'y', require_validation: 'z', aws_region: '' },
    });
    expect(job).toMatchObject({ exit: 64, received: [] });
    expect(job.log).toContain('4 inputs are invalid');
  });
});

describe('a version that is live here, and would be served otherwise', () => {
  /** One pipeline of uat, with what the project now wants of its serving: the exit code of each job. */
  async function promote(emulator: Emulator, pipeline: string, serving: Readonly<Record<string, string>>) {
    const root = projectFolder();
    writeFileSync(join(root, 'payload.json'), '{"instances": [{"floor_area_sqm": 92}]}');
    const exits: number[] = [];
    for (const component of [checkModel, approveModel, deployModel, validateEndpoint]) {
      const inputs = component === checkModel || component === deployModel ? serving : {};
      const job = await startJob<z.ZodMiniObject, string>(component, {
        emulator,
        root,
        environment: 'uat',
        pipeline,
        inputs: component === validateEndpoint ? { expect: '' } : inputs,
      });
      exits.push(job.exit);
      if (job.exit !== 0) break;
    }
    return exits;
  }

  it('is shown again with what changes, and goes on as any other; then there is nothing new', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    expect(await promote(emulator, '95', {})).toEqual([0, 0, 0, 0]);
    expect(await promote(emulator, '96', {})).toEqual([80]);

    const wanted = { instance_count: '2', model_environment: 'LOG_LEVEL=debug' };
    const shown = await check({ emulator, environment: 'uat', inputs: wanted });
    expect(shown.exit).toBe(0);
    expect(shown.log).toContain(
      'the same version, served otherwise: instance_count 1 -> 2; model_environment: LOG_LEVEL added',
    );
    expect(await promote(emulator, '97', wanted)).toEqual([0, 0, 0, 0]);
    expect(emulator.endpoint('resale-price-uat')?.config.request.ProductionVariants).toMatchObject([
      { InitialInstanceCount: 2 },
    ]);
    expect(await promote(emulator, '98', wanted)).toEqual([80]);
  });

  it.each([
    [
      'instance_type',
      { execution_role_arn: '' },
      'execution_role_arn: received ""; must be as in deploy-model, because',
    ],
    [
      'execution_role_arn',
      { instance_type: '' },
      'instance_type: received ""; must be as in deploy-model, or endpoint_file',
    ],
  ])('cannot be compared by %s alone: the message says what is missing', async (_, inputs, told) => {
    const job = await check({ emulator: await emulated(), environment: 'uat', inputs });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain(told);
  });

  it.each(['instance_count', 'variant_name'])(
    'is compared with the usual %s where the include leaves it empty, as in deploy-model',
    async (input) => {
      const emulator = await emulated();
      promoted(emulator, 'dev');
      expect(await promote(emulator, '95', {})).toEqual([0, 0, 0, 0]);
      expect(await promote(emulator, '96', { [input]: '' })).toEqual([80]);
    },
  );

  it('is shown again with what the endpoint file of the commit changes, by AWS’s own names', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    expect(await promote(emulator, '95', {})).toEqual([0, 0, 0, 0]);
    const text = 'instance_type: ml.m5.large\nenvironments: { uat: { volume_size_in_gb: 100, kms_key_id: alias/e } }';
    const gitlab = await gitlabWith(emulator, { 'endpoint.yml': text });
    const shown = await check({ emulator, environment: 'uat', ...jobOf(gitlab), inputs: BY_FILE });
    expect(shown.exit, shown.log).toBe(0);
    expect(shown.log).toContain(
      'the same version, served otherwise: VolumeSizeInGB not set -> 100; KmsKeyId not set -> "alias/e"',
    );
  });

  it('is refused with an endpoint file that has a section for an environment off the promotion path', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    const text = 'instance_type: ml.m5.large\nenvironments: { uta: { instance_count: 2 } }';
    const gitlab = await gitlabWith(emulator, { 'endpoint.yml': text });
    const job = await check({ emulator, environment: 'uat', ...jobOf(gitlab), inputs: BY_FILE });
    expect(job).toMatchObject({ exit: 64, calls: [] });
    expect(job.log).toContain('line 2, column 17: environments.uta is not in promotion_path (dev, uat, main)');
  });

  it('is nothing new where the include does not say how it would be served', async () => {
    const emulator = await emulated();
    promoted(emulator, 'dev');
    await promote(emulator, '95', {});
    expect(await check({ emulator, environment: 'uat', inputs: { ...SILENT, instance_count: '2' } })).toMatchObject({
      exit: 80,
    });
  });
});
