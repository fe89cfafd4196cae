import { describe, expect, it } from 'vitest';
import type { Emulator } from '../../emulator/emulator.ts';
import type { PolicyDocument, PolicyStatement, Role } from '../../emulator/world.ts';
import { jobRoles } from '../../setup/policies/roles.ts';
import { subjectOf } from '../../setup/policies/trust.ts';
import { checkedPrograms, checkSetup, checkSetupApproval } from '../../src/compositions/check-setup.ts';
import type { Permission } from '../../src/program/component.ts';
import { resalePrice, rolesOf } from '../catalog/policies.ts';
import { programs, programsOfRoles } from '../catalog/programs.ts';
import { holdings } from '../interruption/holdings.ts';
import { emulated, type FinishedJob, type JobOptions, projectFolder, startJob } from './job.ts';

const roles = rolesOf(resalePrice, programsOfRoles);
const roleArn = (name: string) => `arn:aws:iam::${resalePrice.account}:role/resale-price-${name}`;

/** An account with the roles that the policies command writes, and a group. */
async function account(): Promise<Emulator> {
  const emulator = await emulated();
  for (const role of roles) emulator.roles.set(role.arn, role);
  emulator.do('CreateModelPackageGroup', { ModelPackageGroupName: resalePrice.group });
  return emulator;
}

type Pressed = Partial<JobOptions>;

/** Few requests, for what has nothing to do with permissions. */
const FEW = { components: 'check-model' };

/** The job of an include that serves all duties of an environment by one role. */
function press(emulator: Emulator, environment: string, { inputs, ...options }: Pressed = {}): Promise<FinishedJob> {
  return startJob(checkSetup, {
    emulator,
    root: projectFolder(),
    environment,
    inputs: { components: '', pipeline_name: 'resale-price', role_arn: roleArn(environment), ...inputs },
    ...options,
  });
}

function pressApproval(emulator: Emulator, environment: string, { inputs, ...options }: Pressed = {}) {
  return startJob(checkSetupApproval, {
    emulator,
    root: projectFolder(),
    environment,
    inputs: { role_arn: roleArn(`${environment}-approval`), ...inputs },
    ...options,
  });
}

interface Told {
  readonly name: string;
  readonly is: string;
  readonly why: string;
  readonly next?: string;
}

const findings = ({ record }: FinishedJob): readonly Told[] => {
  const found = record?.findings;
  return Array.isArray(found) ? found : [];
};
const found = (job: FinishedJob, name: string) => findings(job).find((each) => each.name === name);
const wrong = (job: FinishedJob) => findings(job).flatMap(({ name, is }) => (is === 'wrong' ? [name] : []));

/** The role with other statements. */
function changeRole(emulator: Emulator, name: string, change: (statements: PolicyStatement[]) => PolicyStatement[]) {
  const role = emulator.roles.get(roleArn(name));
  if (!role) throw new Error(`There is no role ${name}.`);
  const policies = role.policies.map((policy): PolicyDocument => ({ Statement: change([...policy.Statement]) }));
  emulator.roles.set(role.arn, { ...role, policies });
}

const allowing = (Action: string, Resource = '*'): PolicyStatement => ({ Effect: 'Allow', Action, Resource });

const everything: Role = {
  arn: roleArn('administrator'),
  audience: resalePrice.gitlab,
  subject: '*',
  policies: [{ Statement: [allowing('*')] }],
};

const TOO_MUCH = [
  'must not approve for dev',
  'must not approve for uat',
  'must not approve for main',
  'must not record a validation in dev',
  'must not record a validation in main',
  'must not take back a rejection',
  'must not approve without an entry that says who',
  "must not update any other project's endpoint",
  "must not delete any other project's endpoint",
];

describe('a setup as the policies command writes it', () => {
  it.each(['dev', 'main'])('has nothing wrong in %s, and says what nobody looked at', async (environment) => {
    const job = await press(await account(), environment);
    expect(wrong(job)).toEqual([]);
    expect(job.exit, job.log).toBe(0);
    expect(job.log).toMatch(
      /^Nothing was found to be wrong\. \d+ right, 0 wrong, \d+ not given, \d+ not looked at: image, /m,
    );
    expect(job.junit).toContain('<skipped message="not looked at: ');
  });

  it('ends with a line that a person can read; each part that nobody looked at has a line of its own above', async () => {
    const job = await press(await account(), 'dev');
    const unseen = findings(job).filter(({ is }) => is === 'not looked at');
    const last = job.log.trimEnd().split('\n').at(-1) ?? '';
    expect(last).toMatch(/not looked at: image, pipeline variables, [^,]+, [^,]+ and \d+ more, each named above\.$/);
    expect(last.length).toBeLessThan(250);
    expect(unseen.map(({ name }) => name)).toContain('other roles');
    const [, section = ''] = job.log.split(`What was not looked at (${unseen.length})`);
    for (const { name } of unseen) expect(section).toContain(`\n  ${name}: `);
  });

  it.each(['dev', 'main'])('has nothing wrong in %s for the approver', async (environment) => {
    const job = await pressApproval(await account(), environment);
    expect(wrong(job)).toEqual([]);
    expect(job.exit, job.log).toBe(0);
    expect(found(job, 'sagemaker:UpdateModelPackage on package (approved)')).toMatchObject({ is: 'right' });
    expect(found(job, `must not deploy to resale-price-${environment}`)).toMatchObject({ is: 'right' });
  });

  it('has nothing wrong where the endpoint serves already', async () => {
    const emulator = await account();
    emulator.deployed({ endpoint: 'resale-price-uat', package: emulator.register() });
    const job = await press(emulator, 'uat');
    expect(wrong(job)).toEqual([]);
    expect(found(job, 'sagemaker:InvokeEndpoint on endpoint')).toMatchObject({ is: 'right' });
  });

  it.each([
    ['deploy-model', 'deploy'],
    ['validate-endpoint', 'validate'],
    ['compare-models', 'compare'],
    ['rollback-endpoint', 'rollback'],
  ])('has nothing wrong in a role for %s alone', async (components, duty) => {
    const emulator = await account();
    const job = await press(emulator, 'uat', { inputs: { components, role_arn: roleArn(`${duty}-uat`) } });
    // Whoever deploys may look at the group only where check-model needs it.
    expect(wrong(job)).toEqual([]);
  });
});

describe('the role of compare-models', () => {
  it.each([
    ['makes temporary endpoints of its own project', '42', []],
    [
      'makes none of another project, where setup.yml has the ID',
      '43',
      [
        'sagemaker:CreateEndpoint on temporary endpoint',
        'sagemaker:CreateEndpoint on temporary endpoint config',
        'sagemaker:InvokeEndpoint on temporary endpoint',
      ],
    ],
  ])('%s', async (_, projectId, denied) => {
    const emulator = await account();
    for (const role of rolesOf({ ...resalePrice, projectId }, programsOfRoles)) emulator.roles.set(role.arn, role);
    const job = await press(emulator, 'uat', {
      inputs: { components: 'compare-models', role_arn: roleArn('compare-uat') },
    });
    expect(wrong(job).filter((name) => /(Create|Invoke)Endpoint on/.test(name))).toEqual(denied);
  });
});

describe('a role that may do everything', () => {
  it.each([
    ['of the jobs', press],
    ['of the approver', pressApproval],
  ])('%s changes nothing: AWS refuses each request that would, because nothing is there', async (_, start) => {
    const emulator = await account();
    emulator.roles.set(everything.arn, everything);
    emulator.deployed({ endpoint: 'resale-price-dev', package: emulator.register() });
    const before = holdings(emulator);
    const job = await start(emulator, 'dev', {
      inputs: {
        role_arn: everything.arn,
        ...(start === press && {
          components:
            'deploy-pipeline,check-model,deploy-model,validate-endpoint,evaluate-model,load-test,load-test-workers,compare-models,rollback-endpoint,delete-endpoint',
        }),
      },
    });

    expect(holdings(emulator)).toEqual(before);
    const changing = job.received.filter(
      ({ operation, service }) => service !== 'sts' && service !== 'iam' && !/^(Describe|List|Get)/.test(operation),
    );
    expect(changing.length).toBeGreaterThan(5);
    expect(changing.filter(({ answer }) => answer === 'ok' || answer.startsWith('AccessDenied'))).toEqual([]);
  });

  it('asks by names that nobody knows before, and could make first: the same job run again asks by others', async () => {
    const emulator = await account();
    emulator.roles.set(everything.arn, everything);
    const asked = async () => {
      const { received } = await press(emulator, 'dev', { inputs: { role_arn: everything.arn } });
      const named = /^(Create|Update|Delete)(Endpoint|EndpointConfig|Model)$|^(Delete|Deregister)|^InvokeEndpoint$/;
      return received.filter(({ operation }) => named.test(operation)).map(({ input }) => JSON.stringify(input));
    };
    const first = await asked();
    expect(first.length).toBeGreaterThan(5);
    expect((await asked()).filter((each) => first.includes(each))).toEqual([]);
  });

  it('is refused: whoever deploys must not approve', async () => {
    const emulator = await account();
    emulator.roles.set(everything.arn, everything);
    const job = await press(emulator, 'uat', { inputs: { role_arn: everything.arn } });
    expect(job.exit).toBe(1);
    expect(wrong(job)).toEqual(TOO_MUCH);
  });
});

describe('what a role must not do', () => {
  const widened = async (role: string, ...more: PolicyStatement[]) => {
    const emulator = await account();
    changeRole(emulator, role, (statements) => [...statements, ...more]);
    return emulator;
  };
  const endpoints = `arn:aws:sagemaker:${resalePrice.region}:${resalePrice.account}:endpoint`;

  it('is wrong where it may update any endpoint, though only with a config of its own', async () => {
    const emulator = await widened('dev', allowing('sagemaker:UpdateEndpoint', `${endpoints}/*`));
    expect(wrong(await press(emulator, 'dev'))).toEqual(["must not update any other project's endpoint"]);
  });

  it('is not right where AWS denies the config alone: with another name it may deploy', async () => {
    const emulator = await widened(
      'uat-approval',
      allowing('sagemaker:UpdateEndpoint', `${endpoints}/resale-price-uat`),
    );
    expect(found(await pressApproval(emulator, 'uat'), 'must not deploy to resale-price-uat')).toMatchObject({
      is: 'not looked at',
      why: expect.stringMatching(
        /^AWS denied it on \S+:endpoint-config\/\S+ alone, and may allow it with another name/,
      ),
    });
  });

  it.each([
    ['uat', press],
    ['uat-approval', pressApproval],
    ['dev-approval', pressApproval],
  ])('is wrong where %s may take entries away: a rejection could be taken back', async (role, start) => {
    const emulator = await account();
    changeRole(emulator, role, (statements) =>
      statements.map((each) => JSON.parse(JSON.stringify(each).replace(/"[^"]*PropertiesToRemove":"true",?/, ''))),
    );
    const job = await start(emulator, role.replace('-approval', ''));
    expect(wrong(job)).toEqual(['must not take back a rejection']);
  });

  it.each([
    [
      'the network of the runner denies it',
      'UpdateModelPackage',
      'because no VPC endpoint policy allows the sagemaker:UpdateModelPackage action',
    ],
    ['AWS denies something else before it', 'GetCallerIdentity', 'because no identity-based policy allows it'],
  ])('is not right where %s', async (_, action, why) => {
    const emulator = await account();
    const message = `User: ${roleArn('uat')} is not authorized to perform: sagemaker:${action} on resource: * ${why}`;
    const error = { code: 'AccessDeniedException', message, status: 400 };
    for (let nth = 0; nth < 40; nth++) emulator.fault({ operation: 'UpdateModelPackage', kind: 'error', error });
    const job = await press(emulator, 'uat', { inputs: { components: 'check-model', role_arn: roleArn('uat') } });
    expect(found(job, 'must not approve for main')).toMatchObject({ is: 'not looked at' });
  });

  it('is only what was asked: that there is more is said', async () => {
    for (const job of [
      await press(await account(), 'dev', { inputs: FEW }),
      await pressApproval(await account(), 'dev'),
    ])
      expect(found(job, 'what else the role may do')).toMatchObject({ is: 'not looked at' });
  });
});

describe('a permission of any component', () => {
  it('is shown by a request that changes nothing, or why none can show it is said', async () => {
    const emulator = await account();
    const components = programs
      .map(({ name }) => name)
      .filter((name) => !/^(plan|approve|reject|check-setup)/.test(name));
    const job = await press(emulator, 'dev', { inputs: { components: components.join(','), pipeline_role_arn: '' } });
    const unknown = findings(job).filter(({ why }) => why.includes('no request is known'));
    expect(unknown.map(({ name }) => `${name}: name it in a table of src/components/check-setup`)).toEqual([]);
    const wanted = programs
      .filter(({ name }) => components.includes(name))
      .flatMap(({ permissions }) => permissions.map(({ action, on }) => `${action} on ${on}`));
    const told = findings(job).map(({ name }) => name.replace(/ \(.*$/, ''));
    expect(wanted.filter((permission) => !told.includes(permission))).toEqual([]);
  });
});

it('a permission of any program is one of those that check-setup looks at', async () => {
  const saying = ({ action, on, writes }: Permission) =>
    `${action} on ${on}${writes === undefined ? '' : ` (${writes})`}`;
  const checked = await checkedPrograms();
  const unchecked = programsOfRoles.filter(({ name }) => checked.every((each) => each.name !== name));
  // The roles of the last three are for them alone: no job with check-setup has one.
  expect(unchecked.map(({ name }) => name)).toEqual([
    'check-setup',
    'check-setup-approval',
    'plan-deployment',
    'schedule-load',
    'send-load',
  ]);
  const looked = new Set(checked.flatMap(({ permissions }) => permissions.map(saying)));
  const all = programsOfRoles.flatMap(({ name, permissions }) =>
    permissions.map((each) => ({ name, permission: saying(each) })),
  );
  const missing = all.filter(({ permission }) => !looked.has(permission));
  expect(missing, 'add the program to src/compositions/check-setup.ts').toEqual([]);
});

describe('a wrong setup', () => {
  it('with a statement that is missing names the action, who needs it and the role', async () => {
    const emulator = await account();
    changeRole(emulator, 'uat', (statements) => statements.filter(({ Sid }) => Sid !== 'WriteValidated'));
    const job = await press(emulator, 'uat');
    expect(job.exit).toBe(1);
    expect(wrong(job)).toEqual(['sagemaker:UpdateModelPackage on package (validated)']);
    expect(job.log).toMatch(
      /^Next: add the policy of validate-endpoint to arn:\S+:role\/resale-price-uat: deploy the stack of setup\.yml again/m,
    );
    expect(job.junit).toContain('<failure message="needed by validate-endpoint when record_validation is true; ');
  });

  it('without what only evaluate-model needs is right, and says so; it is wrong for who names evaluate-model', async () => {
    const emulator = await account();
    changeRole(emulator, 'uat', (statements) => statements.filter(({ Sid }) => Sid !== 'WriteQuality'));
    const plain = await press(emulator, 'uat');
    const name = 'sagemaker:UpdateModelPackage on package (quality)';
    expect(plain.exit).toBe(0);
    expect(found(plain, name)).toMatchObject({ is: 'not given', why: 'needed by evaluate-model' });
    const named = await press(emulator, 'uat', { inputs: { components: 'evaluate-model' } });
    expect(wrong(named)).toEqual([name]);
  });

  it("with the role of the jobs in the approver's environment cannot approve, and may deploy", async () => {
    const job = await pressApproval(await account(), 'uat', { inputs: { role_arn: roleArn('uat') } });
    expect(job.exit).toBe(1);
    expect(wrong(job)).toEqual([
      'sagemaker:UpdateModelPackage on package (approved)',
      'must not record a validation in uat',
      'must not deploy to resale-price-uat',
    ]);
  });

  it("with the approver's role in the environment of the jobs may approve, and may nothing else", async () => {
    const job = await press(await account(), 'uat', { inputs: { role_arn: roleArn('uat-approval') } });
    expect(job.exit).toBe(1);
    expect(wrong(job)).toContain('must not approve for uat');
    expect(wrong(job)).toContain('sagemaker:CreateModel on model');
  });

  it('where one role serves all jobs may do what others do; with one_role, that is not looked at, and said', async () => {
    const emulator = await account();
    for (const { name, ref, policies } of jobRoles(resalePrice, programsOfRoles, 'one')) {
      const arn = `arn:aws:iam::${resalePrice.account}:role/${name}`;
      const trusts = { audience: resalePrice.gitlab, subject: subjectOf(resalePrice, ref) };
      emulator.roles.set(arn, { arn, ...trusts, policies: Object.values(policies) });
    }
    const inputs = { role_arn: roleArn('uat') };
    expect(wrong(await press(emulator, 'uat', { inputs }))).toContain('must not approve for uat');
    for (const start of [press, pressApproval]) {
      const job = await start(emulator, 'uat', { inputs: { ...inputs, one_role: 'true' } });
      expect(wrong(job)).toEqual([]);
      expect(found(job, 'must not approve for main')).toMatchObject({
        is: 'not looked at',
        why: expect.stringContaining('one_role is true, and AWS then lets every job do it'),
      });
      expect(found(job, "must not delete any other project's endpoint")).toMatchObject({ is: 'right' });
    }
  });

  it('with an approval environment that nobody protected is refused in uat, and not in dev', async () => {
    const emulator = await account();
    const claims = { environment_protected: 'false' };
    const job = await pressApproval(emulator, 'uat', { claims });
    expect(wrong(job)).toEqual(['approval environment']);
    expect(job.log).toContain('Next: protect it and add the approvers');
    expect((await pressApproval(emulator, 'dev', { claims })).exit).toBe(0);
  });

  it('with a branch that nobody protected is refused in uat, and not in dev', async () => {
    const emulator = await account();
    const claims = { ref_protected: 'false' };
    const refused = await press(emulator, 'uat', { claims, inputs: { ...FEW, role_arn: roleArn('uat') } });
    expect(wrong(refused)).toEqual(['branch']);
    expect((await press(emulator, 'dev', { claims, inputs: FEW })).exit).toBe(0);
  });

  it('in another region has no group, and the role may do nothing there', async () => {
    const emulator = await emulated();
    for (const role of roles) emulator.roles.set(role.arn, role);
    const none = await press(emulator, 'dev', { inputs: FEW });
    expect(wrong(none)).toEqual(['model package group']);
    expect(none.log).toContain('or correct model_package_group_name or aws_region (the CI/CD variable AWS_REGION).');
    const elsewhere = await press(emulator, 'dev', { inputs: { ...FEW, aws_region: 'us-east-1' } });
    expect(elsewhere.exit).toBe(1);
    expect(wrong(elsewhere)).toContain('sagemaker:DescribeEndpoint on endpoint');
  });

  it('with the endpoint of another project says whose it is', async () => {
    const emulator = await account();
    emulator.deployed({ endpoint: 'resale-price-dev', package: emulator.register() });
    emulator.do('AddTags', {
      ResourceArn: `arn:aws:sagemaker:ap-southeast-1:${resalePrice.account}:endpoint/resale-price-dev`,
      Tags: [
        { Key: 'sagemaker-components:project', Value: '77' },
        { Key: 'sagemaker-components:environment', Value: 'dev' },
        { Key: 'sagemaker-components:group', Value: 'churn' },
      ],
    });
    const job = await press(emulator, 'dev', { inputs: FEW });
    expect(wrong(job)).toEqual(['endpoint name']);
    expect(found(job, 'endpoint name')?.why).toContain('project 77');
  });

  it.each([
    ['no image of these components', { CI_JOB_IMAGE: 'alpine:3' }, 'image'],
    ['lasting keys of AWS', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, 'lasting AWS keys'],
  ])('with %s is refused', async (_, env, name) => {
    const job = await press(await account(), 'dev', { env, inputs: FEW });
    expect(job.exit).toBe(1);
    expect(wrong(job)).toEqual([name]);
    expect(job.log).not.toContain('AKIAIOSFODNN7EXAMPLE');
  });

  it('with a clock that is far from that of AWS is refused', async () => {
    const emulator = await account();
    emulator.awsAhead = 400_000;
    expect(wrong(await press(emulator, 'dev', { inputs: FEW }))).toEqual(['clock']);
  });

  it('that leads to another account, or has a token that has expired, ends as every job does', async () => {
    const emulator = await account();
    const other = await press(emulator, 'dev', { inputs: { expected_account_id: '999999999999' } });
    expect(other).toMatchObject({ exit: 1, calls: [] });
    expect(other.log).toContain('ERROR SMC-1211');
    const expired = await press(emulator, 'dev', { claims: { exp: 1 } });
    expect(expired).toMatchObject({ exit: 77, calls: [] });
    expect(expired.log).toContain('ERROR SMC-1209');
  });
});

describe("IAM's simulator of policies", () => {
  const PASSING = 'iam:PassRole on execution role';
  const inputs = { pipeline_role_arn: resalePrice.pipelineRole };

  it('shows what no harmless request shows, where the role may ask it about itself', async () => {
    const emulator = await account();
    const mayAsk = allowing('iam:SimulatePrincipalPolicy', roleArn('dev'));
    changeRole(emulator, 'dev', (statements) => [...statements, mayAsk]);
    const job = await press(emulator, 'dev', { inputs });
    expect(wrong(job)).toEqual([]);
    const simulated = findings(job).filter(({ why }) =>
      why.startsWith("allowed, as IAM's simulator of policies says; "),
    );
    expect(simulated.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        PASSING,
        'iam:PassRole on pipeline role',
        'sagemaker:StartPipelineExecution on pipeline',
        'sagemaker:DeleteEndpoint on endpoint',
        'sagemaker:DeleteModel on model',
        'sagemaker:AddTags on endpoint config',
        'application-autoscaling:RegisterScalableTarget on scalable target',
      ]),
    );
    const unseen = findings(job).filter(({ is }) => is === 'not looked at');
    expect(
      unseen.filter(
        ({ name }) =>
          !/^(s3|ecr|kms):|^(image|other roles|pipeline variables|approval environment|what else the role may do)$/.test(
            name,
          ),
      ),
    ).toEqual([]);
  });

  it('shows what is missing', async () => {
    const emulator = await account();
    const mayAsk = allowing('iam:SimulatePrincipalPolicy', roleArn('uat'));
    changeRole(emulator, 'uat', (statements) => [
      ...statements.filter(({ Sid }) => Sid !== 'PassExecutionRole'),
      mayAsk,
    ]);
    const job = await press(emulator, 'uat', { inputs });
    expect(wrong(job)).toEqual([PASSING]);
    expect(found(job, PASSING)?.why).toContain(`denies it on ${resalePrice.executionRole}`);
  });

  it('is asked once, where the role may not ask it: nothing is taken for right', async () => {
    const job = await press(await account(), 'dev', { inputs });
    expect(job.received.filter(({ service }) => service === 'iam')).toHaveLength(1);
    expect(found(job, "IAM's simulator of policies")).toMatchObject({ is: 'not given' });
    expect(found(job, PASSING)).toMatchObject({ is: 'not looked at' });
  });
});

/** What only an answer of AWS shows. */
const OF_AWS = /:|^must not |^(model package group|endpoint name|pipeline)$/;

describe('what AWS does not answer', () => {
  it('because it throttles whatever it is asked is not looked at, after ten minutes at most', async () => {
    const emulator = await account();
    emulator.fault({ operation: '*', nth: 2, times: 5000, kind: 'throttle' });
    const began = emulator.clock.now().getTime();
    const job = await press(emulator, 'uat');
    expect(findings(job).filter(({ name, is }) => name.includes(':') && is === 'right')).toEqual([]);
    expect(job.log).toContain('0 wrong');
    expect(emulator.clock.now().getTime() - began).toBeLessThan(15 * 60_000);
  });

  it.each([200, 400, 403, 404])(
    'but a proxy, with a page and HTTP %i, is not looked at, and not right',
    async (status) => {
      for (const start of [press, pressApproval]) {
        const emulator = await account();
        emulator.fault({ operation: '*', nth: 3, times: 5000, kind: 'proxy page', status });
        const asked = findings(await start(emulator, 'uat')).filter(({ name }) => OF_AWS.test(name));
        expect(asked.length).toBeGreaterThan(5);
        expect(asked.filter(({ is }) => is !== 'not looked at')).toEqual([]);
      }
    },
  );

  it.each([
    ['throttles', { code: 'ThrottlingException', message: 'Rate exceeded', status: 400 }],
    ['has trouble of its own', { code: 'InternalFailure', message: 'Try again', status: 500 }],
    ['says what nobody knows', { code: 'ValidationException', message: 'Something else is wrong', status: 400 }],
  ])('because it %s is not looked at, and not right', async (_, error) => {
    const emulator = await account();
    for (let attempt = 0; attempt < 20; attempt++) emulator.fault({ operation: 'CreateModel', kind: 'error', error });
    const job = await press(emulator, 'uat', { inputs: { components: 'deploy-model', role_arn: roleArn('uat') } });
    expect(found(job, 'sagemaker:CreateModel on model')).toMatchObject({ is: 'not looked at' });
    expect(job.log).toContain('sagemaker:CreateModel on model');
  });
});

describe('an image', () => {
  it.each([
    ['of the release that the include names', 'nexus.example.com/sagemaker-components:1.4.2', 'right'],
    ['that a digest pins', `nexus.example.com/sagemaker-components@sha256:${'a'.repeat(64)}`, 'right'],
    ['of another release that begins as it does', 'nexus.example.com/sagemaker-components:1.4.20', 'not looked at'],
    ['of the release, with something else added', 'nexus.example.com/sagemaker-components:1.4.2-ours', 'not looked at'],
    ['of which nobody says what it is', 'nexus.example.com/sagemaker-components:latest', 'not looked at'],
  ])('%s (%s) is %s', async (_, image, is) => {
    const env = { CI_JOB_IMAGE: image, SAGEMAKER_COMPONENT: 'check-setup 1.4.2 3f2c9a7 1' };
    expect(found(await press(await account(), 'dev', { env, inputs: FEW }), 'image')).toMatchObject({ is });
  });
});
