import { describe, expect, it } from 'vitest';
import type { Administration } from '../../../emulator/gitlab/administration.ts';
import { APPROVERS, ENVIRONMENTS, FEW, MODELS, project, settingsOf } from './project.ts';

const arn = (role: string) => `arn:aws:iam::111122223333:role/${role}`;

it('plan shows what differs as GitLab names it, apply makes it, and then plan and check find nothing', async () => {
  const { run, administration, gitlab } = await project();
  const before = settingsOf(gitlab);
  const planned = await run('plan');
  expect(planned.text).toContain('Settings > CI/CD > Variables\n');
  expect(planned.text).toContain('  AWS_REGION (All environments) is missing, and should be ap-southeast-1\n');
  expect(await run('check')).toMatchObject({ code: 1 });
  expect(settingsOf(gitlab)).toEqual(before);
  expect(await run('apply')).toMatchObject({
    code: 0,
    text: expect.stringMatching(/\nNext: npm run -s setup -- gitlab check --file \S+ --gitlab \S+$/),
  });
  expect(await run('plan')).toMatchObject({ code: 0, text: expect.stringMatching(/^Nothing to do\./) });
  expect(await run('check')).toMatchObject({ code: 0, text: expect.stringMatching(/\nNext: include .*$/) });
  const { refs, environments, protectedEnvironments, variables, settings } = administration;
  expect(settings.values).toMatchObject({
    ci_pipeline_variables_minimum_override_role: 'no_one_allowed',
    resource_group_default_process_mode: 'newest_ready_first',
  });
  expect([...refs.branches].sort()).toEqual(['dev', 'main', 'uat']);
  for (const rule of refs.protectedBranches)
    expect([rule.push_access_levels, rule.merge_access_levels]).toMatchObject([
      [{ access_level: 0 }],
      [{ access_level: 40 }],
    ]);
  expect(environments.all.map(({ name, tier }) => `${name} ${tier}`)).toEqual([
    ...['dev development', 'dev/approval other', 'dev/comparison other'],
    ...['uat staging', 'uat/approval other', 'uat/comparison other'],
    ...['main production', 'main/approval other', 'main/comparison other'],
  ]);
  expect(settings.shared).toMatchObject([{ group_id: 42, group_access_level: 20 }]);
  expect(protectedEnvironments.all).toMatchObject([
    { name: 'uat/approval', deploy_access_levels: [{ group_id: 42 }], approval_rules: [] },
    {
      name: 'main/approval',
      deploy_access_levels: [{ group_id: 42 }],
      approval_rules: [{ group_id: 42, required_approvals: 2 }],
    },
  ]);
  const roles = variables.all.filter(({ key }) => key === 'AWS_ROLE_ARN');
  expect(roles.every((each) => each.protected)).toBe(true);
  expect(Object.fromEntries(roles.map((each) => [each.environment_scope, each.value]))).toMatchObject({
    uat: arn('resale-price-uat'),
    'uat/approval': arn('resale-price-uat-approval'),
    'uat/comparison': arn('resale-price-uat-comparison'),
    'uat/rollback': arn('resale-price-uat'),
  });
});

it('what protects is made before what it protects', async () => {
  const { run, gitlab } = await project();
  await run('apply');
  const at = (path: string) => gitlab.asked.lastIndexOf(`/api/v4/projects/wog%2Fmlops%2Fresale-price${path}`);
  expect(at('/share')).toBeLessThan(at('/protected_environments'));
  expect(at('/protected_branches')).toBeLessThan(at('/variables'));
  expect(at('/protected_environments')).toBeLessThan(at('/variables'));
});

it('a project that was set up by hand, or more strictly, is left alone', async () => {
  const { run, administration, gitlab } = await project();
  const { settings, refs, environments, protectedEnvironments, variables } = administration;
  settings.values.ci_pipeline_variables_minimum_override_role = 'no_one_allowed';
  settings.values.resource_group_default_process_mode = 'newest_ready_first';
  settings.shared.push({ group_id: 42, group_full_path: 'wog/mlops/approvers', group_access_level: 30 });
  refs.protectedBranches.length = 0;
  variables.set('AWS_REGION', 'ap-southeast-1');
  for (const [name, tier, push] of [
    ['dev', 'development', 30],
    ['uat', 'staging', 0],
    ['main', 'production', 0],
  ] as const) {
    refs.branches.add(name);
    refs.protect(name, { push, merge: name === 'main' ? 60 : 40 });
    environments.add(name, tier);
    for (const beside of ['approval', 'comparison']) {
      environments.add(`${name}/${beside}`, 'other');
      variables.set('AWS_ROLE_ARN', arn(`resale-price-${name}-${beside}`), {
        protected: true,
        environment_scope: `${name}/${beside}`,
      });
    }
    const scope = { protected: true, environment_scope: `${name}*` };
    variables.set('AWS_ACCOUNT_ID', '111122223333', scope);
    variables.set('AWS_ROLE_ARN', arn(`resale-price-${name}`), scope);
    if (name !== 'dev') protectedEnvironments.add(`${name}/approval`, 42, 3);
  }
  const before = settingsOf(gitlab);
  const { code, text } = await run('apply');
  expect({ code, text }).toMatchObject({ code: 0, text: expect.stringContaining('Left alone') });
  expect(text).toContain('dev: Developers + Maintainers may push to the first environment');
  expect(text).toContain('AWS_ROLE_ARN (uat): AWS_ROLE_ARN (uat*) says the same');
  expect(text).toContain('main/approval: 3 approvals of wog/mlops/approvers are required');
  expect(settingsOf(gitlab)).toEqual(before);
});

/** What somebody set otherwise, how it is told, and what is there afterwards. */
const OTHERWISE: readonly {
  readonly when: string;
  readonly set: (all: Administration) => void;
  readonly says: string;
  readonly after?: (all: Administration) => unknown;
  readonly is?: unknown;
}[] = [
  {
    when: 'a pipeline made an environment, and GitLab guessed its tier',
    set: ({ environments }) =>
      void Object.assign(environments.all.find(({ name }) => name === 'main') ?? {}, { tier: 'other' }),
    says: 'main is of the deployment tier other, and should be production',
    after: ({ environments }) => environments.all.find(({ name }) => name === 'main')?.tier,
    is: 'production',
  },
  {
    when: 'a variable names another role',
    set: ({ variables }) => void Object.assign(variables.named('AWS_ROLE_ARN', 'main'), { value: arn('other') }),
    says: `AWS_ROLE_ARN (main) is ${arn('other')}, and should be ${arn('resale-price-main')}`,
    after: ({ variables }) => variables.named('AWS_ROLE_ARN', 'main').value,
    is: arn('resale-price-main'),
  },
  {
    when: 'jobs on every branch see a role',
    set: ({ variables }) => void Object.assign(variables.named('AWS_ROLE_ARN', 'main'), { protected: false }),
    says: 'AWS_ROLE_ARN (main) is seen by jobs on every branch, and should be protected',
    after: ({ variables }) => variables.named('AWS_ROLE_ARN', 'main').protected,
    is: true,
  },
  {
    when: 'a masked variable has another value, which is not printed',
    set: ({ variables }) =>
      void Object.assign(variables.named('AWS_ACCOUNT_ID', '*'), { value: 'of-somebody-else', masked: true }),
    says: 'AWS_ACCOUNT_ID (All environments) has another value, which is masked, and should be 111122223333',
  },
  {
    when: 'a variable with a wildcard hides the one for all environments',
    set: ({ variables }) => variables.set('AWS_REGION', 'us-east-1', { environment_scope: 'mai*' }),
    says: 'AWS_REGION (main/rollback) is missing, and should be ap-southeast-1',
    after: ({ variables }) => variables.named('AWS_REGION', 'main').value,
    is: 'ap-southeast-1',
  },
  {
    when: 'two wildcards are for an environment, and which of them counts is not said anywhere',
    set: ({ variables }) => {
      variables.all.splice(variables.all.indexOf(variables.named('AWS_ROLE_ARN', 'main/approval')), 1);
      for (const [role, environment_scope] of [
        ['resale-price-main-approval', '*approval'],
        ['other', 'main*'],
      ] as const)
        variables.set('AWS_ROLE_ARN', arn(role), { environment_scope, protected: true });
    },
    says: `AWS_ROLE_ARN (main/approval) is missing, and should be ${arn('resale-price-main-approval')}`,
    after: ({ variables }) => variables.named('AWS_ROLE_ARN', 'main/approval').value,
    is: arn('resale-price-main-approval'),
  },
  {
    when: 'others than the approvers may approve',
    set: ({ protectedEnvironments }) =>
      void protectedEnvironments.all[0]?.deploy_access_levels.push({
        ...{ id: 7, access_level: 40, user_id: null, group_id: null, group_inheritance_type: 0 },
      }),
    says: 'main/approval has Allowed to deploy: the group 42, Maintainers, and should be wog/mlops/approvers alone',
    after: ({ protectedEnvironments }) =>
      protectedEnvironments.all[0]?.deploy_access_levels.map((each) => each.group_id),
    is: [42],
  },
  {
    when: 'developers may merge to a later environment, and push with force',
    set: ({ refs }) => {
      const rule = refs.protectedBranches.find(({ name }) => name === 'main');
      rule?.merge_access_levels.push(refs.level({ access_level: 30 }));
      Object.assign(rule ?? {}, { allow_force_push: true });
    },
    says: 'main has Allowed to merge: Developers + Maintainers; Allowed to force push: on, and should be Allowed to merge: Maintainers; Allowed to force push: off',
    after: ({ refs }) => refs.protectedBranches.find(({ name }) => name === 'main')?.merge_access_levels.length,
    is: 1,
  },
  {
    when: 'a deploy key may push to a later environment',
    set: ({ refs }) =>
      void refs.protectedBranches
        .find(({ name }) => name === 'main')
        ?.push_access_levels.push(refs.level({ access_level: 40, deploy_key_id: 9 })),
    says: 'main has Allowed to push and merge: the deploy key 9, and should be Allowed to push and merge: No one',
    after: ({ refs }) => refs.protectedBranches.find(({ name }) => name === 'main')?.push_access_levels.length,
    is: 1,
  },
  {
    when: 'a resource group was made before the default was set',
    set: ({ resourceGroups }) => resourceGroups.add('sagemaker/main/resale-price-main/deployment', 'oldest_first'),
    says: 'sagemaker/main/resale-price-main/deployment has the process_mode oldest_first, and should be newest_ready_first',
    after: ({ resourceGroups }) => resourceGroups.all[0]?.process_mode,
    is: 'newest_ready_first',
  },
];

describe('somebody set it otherwise, and it is told and made right:', () => {
  it.each(OTHERWISE)('$when', async ({ set, says, after = () => undefined, is }) => {
    const { run, administration } = await project(FEW);
    await run('apply');
    set(administration);
    expect((await run('plan')).text.split('\n')).toContain(`  ${says}`);
    expect(await run('apply')).toMatchObject({ code: 0 });
    expect(after(administration)).toEqual(is);
  });
});

it('all of that at once is made right at once, and running again changes nothing', async () => {
  const { run, gitlab, administration } = await project(FEW);
  await run('apply');
  const end = settingsOf(gitlab);
  for (const { set } of OTHERWISE) set(administration);
  expect(settingsOf(gitlab)).not.toEqual(end);
  expect(await run('apply')).toMatchObject({ code: 0 });
  for (const { after = () => undefined, is } of OTHERWISE) expect(after(administration)).toEqual(is);
  const right = settingsOf(gitlab);
  gitlab.cutAfter(1);
  expect(await run('apply')).toMatchObject({ code: 0 });
  expect(settingsOf(gitlab)).toEqual(right);
});

describe('only a person can make it right, so that apply and check end with 1:', () => {
  it.each<{ when: string; set: (all: Administration) => void; says: string }>([
    {
      when: 'a rule of another name covers the branch',
      set: ({ refs }) => void refs.protect('m*', { push: 30 }),
      says: 'm* has Allowed to push and merge: Developers + Maintainers, and should be Allowed to push and merge: No one\n  Next: this rule covers main',
    },
    {
      when: 'the path of the project has other capitals, so that AWS would know none of its tokens',
      set: (all) => void Object.assign(all, { path: 'WOG/mlops/resale-price' }),
      says: 'wog/mlops/resale-price is WOG/mlops/resale-price in GitLab: no role would trust its jobs, because AWS tells upper and lower case apart\n  Next: write "project: WOG/mlops/resale-price" into setup.yml',
    },
    {
      when: 'the rule is of the group',
      set: ({ refs }) => {
        refs.protectedBranches.splice(0, 9, { ...refs.protect('main', { push: 40 }), inherited: true });
      },
      says: "Next: the rule is of the project's group: ask an owner of the group",
    },
    {
      when: 'the group has fewer people than must approve',
      set: ({ settings }) => {
        const blocked = { username: 'nurul.aisyah', state: 'blocked' };
        settings.groups.splice(0, 1, { ...APPROVERS, people: [blocked] });
      },
      says: 'wog/mlops/approvers has 0 active members, and should be 1 at least: so many must approve in main/approval\n  Next: add people',
    },
    {
      when: 'the value of a variable is hidden',
      set: ({ variables }) => void Object.assign(variables.named('AWS_REGION', '*'), { value: null, hidden: true }),
      says: 'AWS_REGION (All environments) has a value that is hidden, and should be ap-southeast-1\n  Next: nobody can read it',
    },
    {
      when: 'the approvers are invited as guests',
      set: ({ settings }) => void Object.assign(settings.shared[0] ?? {}, { group_access_level: 10 }),
      says: 'wog/mlops/approvers is invited with a role that does not see jobs, and should be a Reporter\n  Next: ',
    },
  ])('$when', async ({ set, says }) => {
    const { run, administration } = await project(FEW);
    await run('apply');
    set(administration);
    for (const action of ['apply', 'check']) {
      const { code, text } = await run(action);
      expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining(says) });
    }
  });
});

it('a project of another ID than setup.yml has: no role could make what a comparison needs', async () => {
  const { run } = await project(`project_id: 43\n${FEW}`);
  const { code, text } = await run('apply');
  expect(code).toBe(1);
  expect(text).toContain('Project ID is 42 in GitLab, and setup.yml has 43: no role could make');
  expect(text).toContain('Next: write "project_id: 42" into setup.yml, and deploy the stacks again.');
  expect(await (await project(`project_id: 42\n${FEW}`)).run('apply')).toMatchObject({ code: 0 });
});

it('a project in the group of its approvers: GitLab would not invite it, so that nothing is tried', async () => {
  const { run, administration } = await project(FEW.replace('wog/mlops/approvers', 'wog/mlops'));
  administration.settings.groups.push({ ...APPROVERS, full_path: 'wog/mlops' });
  const { code, text } = await run('apply');
  expect({ code, text }).toMatchObject({
    code: 1,
    text: expect.stringContaining('wog/mlops is a group that the project lies in'),
  });
  expect(text).not.toContain('REFUSED');
  expect(administration.protectedEnvironments.all).toEqual([]);
});

it('an environment that is protected itself is worth a look, and no mistake', async () => {
  const { run, administration } = await project(FEW);
  await run('apply');
  administration.protectedEnvironments.add('main', 42);
  const { code, text } = await run('check');
  expect({ code, text }).toMatchObject({
    code: 0,
    text: expect.stringContaining('Look at this: main is protected itself'),
  });
});

it('tags, accounts and models of their own: each environment has its own scopes, and protected tags', async () => {
  const { run, administration } = await project(`environments:
  dev: { account: "111122223333", region: ap-southeast-1, branch: trunk }
  prod: { account: "444455556666", region: ap-southeast-1, tag: "v*", approvers: wog/mlops/approvers }
models:
  resale: { group: ResaleModels }
  churn: { group: ChurnModels }
`);
  expect(await run('apply')).toMatchObject({ code: 0 });
  const { refs, variables, protectedEnvironments } = administration;
  expect(refs.protectedTags).toMatchObject([{ name: 'v*', create_access_levels: [{ access_level: 40 }] }]);
  expect([...refs.branches]).toEqual(['main', 'trunk']);
  expect(variables.named('AWS_ACCOUNT_ID', 'prod/churn/approval').value).toBe('444455556666');
  expect(variables.named('AWS_ROLE_ARN', 'prod/churn/approval').value).toBe(
    'arn:aws:iam::444455556666:role/churn-prod-approval',
  );
  expect(protectedEnvironments.all.map(({ name }) => name)).toEqual(['prod/resale/approval', 'prod/churn/approval']);
});

it.each([
  [
    'one',
    (text: string) =>
      expect(text).toContain(`AWS_ROLE_ARN (main/approval) is missing, and should be ${arn('resale-price-main')}\n`),
  ],
  ['duty', (text: string) => expect(text).not.toContain('AWS_ROLE_ARN')],
] as const)('roles: %s is what the variables name', async (roles, holds) => {
  const { run } = await project(`${ENVIRONMENTS}${MODELS}roles: ${roles}\n`);
  holds((await run('plan')).text);
});

it('two people who apply at once come to the same end as one, from nothing and from what others set', async () => {
  const inOrder = ({ administration }: Awaited<ReturnType<typeof project>>) => {
    administration.variables.all.sort((a, b) => (a.key + a.environment_scope < b.key + b.environment_scope ? -1 : 1));
    return settingsOf({ administration });
  };
  const whole = await project();
  await whole.run('apply');
  const shared = await project();
  const both = () => Promise.all([shared.run('apply'), shared.run('apply')]);
  await both();
  expect(inOrder(shared)).toEqual(inOrder(whole));
  const rules = shared.administration.protectedEnvironments.all.map((each) => each.approval_rules);
  for (const rule of rules.flat()) Object.assign(rule, { required_approvals: 0 });
  rules.at(-1)?.splice(0);
  await both();
  for (const { set } of OTHERWISE) set(shared.administration);
  await both();
  expect(await shared.run('apply')).toMatchObject({ code: 0 });
  expect(shared.administration.protectedEnvironments.all.map((each) => each.approval_rules.length)).toEqual([0, 1]);
});

it('a kill after any change leaves what the next run brings to the same end', async () => {
  const whole = await project(FEW);
  await whole.run('apply');
  const end = settingsOf(whole.gitlab);
  let kept = 0;
  for (let code = 1; code !== 0; ) {
    kept += 1;
    const killed = await project(FEW);
    killed.gitlab.cutAfter(kept);
    ({ code } = await killed.run('apply'));
    killed.gitlab.cutAfter(Number.POSITIVE_INFINITY);
    expect(await killed.run('apply')).toMatchObject({ code: 0 });
    expect(settingsOf(killed.gitlab)).toEqual(end);
  }
  expect(kept).toBeGreaterThan(20);
});
