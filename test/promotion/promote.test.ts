import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../compiler/compile.ts';
import { isMapping, type Mapping, readConfigFile } from '../../compiler/document.ts';
import { holds } from '../../compiler/expression.ts';
import { lintPipeline } from '../../compiler/lint.ts';
import { plan } from '../../compiler/schedule.ts';
import { schemaErrors } from '../../compiler/schema.ts';
import { variableFor } from '../../src/gitlab/inputs.ts';
import { catalog } from '../catalog/catalog-file.ts';
import { programs } from '../catalog/programs.ts';
import { SHARED } from '../catalog/shared.ts';
import { tell } from '../catalog/tell.ts';

/** Inputs that promote leaves at the component's own default, and why. Whatever else is not passed on was forgotten. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'deploy-pipeline wait': 'check-model needs what the run registered',
  'deploy-model wait': 'validate-endpoint needs an end',
  'deploy-model require_approval': 'approve-model is always there',
  'check-setup components': 'those that promote always has; what others need is told apart',
  'evaluate-model keep_answers': 'the records of all jobs would have to expire',
  'load-test warm_up': 'a load of its own wants an include of its own',
  'load-test max_requests': 'a load of its own wants an include of its own',
  'load-test request_timeout': 'a load of its own wants an include of its own',
  'load-test stop_at_error_percent': 'a load of its own wants an include of its own',
  'load-test allow_last_environment': 'users are there',
  'compare-models auto_stop_in': 'that of promote stops the endpoint of the environment',
};

/** Inputs that promote describes in its own words, and why. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  model_package_group_name: 'it is the same group for every step',
  endpoint_name: 'it must differ from environment to environment',
  pipeline_name: 'check-setup creates none',
  payload_file: 'earlier jobs hand no files on, because of needs',
  keep_artifacts: 'the record of a decision is kept longer',
  poll_interval: 'one for several components',
  accept: 'validate-endpoint compares it with the answer, too',
  quality_file: 'it adds jobs, and compare-models reads it, too',
  load_rate: 'it adds the job',
  load_steps: 'the name of the shape',
  load_required_rate: 'the name of the shape',
  load_wished_rate: 'the name of the shape',
  comparison_instance_type: 'it adds the job',
  allow_inconclusive: 'one for three components',
  tags: 'each component tags what it makes',
  plan_role_arn: 'it is one of several roles',
  environment: 'the pipeline of a merge request has no branch',
  pipeline_max_wait_time: 'which of the waits',
  deploy_max_wait_time: 'which of the waits',
  validate_max_wait_time: 'which of the waits',
  pipeline_timeout: 'which of the jobs',
  timeout: 'which of the jobs',
  evidence_timeout: 'which of the jobs',
};

/** Inputs that some component leaves open or makes optional, and promote does not, and why. */
const STRICTER: Readonly<Record<string, string>> = {
  model_package_group_name: 'it chooses the record of the step before, and there it may be empty',
  endpoint_name: 'it chooses the record of the step before, and there it may be empty',
  instance_type: 'check-model alone can do without',
  pipeline_name: 'check-setup alone can do without',
  pipeline_role_arn: 'check-setup alone can do without',
  execution_role_arn: 'check-model and check-setup can do without',
  payload_file: 'promote always validates, so there must be something to ask',
  quality_file: 'without it, nothing is asked about rows',
  load_rate: 'without it, there is no load',
  comparison_instance_type: 'without it, nothing is compared',
  evidence_timeout: 'one for three components, and a comparison takes longest',
  validate_max_wait_time: 'load-test waits as long',
  plan_role_arn: 'only who plans needs it',
  environment: 'plan-deployment alone has no branch',
};

/** Where promote says what its jobs wait for. */
const ORDER = '/templates/promote/';

const BRANCHES = ['dev', 'uat', 'main'];

interface Include {
  readonly component: string;
  readonly inputs: Mapping;
}

function template(name: string): { inputs: Mapping; body: Mapping } {
  const { header, body } = readConfigFile(
    readFileSync(new URL(`../../templates/${name}.yml`, import.meta.url), 'utf8'),
  );
  const spec = header?.spec;
  const inputs = isMapping(spec) && isMapping(spec.inputs) ? spec.inputs : {};
  return { inputs, body };
}

/** The pipeline's configuration that GitLab makes of a project's own file and the templates as they are now, released as 1.4.0. */
function compileFor(branch: string, text: string): Mapping {
  const files = (path: string) => {
    const name = /^templates\/([\w/-]+\.yml)$/.exec(path)?.[1];
    return name === undefined ? undefined : readFileSync(new URL(`../../templates/${name}`, import.meta.url), 'utf8');
  };
  return compilePipeline({
    text,
    resolve: () => ({ read: files, sha: 'a'.repeat(40), version: '1.4.0', reference: '1' }),
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: 'sgts.gitlab-dedicated.com', CI_COMMIT_BRANCH: branch },
  }).config;
}

function variablesOf(config: Mapping, name: string): Mapping {
  const job = config[name];
  return isMapping(job) && isMapping(job.variables) ? job.variables : {};
}

const promote = template('promote');
const includes: readonly Include[] = [promote.body.include].flat().flatMap((entry) => {
  if (!isMapping(entry) || !isMapping(entry.inputs) || String(entry.local).startsWith(ORDER)) return [];
  return [{ component: String(entry.local).replace(/^\/templates\/|\.yml$/g, ''), inputs: entry.inputs }];
});
const passedOn = includes.flatMap(({ component, inputs }) =>
  Object.entries(inputs).flatMap(([name, value]) => {
    const [, source] = /^\$\[\[ inputs\.(\w+) \]\]$/.exec(String(value)) ?? [];
    return source === undefined ? [] : [{ component, name, source }];
  }),
);

describe('promote', () => {
  it('composes the steps of the promotion in their order', () => {
    expect(includes.map(({ component }) => component)).toEqual([
      'plan-deployment',
      'deploy-pipeline',
      'check-model',
      'approve-model',
      'reject-model',
      'deploy-model',
      'validate-endpoint',
      'evaluate-model',
      'load-test',
      'compare-models',
      'rollback-endpoint',
      'delete-endpoint',
      'check-setup',
      'check-setup-approval',
    ]);
  });

  it.each(includes)('passes on every input of $component, or says why not', ({ component, inputs }) => {
    const forgotten = Object.keys(template(component).inputs).filter(
      (name) => !(name in inputs) && !(name in LEFT_OUT) && !(`${component} ${name}` in LEFT_OUT),
    );
    const todo = 'declare it there too and pass it on, or say in LEFT_OUT of test/promotion/promote.test.ts why not';
    tell(forgotten.map((name) => `templates/promote.yml does not pass ${name} on to ${component}: ${todo}.`));
    expect(Object.keys(inputs).filter((name) => !(name in template(component).inputs))).toEqual([]);
  });

  it('uses each of its own inputs', () => {
    const used = JSON.stringify(promote.body);
    expect(Object.keys(promote.inputs).filter((name) => !used.includes(`inputs.${name} `))).toEqual([]);
  });

  // Stages are GitLab's own here, so that nobody has to write `stages:`.
  it.each(passedOn.filter(({ name }) => name !== 'stage'))(
    'says of $source what $component says of $name',
    ({ component, name, source }) => {
      const saysOf = (input: unknown) => {
        if (!isMapping(input)) return {};
        const { description, type = 'string', regex, options, default: standard } = input;
        return {
          type,
          ...(!(source in OWN_WORDS) && { description }),
          ...(!(source in STRICTER) && { regex, options, standard }),
        };
      };
      expect(saysOf(promote.inputs[source])).toEqual(saysOf(template(component).inputs[name]));
    },
  );
});

describe('a project that includes promote', () => {
  const compile = (branch: string, more = '') =>
    compileFor(
      branch,
      `
include:
  - component: $CI_SERVER_FQDN/${catalog.project}/promote@1
    inputs:
      model_package_group_name: ResalePriceModelGroup
      pipeline_name: resale-price
      definition_file: pipeline.json
      pipeline_role_arn: arn:aws:iam::111122223333:role/resale-price-pipeline
      endpoint_name: resale-price-$CI_COMMIT_BRANCH
      instance_type: ml.m5.large
      execution_role_arn: arn:aws:iam::111122223333:role/resale-price-execution
      payload_file: payload.json
${more}`,
    );
  const jobsOn = (branch: string, changed: readonly string[], more = '') =>
    plan(compile(branch, more), { variables: { CI_COMMIT_BRANCH: branch }, changed }).map(({ name }) => name);

  const later = [
    'check-model',
    'approve-model',
    'reject-model',
    'deploy-model',
    'validate-endpoint',
    'rollback-endpoint',
  ];

  it.each([
    ['dev', ['deploy-pipeline', ...later]],
    ['uat', later],
    ['main', later],
    ['feature', []],
  ])('has on %s the jobs %j', (branch, jobs) => {
    expect(jobsOn(branch, ['model.py'])).toEqual(jobs);
  });

  it('has no job when a push changes nothing that its changes name', () => {
    const changes = '      changes: ["src/**/*", "pipeline.json"]\n';
    expect(jobsOn('dev', ['README.md'], changes)).toEqual([]);
    expect(jobsOn('dev', ['README.md', 'src/train/model.py'], changes)).toEqual(['deploy-pipeline', ...later]);
  });

  it('has the checks of a setup only when asked for them: they can be started at once, and are only offered', () => {
    const planned = plan(compile('dev', '      check_setup: true\n'), {
      variables: { CI_COMMIT_BRANCH: 'dev' },
      changed: ['model.py'],
    });
    for (const check of ['check-setup', 'check-setup-approval'])
      expect(planned.find(({ name }) => name === check)).toMatchObject({ manual: true, optional: true, before: [] });
    expect(jobsOn('dev', ['model.py'])).not.toContain('check-setup');
  });

  it.each(['schedule', 'web', 'api'])('trains again without a commit in a pipeline started by %s', (source) => {
    const compiled = compile('dev', '      changes: ["src/**/*", "pipeline.json"]\n');
    const variables = { CI_COMMIT_BRANCH: 'dev', CI_PIPELINE_SOURCE: source };
    expect(plan(compiled, { variables, changed: undefined }).map(({ name }) => name)).toEqual([
      'deploy-pipeline',
      ...later,
    ]);
  });

  it.each(['fail', 'continue'])('waits for a person at approve-model, with on_missing: %s, too', (onMissing) => {
    const planned = plan(compile('uat', `      on_missing: ${onMissing}\n`), {
      variables: { CI_COMMIT_BRANCH: 'uat' },
      changed: ['model.py'],
    });
    const { manual, optional } = planned.find(({ name }) => name === 'approve-model') ?? {};
    expect({ manual, optional }).toEqual({ manual: true, optional: false });
    expect(planned.find(({ name }) => name === 'deploy-model')?.before).toEqual(['approve-model']);
  });

  it('has jobs of its own names when promote is included with a prefix', () => {
    expect(jobsOn('uat', ['model.py'], '      job_prefix: "rent "\n')).toEqual(later.map((name) => `rent ${name}`));
  });

  it.each(['deploy-pipeline', 'check-model', 'check-inputs'])(
    'gives %s whatever the other jobs are given that GitLab has not checked, as it stands there',
    (first) => {
      const evidence = [
        'check_setup: true',
        'quality_file: quality.yml',
        'load_rate: "20"',
        'comparison_instance_type: ml.m5.large',
      ];
      const config = compile('uat', evidence.map((each) => `      ${each}\n`).join(''));
      for (const { component } of includes.filter(({ component: name }) => name !== 'delete-endpoint'))
        expect(config, component).toHaveProperty(component);
      const given = variablesOf(config, first);
      const checkedByGitLab = (name: string) => {
        const input = promote.inputs[name];
        return isMapping(input) && (input.type === 'boolean' || input.options !== undefined);
      };
      for (const { component, name, source } of passedOn) {
        const variable = variableFor(name);
        const own = variablesOf(config, component);
        if (programs.some((each) => each.name === component) && variable in own && !SHARED.includes(name))
          expect(checkedByGitLab(source) || given[variableFor(source)], source).toEqual(
            checkedByGitLab(source) || own[variable],
          );
      }
      expect(given).toMatchObject({ INPUT_SOURCE: 'run', INPUT_RECORD_VALIDATION: true, GIT_STRATEGY: 'fetch' });
    },
  );

  it('has no job in the pipeline of a merge request but check-inputs, which AWS knows nothing of, and that when asked', () => {
    const inMergeRequest = (more: string) => {
      const config = compile('', more);
      const variables = { CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '7' };
      return plan(config, { variables, changed: ['README.md'] }).map(({ name }) => name);
    };
    expect(inMergeRequest('')).toEqual([]);
    expect(inMergeRequest('      check_on_merge_request: true\n      changes: ["src/**/*"]\n')).toEqual([
      'check-inputs',
    ]);
    const job = compile('dev', '      check_on_merge_request: true\n')['check-inputs'];
    for (const keyword of ['id_tokens', 'environment']) expect(job).not.toHaveProperty(keyword);
    expect(jobsOn('dev', ['model.py'], '      check_on_merge_request: true\n')).not.toContain('check-inputs');
  });

  describe('that plans', () => {
    const PLANS = '      plan_on_merge_request: true\n      plan_role_arn: arn:aws:iam::111122223333:role/plan\n';
    const jobsInto = (target: string, more: string, changed = ['model.py']) => {
      const variables = { CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_TARGET_BRANCH_NAME: target };
      return plan(compile('', more), { variables, changed }).map(({ name }) => name);
    };

    it.each([
      ['dev', PLANS, ['plan-deployment']],
      ['uat', PLANS, ['plan-deployment']],
      ['main', `${PLANS}      job_prefix: "rent "\n`, ['rent plan-deployment']],
      ['feature', PLANS, []],
      ['release', `${PLANS}      branch: release\n`, ['plan-deployment']],
      ['dev', `${PLANS}      branch: release\n`, []],
      ['dev', `${PLANS}      tag_prefix: v\n`, []],
      ['dev', '', []],
    ])('has in merge requests into %s with %j the jobs %j', (target, more, jobs) => {
      expect(jobsInto(target, more)).toEqual(jobs);
    });

    it('has no plan where a merge changes nothing that is promoted', () => {
      const more = `${PLANS}      changes: ["src/**/*"]\n`;
      expect(jobsInto('uat', more, ['README.md'])).toEqual([]);
      expect(jobsInto('uat', more, ['src/train.py'])).toEqual(['plan-deployment']);
    });

    it('has no manual job in that pipeline, no environment, and one literal path: else GitLab shows no widget or page', () => {
      const config = compile('', PLANS);
      expect(lintPipeline(config)).toEqual([]);
      expect(schemaErrors(config)).toEqual([]);
      const job = config['plan-deployment'];
      for (const keyword of ['when', 'environment', 'resource_group']) expect(job).not.toHaveProperty(keyword);
      expect(job).toMatchObject({ artifacts: { expose_as: 'Deployment plan', paths: ['sagemaker-plan/'] } });
      expect(JSON.stringify(isMapping(job) && isMapping(job.artifacts) && job.artifacts.reports)).not.toContain('$');
    });

    it('is on no branch', () => {
      for (const branch of BRANCHES) expect(jobsOn(branch, ['model.py'], PLANS)).not.toContain('plan-deployment');
    });
  });

  describe('that wants evidence', () => {
    const WANTED = [
      '      quality_file: quality.yml',
      '      load_rate: "20"',
      '      comparison_instance_type: ml.m5.large',
      '      require_evidence: quality.uat, load.uat, comparison.uat',
      '',
    ].join('\n');
    const EVIDENCE = ['evaluate-model', 'load-test', 'compare-models'];
    const waitsIn = (branch: string, more: string) =>
      Object.fromEntries(
        plan(compile(branch, more), { variables: { CI_COMMIT_BRANCH: branch }, changed: ['model.py'] }).map(
          ({ name, before }) => [name, before],
        ),
      );

    it.each([
      ['dev', WANTED, []],
      ['uat', WANTED, EVIDENCE],
      ['main', WANTED, []],
      ['uat', '      quality_file: quality.yml\n', ['evaluate-model']],
      ['uat', '      load_rate: "20"\n', ['load-test']],
      ['main', `${WANTED}      branch: main\n`, EVIDENCE],
      ['feature', `${WANTED}      branch: main\n`, []],
    ])('has on %s with %j the jobs %j: one include has them where no users are', (branch, more, jobs) => {
      const config = compile(branch, more);
      expect(lintPipeline(config)).toEqual([]);
      expect(schemaErrors(config)).toEqual([]);
      expect(EVIDENCE.filter((name) => name in waitsIn(branch, more))).toEqual(jobs);
    });

    it('asks what was validated, does not let two loads meet, and compares nothing that is bad by itself', () => {
      expect(waitsIn('uat', WANTED)).toMatchObject({
        'evaluate-model': ['deploy-model', 'validate-endpoint'],
        'load-test': ['deploy-model', 'validate-endpoint', 'evaluate-model'],
        'compare-models': ['deploy-model', 'validate-endpoint', 'evaluate-model'],
        'delete-comparison': [],
      });
      expect(waitsIn('uat', '      load_rate: "20"\n')).toMatchObject({
        'load-test': ['deploy-model', 'validate-endpoint'],
      });
    });

    it('has every job under its prefix, and the one that deletes what a comparison left', () => {
      const config = compile('uat', `${WANTED}      job_prefix: rent-\n`);
      for (const name of EVIDENCE) expect(config).toHaveProperty(`rent-${name}`);
      expect(config).toHaveProperty(['rent-compare-models', 'environment', 'on_stop'], 'rent-delete-comparison');
      expect(config).toHaveProperty(['rent-delete-comparison', 'environment', 'action'], 'stop');
    });
  });

  describe('that stops', () => {
    const jobsWith = (branch: string, more: string) => {
      const config = compile(branch, more);
      expect(lintPipeline(config)).toEqual([]);
      expect(schemaErrors(config)).toEqual([]);
      return config;
    };

    it.each([
      ['dev', ''],
      ['uat', ''],
      ['main', ''],
      ['main', '      auto_stop_in: 12 hours\n'],
    ])('has on %s no stop job with %j: nothing stops where users are, or where nobody asks for it', (branch, more) => {
      const config = jobsWith(branch, more);
      expect(config).not.toHaveProperty('delete-endpoint');
      expect(config['deploy-model']).not.toHaveProperty('environment.on_stop');
    });

    it.each([
      ['dev', '      auto_stop_in: 12 hours\n', ''],
      ['uat', '      auto_stop_in: 12 hours\n      job_prefix: rent-\n', 'rent-'],
      ['main', '      auto_stop_in: 12 hours\n      branch: main\n', ''],
    ])(
      'has on %s with %j a job that stops the environment of deploy-model, and waits for no other',
      (branch, more, prefix) => {
        const config = jobsWith(branch, more);
        expect(config[`${prefix}deploy-model`]).toMatchObject({
          environment: { action: 'start', on_stop: `${prefix}delete-endpoint`, auto_stop_in: '12 hours' },
        });
        const [start, stop] = [config[`${prefix}deploy-model`], config[`${prefix}delete-endpoint`]];
        if (!isMapping(start) || !isMapping(stop)) return expect.fail('a job is missing');
        expect(stop).toMatchObject({ when: 'manual', allow_failure: true, needs: [], environment: { action: 'stop' } });
        for (const keyword of ['rules', 'stage', 'resource_group', 'tags'])
          expect(stop[keyword]).toEqual(start[keyword]);
        expect(stop).toHaveProperty('environment.name', (start.environment as Mapping).name);
      },
    );
  });

  describe('with jobs of its own', () => {
    const OWN = `
unit-test:
  stage: build
  script: [make test]
  rules: [{ if: $CI_COMMIT_BRANCH == "dev" }]

load-test:
  stage: test
  script: [make load-test]
`;
    const waitFor = '      wait_for: [{ job: unit-test, optional: true }, load-test]\n      pipeline_stage: test\n';
    const waitsFor = (branch: string, inputs: string) => {
      const planned = plan(compile(branch, inputs + OWN), {
        variables: { CI_COMMIT_BRANCH: branch },
        changed: ['model.py'],
      });
      return Object.fromEntries(planned.map(({ name, before }) => [name, before]));
    };

    it.each(BRANCHES)('asks for no approval on %s before every job of an earlier stage is green', (branch) => {
      const { 'approve-model': approve, 'reject-model': reject, 'deploy-model': deploy } = waitsFor(branch, '');
      const own = branch === 'dev' ? ['unit-test', 'load-test'] : ['load-test'];
      expect(approve).toEqual(expect.arrayContaining([...own, 'check-model']));
      expect(reject).toEqual(approve);
      expect(deploy).toEqual(['approve-model']);
    });

    it('is stopped by no job of its own in the same stage, unless wait_for names it', () => {
      const inDeploy = '\nsmoke-test:\n  stage: deploy\n  script: [make smoke-test]\n';
      const waits = waitsFor('dev', inDeploy);
      expect(waits['deploy-pipeline']).not.toContain('unit-test');
      expect(waits['check-model']).not.toContain('load-test');
      expect(waits['approve-model']).not.toContain('smoke-test');
      expect(waitsFor('dev', waitFor)['deploy-pipeline']).toContain('unit-test');
    });

    it('lets what approve-model reads come from check-model alone', () => {
      const { 'approve-model': approve, 'reject-model': reject } = compile('uat', OWN);
      for (const job of [approve, reject]) {
        expect(job).toHaveProperty('dependencies', ['check-model']);
        expect(job).not.toHaveProperty('needs');
      }
    });

    it('trains, checks and asks for approval only after the jobs that wait_for names', () => {
      const own = ['unit-test', 'load-test'];
      expect(waitsFor('dev', waitFor)).toMatchObject({
        'deploy-pipeline': own,
        'check-model': ['deploy-pipeline', ...own],
        'approve-model': ['check-model', ...own],
        'reject-model': ['check-model'],
      });
      expect(waitsFor('uat', waitFor)).toMatchObject({
        'check-model': ['load-test'],
        'approve-model': ['check-model', 'load-test'],
      });
    });

    it('does not hold one model back for what another model does, where job_prefix tells them apart', () => {
      expect(waitsFor('dev', '      job_prefix: "rent "\n')).toMatchObject({
        'rent deploy-pipeline': [],
        'rent approve-model': ['rent check-model'],
        'rent reject-model': ['rent check-model'],
        'rent rollback-endpoint': [],
      });
    });

    it('is not created where a name in wait_for has an apostrophe, which would end a condition', () => {
      expect(() => compile('dev', '      wait_for: ["lint of \'main\'"]\n')).toThrow('invalid expression syntax');
    });

    it('lets approve-model need check-model where both are in one stage, in which there is no order', () => {
      expect(waitsFor('uat', '      deploy_stage: test\n')).toMatchObject({ 'approve-model': ['check-model'] });
    });

    it.each(['', waitFor, '      job_prefix: "rent "\n'])('is a pipeline that GitLab accepts with %j', (inputs) => {
      const config = compile('dev', inputs + OWN);
      expect(schemaErrors(config)).toEqual([]);
      expect(lintPipeline(config)).toEqual([]);
    });
  });

  const one = (...inputs: readonly string[]) => inputs.map((each) => `      ${each}\n`).join('');
  const refs = { develop: 'CI_COMMIT_BRANCH', dev: 'CI_COMMIT_BRANCH', v1: 'CI_COMMIT_TAG', release: 'CI_COMMIT_TAG' };
  it.each([
    ['branch: develop', one('branch: develop'), { develop: later }],
    [
      'branch: develop and train: true',
      one('branch: develop', 'train: true'),
      { develop: ['deploy-pipeline', ...later] },
    ],
    ['tag_prefix: v', one('tag_prefix: v'), { v1: later }],
    ['tag_prefix: v and train: true', one('tag_prefix: v', 'train: true'), { v1: later }],
    ['both', one('branch: develop', 'tag_prefix: v'), { develop: later, v1: later }],
    ['train: true alone', one('train: true'), { dev: ['deploy-pipeline', ...later] }],
  ])('serves with %s what these name, and no other branch or tag', (_, more, served: Record<string, string[]>) => {
    for (const [ref, variable] of Object.entries(refs)) {
      const jobs = plan(compile('dev', more), { variables: { [variable]: ref }, changed: ['model.py'] });
      expect({ ref, jobs: jobs.map(({ name }) => name) }).toEqual({ ref, jobs: served[ref] ?? [] });
    }
  });

  it('is a pipeline that GitLab accepts, without stages of its own, on the image of the release', () => {
    const config = compile('dev');
    expect(schemaErrors(config)).toEqual([]);
    expect(lintPipeline(config)).toEqual([]);
    expect(config).not.toHaveProperty('stages');
    expect(config).toHaveProperty(['deploy-model', 'image', 'name'], `${catalog.images.pull}:1.4.0`);
  });
});

describe('what a newcomer copies', () => {
  const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const blocks = [...text('README.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  const copied = [
    ...blocks
      .filter((block) => block.includes('include:'))
      .map((block, at) => [`block ${at + 1} of the README`, block]),
    ...['.gitlab-ci.yml', 'single-components.gitlab-ci.yml'].map((name) => [
      `the example's ${name}`,
      text(`examples/resale-price/${name}`),
    ]),
  ] as const;

  it.each(copied)('is with %s a pipeline that GitLab accepts, on every branch', (_, block = '') => {
    for (const branch of BRANCHES) {
      const config = compileFor(branch, block);
      expect(schemaErrors(config)).toEqual([]);
      expect(lintPipeline(config)).toEqual([]);
      const jobs = plan(config, { variables: { CI_COMMIT_BRANCH: branch }, changed: ['pipeline.json'] });
      expect(jobs.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['check-model', 'approve-model', 'deploy-model', 'validate-endpoint']),
      );
    }
  });

  const page = [...text('docs/your-pipeline.md').matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  const pushed = (block: string, branch: string, changed: readonly string[]) =>
    plan(compileFor(branch, block), { variables: { CI_COMMIT_BRANCH: branch }, changed }).map(({ name }) => name);

  it.each([
    ['the README', blocks[0] ?? '', 'pipeline.json'],
    ['the page with render-pipeline', page.find((block) => block.includes('render-pipeline')) ?? '', 'render.py'],
  ])('has in %s no job for a push of documentation, and none on a branch beside the path', (_, block, source) => {
    for (const branch of BRANCHES) expect(pushed(block, branch, ['README.md', 'docs/why.md'])).toEqual([]);
    expect(pushed(block, 'feature', [source])).toEqual([]);
    expect(pushed(block, 'dev', [source])).toContain('deploy-pipeline');
    expect(pushed(block, 'uat', [source])).not.toContain('render-pipeline');
  });

  it('keeps what a job is when a project overrides what the page calls safe', () => {
    const config = compileFor('dev', page.find((block) => block.includes('large-runner')) ?? '');
    expect(config['deploy-model']).toMatchObject({
      tags: ['large-runner'],
      variables: { HTTPS_PROXY: 'http://proxy.example.gov.sg:3128', GIT_STRATEGY: 'empty' },
      artifacts: { paths: ['sagemaker/deploy-model/$CI_JOB_ID/'] },
      needs: ['approve-model'],
    });
  });

  it('loses the record of a job when a project overrides its artifacts:paths, as the page says', () => {
    const config = compileFor('dev', `${blocks[0]}\ncheck-model:\n  artifacts:\n    paths: [report.html]\n`);
    expect(config['check-model']).toMatchObject({ artifacts: { when: 'always', paths: ['report.html'] } });
  });

  it.each([
    ['dev', { CI_OPEN_MERGE_REQUESTS: 'wog/mlops/resale-price!7' }, true],
    ['dev', {}, true],
    ['feature', { CI_OPEN_MERGE_REQUESTS: 'wog/mlops/resale-price!8' }, false],
    ['feature', {}, true],
    ['', { CI_PIPELINE_SOURCE: 'merge_request_event' }, true],
  ])('has with the workflow of the page for a push to %j with %j a pipeline: %j', (branch, more, created) => {
    const { workflow } = compileFor(branch, page.find((block) => block.includes('workflow:')) ?? '');
    const rules = isMapping(workflow) && Array.isArray(workflow.rules) ? workflow.rules.filter(isMapping) : [];
    const variables = { CI_PIPELINE_SOURCE: 'push', ...(branch && { CI_COMMIT_BRANCH: branch }), ...more };
    const rule = rules.find((each) => holds(String(each.if), { variables }));
    expect(rule !== undefined && rule.when !== 'never').toBe(created);
  });
});
