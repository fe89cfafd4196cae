import { describe, expect, it } from 'vitest';
import { SetupMistakes, setupIn } from '../../setup/setup-plan.ts';

const WHOLE = `
gitlab: https://sgts.gitlab-dedicated.com
project: wog/mlops/resale-price
environments:
  dev: { account: "111122223333", region: ap-southeast-1 }
  uat: { account: "111122223333", region: ap-southeast-1, approvers: wog/mlops/approvers }
  main: { account: "444455556666", region: ap-southeast-1, approvers: wog/mlops/approvers, approvals: 2 }
models:
  resale-price: { group: ResalePriceModelGroup }
`;

async function mistakesIn(text: string): Promise<readonly string[]> {
  try {
    await setupIn('setup.yml', text);
    return [];
  } catch (error) {
    if (error instanceof SetupMistakes) return error.mistakes;
    throw error;
  }
}

it('a file that is no setup.yml at all is refused in few lines', async () => {
  const mistakes = await mistakesIn(Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join('\n'));
  expect(mistakes.length).toBeLessThan(60);
  expect(mistakes.at(-1)).toMatch(/^it has \d+ more mistakes after these$/);
});

describe('setup.yml', () => {
  it('needs few keys: the others have usual values', async () => {
    const { environments, models, ...plan } = await setupIn('setup.yml', WHOLE);
    expect(plan).toMatchObject({ roles: 'two', oidc_provider: 'create', registryAccount: '111122223333' });
    expect(environments.map(({ ref, tier, approvals }) => [ref.name, tier, approvals])).toEqual([
      ['dev', 'development', 0],
      ['uat', 'staging', 0],
      ['main', 'production', 2],
    ]);
    expect(models).toMatchObject([
      { pipeline: 'resale-price', endpoint: 'resale-price', execution_role: 'resale-price-execution', suffix: '' },
    ]);
  });

  it('lets the path of a role be as long as IAM takes', async () => {
    const path = `${'team/'.repeat(101)}teams/`;
    const { models } = await setupIn('setup.yml', WHOLE.replace('group:', `execution_role: ${path}x, group:`));
    expect(models[0]?.execution_role).toHaveLength(512);
  });

  it('lets branches serve an environment that begin alike: release/*', async () => {
    const { environments } = await setupIn('setup.yml', WHOLE.replace('approvals: 2', 'branch: "release/*"'));
    expect(environments.at(-1)?.ref).toEqual({ type: 'branch', name: 'release/*' });
  });

  it.each([
    [
      'an account that YAML reads as a number',
      ['"444455556666"', '044455556666'],
      /line 7, column \d+: environments\.main\.account must be an account ID: 12 digits, between quotes/,
    ],
    [
      'a key that is not known',
      ['approvals: 2', 'aprovals: 2'],
      /line 7, column \d+: environments\.main\.aprovals is not known: did you mean approvals\?/,
    ],
    [
      'a later environment without approvers',
      [', approvers: wog/mlops/approvers }', ' }'],
      /line 6, column 3: environments\.uat must have approvers/,
    ],
    [
      'a key that is missing',
      [', region: ap-southeast-1 }', ' }'],
      /^line 5, column 3: environments\.dev\.region is missing: it must be an AWS region/,
    ],
    ['no models', [/models:.*/s, ''], /models is missing: it must be a mapping, with a section for each model/],
    [
      'a key that stands twice',
      ['project:', 'gitlab: x\nproject:'],
      /^line 3, column 1: this key stands twice in one mapping/,
    ],
    [
      'an environment of a name that no entry can have',
      ['dev:', '"d v":'],
      /environments\.d v is no name for it: it must name environments of letters/,
    ],
    [
      'a role whose path is longer than IAM takes',
      ['group:', `execution_role: ${'team/'.repeat(102)}a/x, group:`],
      /execution_role must have a path of at most 512 characters, with the slashes around it: IAM takes no longer one/,
    ],
    [
      'a role whose name is longer than IAM takes',
      ['group:', `pipeline_role: team/${'x'.repeat(65)}, group:`],
      /pipeline_role must be the name of an IAM role, of at most 64 characters/,
    ],
    ['one environment', [/ {2}uat:.*\n {2}main:.*\n/, ''], /environments must have at least two environments/],
    [
      'a tier that GitLab does not have',
      ['approvals: 2', 'tier: prod'],
      /tier must be production or staging or testing or development or other/,
    ],
    [
      'a branch and a tag',
      ['approvals: 2', 'branch: main, tag: "v*"'],
      /environments\.main\.tag must not stand beside branch/,
    ],
    [
      'a name that becomes a wildcard',
      ['approvals: 2', 'branch: "*"'],
      /branch must be a name; only its end may be \*/,
    ],
    [
      'approvers by the ID of their group, which nobody could read',
      ['approvers: wog/mlops/approvers', 'approvers: "42"'],
      /environments\.uat\.approvers must be the path of a group of GitLab, like wog\/mlops\/approvers, not its ID/,
    ],
    ['a slash after the host', ['.com\n', '.com/\n'], /gitlab must be the address of GitLab/],
    [
      'a region in which no version of the others is found',
      [/(main: .*)ap-southeast-1/, '$1eu-west-1'],
      /environments must all have one region: a model package group belongs to one/,
    ],
    [
      'roles of SageMaker that would read everything',
      ['models:', 'sagemaker_roles: create\nmodels:'],
      /models\.resale-price must have model_data where sagemaker_roles is create/,
    ],
    ['environments that AWS does not tell apart', ['uat:', 'Dev:'], /environments names dev twice: AWS ignores case/],
    ['environments of one file name', [/dev: (.*)\n {2}uat/, 'eu/dev: $1\n  eu-dev'], /would share the name eu-dev/],
    [
      'an environment whose role would be that of an approver',
      [/main:/, 'uat-approval:'],
      /share the name uat-approval/,
    ],
    [
      'an environment whose role could make the models of another',
      ['uat:', 'dev-2:'],
      /the names of models begin with resale-price-dev- for two endpoints/,
    ],
    ['every tag', ['approvals: 2', 'tag: "*"'], /tag must be a name; only its end may be \*/],
    [
      'a wildcard that is not at the end',
      ['approvals: 2', 'tag: "v*.0"'],
      /tag must be a name; only its end may be \*/,
    ],
    ['a variable of IAM', ['approvals: 2', 'branch: "$aws:username"'], /branch must be a name; only its end may be \*/],
    ['a wildcard of IAM', ['approvals: 2', 'branch: "relea?e"'], /branch must be a name; only its end may be \*/],
    ['a project by wildcard', ['wog/mlops/resale-price', 'wog/*'], /project must be the path of a project/],
    ['an endpoint in capitals', ['group:', 'endpoint: Resale, group:'], /endpoint must have lower-case letters/],
    [
      'endpoints that nobody tells apart',
      ['group:', `endpoint: ${'a'.repeat(45)}, group:`],
      /two endpoints begin with a{40}/,
    ],
    [
      'an endpoint that is too long',
      ['group:', `endpoint: ${'a'.repeat(61)}, group:`],
      /the endpoint a{61}-dev has more than 63 characters/,
    ],
    [
      'a key of KMS that is no ARN, which no policy could name',
      ['group:', 'volume_key: alias/endpoints, group:'],
      /volume_key must be the ARN of a key/,
    ],
    [
      'a branch that a pattern of an earlier environment stands for, too: its jobs would have the roles of both',
      [/dev: \{/, 'dev: { branch: "ma*",'],
      /environments\.dev is served by the branch ma\* and environments\.main by main, which may be the same branch/,
    ],
    [
      'two patterns that stand for the same tags',
      [/uat: \{(.*)\n {2}main: \{/, 'uat: { tag: "v*",$1\n  main: { tag: "v1*",'],
      /environments\.uat is served by the tag v\* and environments\.main by v1\*, which may be the same tag/,
    ],
    [
      'more environments than a version has entries for',
      [
        'models:',
        Array.from({ length: 6 }, (_, at) => `  e${at}x: { account: "111122223333", region: us-east-1 }\n`).join('') +
          'models:',
      ],
      /line 4, column 1: environments must have fewer environments: a version of SageMaker has at most 50 entries/,
    ],
    [
      'groups that ARNs do not tell apart',
      ['models:', 'models:\n  churn: { group: resalePriceModelgroup }'],
      /two models have the group resalepricemodelgroup, whatever its case/,
    ],
    [
      'a group whose path leads elsewhere',
      ['wog/mlops/approvers', 'wog/..'],
      /approvers must be the path of a group of GitLab/,
    ],
    [
      'a project whose path leads elsewhere',
      ['wog/mlops/resale-price', '../admin'],
      /project must be the path of a project/,
    ],
    ['a group that is too long', ['group: Re', `group: R${'-'.repeat(63)}e`], /group must have letters, .* at most 63/],
    [
      'a region whose ARNs are others',
      [/ap-southeast-1/g, 'cn-north-1'],
      /region must be an AWS region, .* none of China/,
    ],
    ['a host in capitals, which no token has', ['https://sgts', 'https://SGTS'], /in lower case/],
    [
      'a name that controls a terminal',
      ['models:', '"\\e[2J\\nall is well": 1\nmodels:'],
      /\d: {2}\[2J all is well is not known/,
    ],
    ['no YAML', ['models:', 'models: ['], /line \d+, column \d+: /],
  ] as const)('refuses %s, and says where', async (_, [from, to], says) => {
    const mistakes = await mistakesIn(WHOLE.replace(from, to));
    expect(mistakes.join('\n')).toMatch(says);
    for (const each of mistakes) expect(each).toMatch(/^line \d+, column \d+: /);
  });
});
