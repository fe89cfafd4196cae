import { describe, expect, it } from 'vitest';
import { isMapping, type Mapping } from '../../compiler/document.ts';
import { lintPipeline } from '../../compiler/lint.ts';
import { schemaErrors } from '../../compiler/schema.ts';
import type { InputSpec } from '../../compiler/spec.ts';
import { compileComponent, compileProject } from '../catalog/compiled.ts';
import { exampleOf } from '../catalog/examples.ts';
import { includeOf } from '../catalog/inputs-page.ts';
import { readTemplate } from '../catalog/template.ts';

const stoppable = readTemplate('deploy-model-stoppable');
/** Each job of it, as the template that it includes names it. */
const parts = [
  { name: 'deploy-model', job_name: 'job_name' },
  { name: 'delete-endpoint', job_name: 'stop_job_name' },
] as const;

/** What it alone takes. */
const OWN = ['auto_stop_in', 'stop_job_name'];

/** A value that is not the default, for every input that a project could give. */
const GIVEN: Mapping = {
  ...Object.fromEntries(stoppable.inputs.flatMap((input) => asked(input.name, exampleOf(stoppable, input.name)))),
  ...{
    require_approval: false,
    take_over_endpoint: true,
    allow_downgrade: true,
    recreate_failed: true,
    wait: false,
    keep_versions: '7',
  },
  ...{ max_wait_time: 600, poll_interval: 7, variant_name: 'Blue', environment: 'uat', stage: 'build' },
  ...{ aws_region: 'us-east-1', role_arn: 'none', oidc_audience: 'other', expected_account_id: '111122223333' },
  ...{
    job_name: 'deploy',
    stop_job_name: 'stop',
    runner_tags: ['other'],
    rules: [{ if: '$OTHER' }],
    timeout: '2 hours',
  },
  ...{ image_registry: 'example.com', keep_artifacts: '1 day', promotion_path: 'dev, uat', instance_count: '3' },
  auto_stop_in: '12 hours',
};

function asked(name: string, value: unknown): [string, unknown][] {
  return value === undefined ? [] : [[name, value]];
}

function givenTo(name: string, jobName: string): Mapping {
  const taken = readTemplate(name).inputs.map((input) => input.name);
  const given = Object.entries({ ...GIVEN, job_name: GIVEN[jobName] });
  return Object.fromEntries(given.filter(([input]) => taken.includes(input)));
}

const jobIn = (config: Mapping, name: unknown): Mapping => {
  const job = config[String(name)];
  return isMapping(job) ? job : {};
};

/** Without what says by which include the job came. */
function withoutOrigin({ variables, ...job }: Mapping): Mapping {
  const { SAGEMAKER_COMPONENT: _, ...others } = isMapping(variables) ? variables : {};
  return { ...job, variables: others };
}

const compiled = compileComponent('deploy-model-stoppable', GIVEN);
const start = jobIn(compiled, GIVEN.job_name);
const stop = jobIn(compiled, GIVEN.stop_job_name);

describe('deploy-model-stoppable', () => {
  it('is given another value than the default for every input, so that none is left out unseen', () => {
    const same = stoppable.inputs.filter(
      (input) => GIVEN[input.name] === undefined || GIVEN[input.name] === input.default,
    );
    expect(same.map(({ name }) => name)).toEqual([]);
  });

  it('takes every input of the two, word for word, and beside them when it stops, and by which job', () => {
    const byName = (inputs: readonly InputSpec[]) => new Map(inputs.map((input) => [input.name, input]));
    const [deploying, stopping] = parts.map(({ name }) => byName(readTemplate(name).inputs));
    const own = byName(stoppable.inputs);
    for (const name of OWN) expect(own.delete(name)).toBe(true);
    // What both take is said in the words of deploy-model.
    expect(own).toEqual(new Map([...(stopping ?? []), ...(deploying ?? [])]));
  });

  it.each(parts)('has the job of $name as the component alone has it', ({ name, job_name }) => {
    const alone = jobIn(compileComponent(name, givenTo(name, job_name)), GIVEN[job_name]);
    const { environment, ...job } = jobIn(compiled, GIVEN[job_name]);
    const { on_stop: _, auto_stop_in: __, ...place } = isMapping(environment) ? environment : {};
    expect(withoutOrigin({ ...job, environment: place })).toEqual(withoutOrigin(alone));
  });

  it('lets GitLab run the one to stop the environment of the other, at any time', () => {
    expect(start.environment).toMatchObject({ name: 'uat/churn', on_stop: 'stop', auto_stop_in: '12 hours' });
    expect(stop).toMatchObject({
      environment: { name: 'uat/churn', action: 'stop' },
      when: 'manual',
      allow_failure: true,
    });
    // GitLab runs it whenever the environment stops: it must be in each pipeline of the other, and wait for nothing of it.
    for (const keyword of ['rules', 'stage', 'resource_group', 'tags']) expect(stop[keyword]).toEqual(start[keyword]);
    expect(stop).not.toHaveProperty('needs');
    expect(stop.variables).toMatchObject({ GIT_STRATEGY: 'empty' });
  });

  it('is a pipeline that GitLab accepts', () => {
    const config = compileProject('deploy-model-stoppable', includeOf(stoppable));
    expect(schemaErrors(config)).toEqual([]);
    expect(lintPipeline(config)).toEqual([]);
  });
});
