import type { GitLabJob } from '../../src/program/component.ts';
import { findProgram } from './programs.ts';

/** Templates in whose job a project's own script runs, and no program of ours whose definition would say how the job is. */
export const WITHOUT_PROGRAM: Readonly<Record<string, GitLabJob>> = {
  'render-pipeline': {
    stage: '.pre',
    branches: 'first',
    timeout: '1 hour',
    environment: { action: 'verify' },
    resourceGroup: false,
    manual: false,
  },
};

/** Commands of jobs that promote or a component has beside its own: nobody includes them alone. */
export const OF_A_COMPOSITION = ['check-inputs', 'delete-comparison', 'schedule-load', 'send-load'];

/** How the job of a template must be in GitLab; nothing for a template that only composes others. */
export function gitlabJobOf(name: string): GitLabJob | undefined {
  return findProgram(name)?.gitlab ?? WITHOUT_PROGRAM[name];
}
