import { describe, expect, it } from 'vitest';
import { openProtection } from '../../../src/components/approve-model/protection.ts';
import { JOB } from '../../gitlab/job.ts';
import { thrownBy } from '../../ground/thrown.ts';
import { PROMOTION_PATH } from '../handover.ts';

const inUat = (environmentProtected: boolean | undefined, refProtected: boolean | undefined) => ({
  ...JOB,
  environment: 'uat',
  gitlabEnvironment: 'uat/approval',
  environmentProtected,
  refProtected,
});
const shown = { promotion_path: PROMOTION_PATH };

describe('who may approve after the first environment', () => {
  it('is whom GitLab names, where environment and branch are protected', () => {
    for (const wanted of [true, false]) expect(openProtection(shown, wanted, inUat(true, true))).toEqual([]);
  });

  it.each([
    [false, true, 'The GitLab environment "uat/approval" is not protected'],
    [false, false, 'The GitLab environment "uat/approval" is not protected'],
    [true, false, 'The branch "dev" is not protected'],
    [undefined, true, 'This job has no token that says whether'],
    [true, undefined, 'This job has no token that says whether'],
    [false, undefined, 'This job has no token that says whether'],
    [undefined, false, 'This job has no token that says whether'],
    [undefined, undefined, 'This job has no token that says whether'],
  ])('is anybody, with the environment protected: %s, the branch: %s', (environment, ref, why) => {
    const job = inUat(environment, ref);
    expect(thrownBy(() => openProtection(shown, true, job))).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining(why),
    });
    expect(openProtection(shown, false, job), 'require_protected: false').toEqual(['protected']);
  });

  it('is protected by a request to the project, which the message names', () => {
    const projects = 'https://gitlab.example.com/api/v4/projects/wog%2Fmlops%2Fresale-price/';
    const nextOf = (environment: boolean, ref: boolean) =>
      thrownBy(() => openProtection(shown, true, inUat(environment, ref)));
    expect(nextOf(false, true)).toMatchObject({ next: expect.stringContaining(`"${projects}protected_environments"`) });
    expect(nextOf(true, false)).toMatchObject({
      next: expect.stringContaining(`"${projects}protected_branches?name=dev`),
    });
    const tag = { ...inUat(true, false), ref: 'v1.0', refType: 'tag' } as const;
    expect(thrownBy(() => openProtection(shown, true, tag))).toMatchObject({
      message: expect.stringContaining('The tag "v1.0" is not protected'),
      next: expect.stringContaining(`"${projects}protected_tags?name=v1.0&create_access_level=40"`),
    });
  });
});

it('whoever may start the job approves in the first environment', () => {
  expect(openProtection(shown, true, { ...JOB, environmentProtected: false, refProtected: false })).toEqual([]);
});
