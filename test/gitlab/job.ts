import type { Job } from '../../src/gitlab/job.ts';

/** A job of dev in the pipeline 101, as a program knows it. */
export const JOB: Job = {
  environment: 'dev',
  gitlabEnvironment: 'dev',
  pipeline: '101',
  id: '7',
  name: 'check-model',
  commit: 'f'.repeat(40),
  ref: 'dev',
  refType: 'branch',
  user: 'jane',
  userId: '57',
  project: 'wog/mlops/resale-price',
  projectId: '42',
  server: 'https://gitlab.example.com',
  projectUrl: 'https://gitlab.example.com/wog/mlops/resale-price',
  url: 'https://gitlab.example.com/wog/mlops/resale-price/-/jobs/7',
  verified: true,
  tokenLife: { from: new Date('2026-11-22T08:55:00Z'), to: new Date('2026-11-22T20:55:00Z') },
  manual: false,
  parallel: undefined,
  environmentProtected: undefined,
  refProtected: undefined,
};
