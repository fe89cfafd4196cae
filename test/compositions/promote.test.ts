import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMapping, type Mapping } from '../../compiler/document.ts';
import { readRepository } from '../../compiler/templates.ts';
import { expandExisting } from '../../compiler/variables.ts';
import { checkInputs, lookAhead } from '../../src/compositions/promote.ts';
import { nameInPromote } from '../../src/gitlab/include.ts';
import { variableFor } from '../../src/gitlab/inputs.ts';
import type { Component } from '../../src/program/component.ts';
import { compileComponent } from '../catalog/compiled.ts';
import { programs } from '../catalog/programs.ts';
import { readTemplate } from '../catalog/template.ts';
import { wrongValues } from '../catalog/wrong-values.ts';
import { projectFolder } from '../components/job.ts';
import { buildForTests } from '../components/process.ts';

const EXAMPLE = {
  model_package_group_name: 'ResalePriceModelGroup',
  definition_file: 'pipeline.json',
  endpoint_name: 'resale-price-$CI_COMMIT_BRANCH',
  instance_type: 'ml.m5.large',
  execution_role_arn: 'arn:aws:iam::$AWS_ACCOUNT_ID:role/resale-price-execution',
  payload_file: 'payload.json',
};

const MERGE_REQUEST = { CI_PIPELINE_SOURCE: 'merge_request_event', CI_COMMIT_REF_NAME: 'faster' };
const ON_DEV = {
  CI_COMMIT_BRANCH: 'dev',
  CI_COMMIT_REF_NAME: 'dev',
  CI_ENVIRONMENT_NAME: 'dev',
  AWS_ACCOUNT_ID: '111122223333',
};

/** The variables of a job of promote; what is not visible in it stays as it is written. */
function variablesOf(job: string, inputs: Mapping, visible: Readonly<Record<string, string>>) {
  const compiled = compileComponent('promote', { ...EXAMPLE, ...inputs })[job];
  const variables = isMapping(compiled) && isMapping(compiled.variables) ? compiled.variables : {};
  const given = Object.entries(variables).map(([name, value]) => [
    name,
    isMapping(value) ? String(value.value) : expandExisting(String(value), visible),
  ]);
  return { ...visible, ...Object.fromEntries(given) };
}

/** The folder of a project with the files of the example, or others. */
function project(files: Readonly<Record<string, string>> = {}): string {
  const root = projectFolder();
  const example = (path: string) => readRepository(`examples/resale-price/${path}`) ?? '';
  const all = { 'pipeline.json': example('pipeline.json'), 'payload.json': example('payload.json'), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text !== '') writeFileSync(join(root, path), text);
  }
  return root;
}

/** The program of the job in a merge request, which finds these variables. */
async function checkedWith(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const exit = await checkInputs({
    env,
    args: [],
    root: project(files),
    clock: { now: () => new Date(), sleep: async () => {}, random: () => 0 },
    print: (line) => lines.push(line),
    stopped: new Promise(() => undefined),
  });
  return { exit, log: lines.join('\n') };
}

it('where the inputs do not reach the job, nothing is called right', async () => {
  const { exit, log } = await checkedWith(MERGE_REQUEST);
  expect(exit).toBe(64);
  expect(log).toContain('No input of deploy-model reached this job: keep the "variables:" that promote gives it.');
  expect(log).toContain('Next: ');
});

const inMergeRequest = (inputs: Mapping = {}, files: Readonly<Record<string, string>> = {}) =>
  checkedWith(variablesOf('check-inputs', inputs, MERGE_REQUEST), files);

const onDev = (inputs: Mapping = {}, files: Readonly<Record<string, string>> = {}) =>
  lookAhead({ env: variablesOf('deploy-pipeline', inputs, ON_DEV), root: project(files) }, 'deploy-pipeline');

const right = variablesOf('deploy-pipeline', {}, ON_DEV);

/** The inputs of promote that a later job takes, with each value that its program refuses. */
const commands = JSON.stringify(compileComponent('promote', EXAMPLE));
const inPromote = programs.filter(({ name }) => commands.includes(`"${name} `));
const afterTraining = inPromote.slice(inPromote.findIndex(({ name }) => name === 'deploy-pipeline') + 1);
const wrong = afterTraining.flatMap((program: Component) => {
  const inputs = readTemplate(program.name).inputs.filter(({ name }) => name in program.inputs.shape);
  return (
    inputs
      .filter(({ type, options }) => type !== 'boolean' && !options)
      .map((input) => ({ ...input, name: nameInPromote(program.name, input.name), values: wrongValues(input) }))
      // What is a word of a script is narrowed by the template, and reaches no variable.
      .filter(({ name }) => variableFor(name) in right)
      .flatMap(({ name, values }) => values.map((value) => [name, value] as const))
  );
});

describe('the first job of promote', () => {
  it('finds nothing wrong with the example', async () => {
    expect(await onDev()).toEqual({
      problems: [],
      failures: [],
      lines: [
        'Checked for the jobs to come: the inputs and files of check-model, approve-model, reject-model, deploy-model, validate-endpoint, rollback-endpoint.',
      ],
      refuse: expect.any(Function),
    });
  });

  it.each(wrong)('refuses %s: %j of a later job, whichever job that is', async (name, value) => {
    const variable = `INPUT_${name.toUpperCase()}`;
    const place = { env: { ...right, [variable]: value }, root: project() };
    const { problems } = await lookAhead(place, 'deploy-pipeline');
    expect(problems.join('\n')).toContain(`${name}: received "${value}"; `);
  });

  it('says of a value that waits for a variable of another job that it is not checked', async () => {
    const inputs = { instance_type: '$INSTANCE_TYPE', endpoint_name: 'resale-price-$TEAM', expect: '^\\$\\d+$' };
    const { problems, failures, lines } = await onDev(inputs);
    expect({ problems, failures }).toEqual({ problems: [], failures: [] });
    expect(lines.slice(1)).toEqual([
      'Not checked here: instance_type (no CI/CD variable INSTANCE_TYPE is visible in this job).',
      'Not checked here: endpoint_name (no CI/CD variable TEAM is visible in this job).',
    ]);
  });

  it('takes no "$" of a regular expression for a variable', async () => {
    const { problems } = await onDev({ expect: '($PRICE' });
    expect(problems.join('\n')).toMatch(/^expect: received "\(\$PRICE"; must be a regular expression/);
    expect(problems.join('\n')).not.toContain('visible');
  });

  it.each([
    ['by its name', '"ChurnModels"', ''],
    ['by a parameter', '{ "Get": "Parameters.Group" }', '{ "Name": "Group", "DefaultValue": "ChurnModels" }, '],
  ])('refuses a definition that registers in another group, %s', async (_, written, parameter) => {
    const definition = (readRepository('examples/resale-price/pipeline.json') ?? '')
      .replace('"ModelPackageGroupName": "ResalePriceModelGroup"', `"ModelPackageGroupName": ${written}`)
      .replace('"Parameters": [', `"Parameters": [${parameter}`);
    const refused = await onDev({}, { 'pipeline.json': definition });
    expect(refused.problems).toEqual([
      'model_package_group_name: received "ResalePriceModelGroup", but pipeline.json registers its versions in ChurnModels.',
    ]);
    expect((await onDev({ source: 'registry' }, { 'pipeline.json': definition })).problems).toEqual([]);
    expect(
      (await onDev({ model_package_group_name: 'churnmodels' }, { 'pipeline.json': definition })).problems,
    ).toEqual([]);
  });

  it.each(['none', 'empty'])(
    'refuses to look at whatever is in the folder where GIT_STRATEGY is %s',
    async (strategy) => {
      const place = { env: { ...right, GIT_STRATEGY: strategy }, root: project() };
      const { problems } = await lookAhead(place, 'deploy-pipeline');
      expect(problems).toEqual([
        expect.stringMatching(`^GIT_STRATEGY: received "${strategy}"; must be fetch or clone`),
      ]);
    },
  );

  it('refuses an environment that is not on the promotion path, before anything is trained', async () => {
    expect((await onDev({ promotion_path: 'test, uat' })).problems).toEqual([
      'environment: received "dev", which is not in the promotion_path "test, uat".',
    ]);
    expect((await onDev({ environment: 'test' })).problems).toEqual([
      'environment: received "test", which is not in the promotion_path "dev, uat, main".',
    ]);
    expect((await onDev({ environment: 'test', promotion_path: 'test, prod' })).problems).toEqual([]);
  });

  it.each([
    ['payload.json', '{ "instances": [', {}, 'application/json"; the file is not JSON: '],
    ['payload.jsonl', '{"a":1}\n{"a":', { content_type: 'application/jsonlines' }, 'line 2 of the file is not JSON: '],
    ['payload.csv', '{"a":1}', { content_type: 'text/csv' }, 'text/csv"; the file is JSON, not CSV.'],
  ])(
    'refuses a payload that is not what content_type says, before anything is trained: %s',
    async (payload_file, text, inputs, why) => {
      const { failures } = await onDev({ payload_file, ...inputs }, { [payload_file]: text });
      expect(failures.map(({ coded }) => coded)).toEqual([
        expect.stringContaining(`SMC-1007: payload_file: received "${payload_file}"`),
      ]);
      expect(failures[0]?.message).toContain(why);
    },
  );

  it('says what to do about a payload that is there, and none that can be sent', async () => {
    const large = await onDev({}, { 'payload.json': JSON.stringify('x'.repeat(6_291_456)) });
    const folder = await onDev({ payload_file: 'data' }, { 'data/payload.json': '{}' });
    const outside = await onDev({ payload_file: '../payload.json' });
    const path = 'correct payload_file: it must be the path of a file in the project.';
    expect([large, folder, outside].map(({ failures }) => failures.map(({ next }) => next))).toEqual([
      ['make the file smaller, or correct payload_file.'],
      [path],
      [path],
    ]);
  });

  it('offers no artifact for a payload that is missing: no later job could bring it in time', async () => {
    const { failures } = await onDev({ payload_file: 'paylod.json' });
    expect(failures.map(({ next }) => next)).toEqual(['commit the file, or correct payload_file.']);
  });

  it('lets a definition pass whose group is known only when it runs, or in which no step registers', async () => {
    for (const text of [
      '{ "Steps": [{ "Name": "a", "Type": "RegisterModel", "Arguments": { "ModelPackageGroupName": { "Get": "Steps.A.B" } } }] }',
      '{ "Steps": [{ "Name": "a", "Type": "RegisterModel" }] }',
      '{ "Steps": [{ "Name": "a", "Type": "Lambda" }] }',
    ])
      expect((await onDev({}, { 'pipeline.json': text })).problems).toEqual([]);
  });
});

describe('the first job of promote, where evidence is wanted in uat', () => {
  const WANTED = {
    quality_file: 'quality.yml',
    load_rate: '20',
    max_p99_ms: '500',
    comparison_instance_type: 'ml.m5.large',
  };
  const example = (path: string) => readRepository(`examples/resale-price/${path}`) ?? '';
  const files = { 'quality.yml': example('quality.yml'), 'holdout.csv': example('holdout.csv') };

  it('checks the jobs that uat will have, before anything is trained', async () => {
    const { problems, failures, lines } = await onDev(WANTED, files);
    expect({ problems, failures }).toEqual({ problems: [], failures: [] });
    expect(lines).toEqual([expect.stringContaining('validate-endpoint, evaluate-model, load-test, compare-models, ')]);
  });

  it.each([
    ['load_rate', '2001'],
    ['load_duration', '0'],
    ['max_p99_ms', '0'],
    ['max_errors', 'any=0'],
    ['comparison_max_minutes', 14],
    ['comparison_max_instances', 1],
  ])('refuses %s: %j by that name', async (name, value) => {
    const { problems } = await onDev({ ...WANTED, [name]: value }, files);
    expect(problems.join('\n')).toContain(`${name}: received "${value}"; `);
  });

  it('refuses a comparison without a quality file, or with one that says nothing of it', async () => {
    expect((await onDev({ ...WANTED, quality_file: '' }, files)).problems).toEqual([
      expect.stringContaining('quality_file: received ""; '),
    ]);
    const alone = (files['quality.yml'] ?? '').replace(/^# compare-models.*/ms, '');
    const { failures } = await onDev(WANTED, { ...files, 'quality.yml': alone });
    expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('has no section comparison')]);
  });

  it('refuses a quality file that is missing or wrong', async () => {
    expect((await onDev(WANTED)).failures.map(({ message }) => message)).toContain(
      'quality_file: received "quality.yml"; the file does not exist in the project.',
    );
    const { failures } = await onDev(WANTED, { 'quality.yml': 'lable: price' });
    expect(failures[0]?.message).toContain('quality.yml: line 1, column 1: lable is not known');
  });

  it.each([
    ['is missing', undefined, 'quality.yml: received "holdout.csv"; the file does not exist in the project.'],
    ['is empty', '\n', 'holdout.csv cannot be evaluated:\n  '],
    ['has other columns', 'a,b\n1,2\n', '  it has no column sale, price, town; it has a, b.'],
    ['has a row that is wrong', example('holdout.csv').replace(/,\d+$/m, ',?'), '  row 1: '],
  ])('refuses labelled data that %s, before anything is trained', async (_, data, why) => {
    const { failures } = await onDev(WANTED, {
      'quality.yml': files['quality.yml'],
      ...(data && { 'holdout.csv': data }),
    });
    expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining(why)]);
  });
});

describe('the job of a merge request', () => {
  const bundle = buildForTests();

  it('is green when all is right, and says what only a pipeline of a branch can check', async () => {
    const { exit, log } = await inMergeRequest({
      parameters: 'InstanceType=ml.m5.large',
      tags: 'branch=$CI_COMMIT_BRANCH',
    });
    expect(log.split('\n')).toEqual([
      expect.stringMatching(
        /^Checked for the jobs to come: the inputs and files of deploy-pipeline, .*rollback-endpoint\.$/,
      ),
      'Not checked here: endpoint_name (no CI/CD variable CI_COMMIT_BRANCH is visible in this job).',
      'Not checked here: execution_role_arn (no CI/CD variable AWS_ACCOUNT_ID is visible in this job).',
      'Nothing is wrong with them.',
    ]);
    expect(exit).toBe(0);
  });

  it('is red for a mistake in the inputs and for one in the files, of whichever job', async () => {
    const inputs = await inMergeRequest({ expect: '(', parameters: 'Epochs' });
    expect(inputs.log).toContain('ERROR SMC-1001: 2 inputs are invalid:\n  parameters: received "Epochs"; ');
    expect(inputs.log).toMatch(/\nNext: correct them under "inputs:" of the include of promote, then push\. /);
    const files = await inMergeRequest({ payload_file: 'paylod.json' }, { 'pipeline.json': '{ "Steps": 1 }' });
    expect(files.log).toContain('definition_file: received "pipeline.json"; Steps must be a list of steps.');
    expect(files.log).toContain('payload_file: received "paylod.json"; the file does not exist in the project.');
    expect(files.log).toContain(
      'Next: correct the definition, or the inputs of the include of promote, then push. And: ',
    );
    expect([inputs.exit, files.exit]).toEqual([64, 64]);
  });

  it('is red for a mistake in the endpoint file, once, and where it is missing or not the only description', async () => {
    const byFile = { endpoint_file: 'endpoint.yml', instance_type: '' };
    const wrong = await inMergeRequest(byFile, { 'endpoint.yml': 'instance_typ: ml.m5.large' });
    expect(wrong.log.split('endpoint.yml: line 1, column 1: instance_typ is not known: did you mean')).toHaveLength(2);
    const missing = await inMergeRequest(byFile);
    expect(missing.log).toContain('endpoint_file: received "endpoint.yml"; the file does not exist in the project.');
    const both = await inMergeRequest({ ...byFile, instance_type: 'ml.m5.large', variant_name: 'price' });
    expect(both.log).toContain('instance_type: received "ml.m5.large"; must be empty beside endpoint_file');
    expect(both.log).toContain('variant_name: received "price"; must be empty beside endpoint_file');
    const neither = await inMergeRequest({ instance_type: '' });
    expect(neither.log).toContain('instance_type: received ""; must be given, or endpoint_file');
    expect([wrong, missing, both, neither].map(({ exit }) => exit)).toEqual([64, 64, 64, 64]);
  });

  it('leaves a definition to deploy-pipeline that another job writes', async () => {
    const { exit, log } = await inMergeRequest({ definition_file: 'rendered.json' });
    expect(log).toContain('Not checked here: definition_file (rendered.json is not in the repository).');
    expect(exit).toBe(0);
  });

  it('ends as a process of the bundle as it does here', () => {
    const run = (inputs: Mapping) =>
      spawnSync(process.execPath, [join(bundle, 'main.js'), 'check-inputs'], {
        cwd: project(),
        env: variablesOf('check-inputs', inputs, MERGE_REQUEST),
        encoding: 'utf8',
      });
    const [green, red] = [run({}), run({ requests: '0' })];
    expect(green.stdout).toMatch(/\nNothing is wrong with them\.\n$/);
    expect(red.stdout).toContain('ERROR SMC-1001: Invalid input:\n  requests: received "0"; ');
    expect([green.status, red.status]).toEqual([0, 64]);
  });
});
