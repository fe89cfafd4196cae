import { describe, expect, it } from 'vitest';
import { definedSteps } from '../../src/pipelines/definition.ts';
import { missesNothing, type Step } from '../../src/pipelines/steps.ts';

function step(name: string, more: Partial<Step> = {}): Step {
  const none = { why: undefined, took: undefined, cached: false, registered: undefined, outcome: undefined };
  return { name, status: 'Succeeded', job: undefined, ...none, ...more };
}

const registered = { registered: 'arn:aws:sagemaker:ap-southeast-1:111122223333:model-package/churn/1' };

describe('a list of steps that may be older than the end of its execution', () => {
  const train = { Name: 'Train', Type: 'Training' };
  const register = { Name: 'Register', Type: 'RegisterModel' };
  const gate = { Name: 'Gate', Type: 'Condition', Arguments: { IfSteps: [register], ElseSteps: [] } };
  const both = [step('Train'), step('Register', registered)];

  it.each<[string, object[], Step[], boolean]>([
    ['misses nothing when each step is there and succeeded', [train, register], both, true],
    ['may miss a step that is not there', [train, register], [step('Train')], false],
    ['may miss how a step ended', [train, register], [step('Train'), step('Register', { status: 'Executing' })], false],
    ['may miss why a step failed', [train], [step('Train', { status: 'Failed' })], false],
    ['may miss the version of a step that registers one', [train, register], [step('Train'), step('Register')], false],
    ['may miss a step of a branch', [train, gate], [step('Train'), step('Gate')], false],
    ['misses nothing when the steps of each branch are there', [train, gate], [...both, step('Gate')], true],
  ])('%s', (_, Steps, listed, whole) => {
    expect(missesNothing(listed, definedSteps({ value: { Steps } }))).toBe(whole);
  });
});

it('the parameters of a definition are none of its steps', () => {
  const value = { Parameters: [{ Name: 'Months', Type: 'Integer' }], Steps: [{ Name: 'Train', Type: 'Training' }] };
  expect(definedSteps({ value })).toEqual([{ name: 'Train', type: 'Training' }]);
});
