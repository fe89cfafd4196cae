import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  CreateModelPackageGroupCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
  SageMakerClient,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { compilePipeline } from '../compiler/compile.ts';
import { isMapping, type Mapping, writeYaml } from '../compiler/document.ts';
import { jobsOf, lintPipeline } from '../compiler/lint.ts';
import { schemaErrors } from '../compiler/schema.ts';
import { readRepository, templateNames } from '../compiler/templates.ts';
import { dutiesOf } from '../setup/policies/policies.ts';
import { trustPolicyOf } from '../setup/policies/trust.ts';
import { setupFile } from '../setup/setup-file.ts';
import { endpointDescription } from '../src/endpoints/description/consistent.ts';
import { readEndpointFile } from '../src/endpoints/description/endpoint-file.ts';
import { parseInputs } from '../src/gitlab/inputs.ts';
import { EXIT_CODES, FAILURE_CODES } from '../src/ground/failure-codes.ts';
import { readPolicyFile } from '../src/policy/policy-file.ts';
import { policySections } from '../src/policy/sections.ts';
import type { Component } from '../src/program/component.ts';
import { sharedInputs } from '../src/program/shared-inputs.ts';
import { readQualityFile } from '../src/quality/quality-file.ts';
import { qualityPlan } from '../src/quality/quality-plan.ts';
import { catalog } from './catalog/catalog-file.ts';
import { receivedBy, stages } from './catalog/compiled.ts';
import { endpointFileSchema } from './catalog/endpoint-file-page.ts';
import { anchorOf } from './catalog/markdown.ts';
import { resalePrice } from './catalog/policies.ts';
import { programs, programsOfRoles } from './catalog/programs.ts';
import { readTemplate, templates } from './catalog/template.ts';
import { emulated } from './components/job.ts';
import { COMMANDS } from './docs/commands.ts';
import { FOREIGN_VARIABLES, FOREIGN_WORDS, READERS_FILES } from './docs/names.ts';
import { type Block, commandsIn, leadsSomewhere, linksOf, readPage, readPages } from './docs/pages.ts';
import { awsOptions, type GitLabCall, gitlabCall, invocationsIn } from './docs/stand-ins.ts';

const pages = readPages();
const setup = readPage('docs/setup-by-hand.md');
const migrate = readPage('docs/migrate.md');
const HANDBOOK = ['deploy_pipeline', 'check_model', 'approve_model', 'deploy_model', 'validate_endpoint'];
const root = new URL('../', import.meta.url);

/** How long a page is to its reader, who scrolls. */
const linesOf = (path: string) => readRepository(path)?.split('\n').length ?? 0;

/** What GitLab makes of a snippet. Only the catalog's own project is published: anywhere else, a component has no version. */
function compiled(text: string): Mapping {
  const config = parse(text, { customTags: [] });
  const whole = 'stages' in config || /\/promote@/.test(text) ? text : `${writeYaml({ stages })}${text}`;
  return compilePipeline({
    text: whole,
    resolve: (address) => ({
      read: readRepository,
      sha: '3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8',
      reference: address.slice(address.indexOf('@') + 1),
      ...(address.includes(`/${catalog.project}/`) && { version: '1.4.2' }),
    }),
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: 'sgts.gitlab-dedicated.com' },
  }).config;
}

/** Parts of one configuration, which a page shows one after the other. */
function together(parts: readonly string[]): string {
  const configs = parts.map((part): Mapping => parse(part));
  const include = configs.flatMap((config) => config.include ?? []);
  return writeYaml({ ...Object.assign({}, ...configs), ...(include.length > 0 && { include }) });
}

/** Their YAML is an endpoint file, and no configuration of GitLab, unless it includes something. */
const ENDPOINT_FILES = ['docs/endpoint-file.md', 'docs/safe-deployment.md'];
const isEndpointFile = (path: string, text: string) => ENDPOINT_FILES.includes(path) && !/^include:/m.test(text);
/** Their YAML is a policy, likewise. */
const POLICIES = ['docs/who-may-approve.md', 'docs/notifications.md'];
const isPolicy = (path: string, text: string) => POLICIES.includes(path) && !/^include:/m.test(text);
const isQualityFile = (text: string) => text.startsWith('data:\n');
/** What a page shows that is a file of the project, and no configuration of GitLab. */
const isOwnFile = (path: string, text: string) =>
  isEndpointFile(path, text) || isQualityFile(text) || isPolicy(path, text);

const isToday = ({ after }: Block) => after === 'Today:';
const snippets = pages.flatMap(({ path, blocks }) =>
  blocks
    .filter((block) => block.language === 'yaml' && !isToday(block) && !isOwnFile(path, block.text))
    .map(({ text }, index) => [`${path}, ${index + 1}`, text] as const),
);
const yamlOf = (blocks: readonly Block[]) => blocks.filter(({ language }) => language === 'yaml');
const today = together(
  yamlOf(migrate.blocks)
    .filter(isToday)
    .map(({ text }) => text),
);
const instead = together(
  yamlOf(migrate.blocks)
    .filter(({ after }) => after.startsWith('Instead'))
    .map(({ text }) => text),
);

const wholes = [
  ['docs/migrate.md, what teams have today', today],
  ['docs/migrate.md, what replaces it', instead],
] as const;

describe('the quality files that the pages show', () => {
  const files = pages.flatMap(({ path, blocks }) =>
    yamlOf(blocks).flatMap(({ text }) => (isQualityFile(text) ? [[path, text] as const] : [])),
  );

  it.each([...files, ['the example', readRepository('examples/resale-price/quality.yml') ?? ''] as const])(
    'are right: %s',
    async (name, text) => {
      await expect(readQualityFile(name, text)).resolves.toBeDefined();
    },
  );
});

describe('the policies that the pages show', () => {
  const files = pages.flatMap(({ path, blocks }) =>
    yamlOf(blocks).flatMap(({ text }) => (isPolicy(path, text) ? [[path, text] as const] : [])),
  );

  it.each([...files, ['the example', readRepository('examples/resale-price/policy.yml') ?? ''] as const])(
    'are right: %s',
    async (name, text) => {
      await expect(readPolicyFile(name, text)).resolves.toBeDefined();
    },
  );
});

describe('the endpoint files that the pages show', () => {
  const files = pages.flatMap(({ path, blocks }) =>
    yamlOf(blocks).flatMap(({ text }, index) =>
      isEndpointFile(path, text) ? [[`${path}, ${index + 1}`, text] as const] : [],
    ),
  );

  it.each([...files, ['the example', readRepository('examples/resale-price/endpoint.yml') ?? ''] as const])(
    'are right: %s',
    async (name, text) => {
      await expect(readEndpointFile(name, text)).resolves.toBeDefined();
    },
  );
});

describe.each([...snippets, ...wholes])('the YAML in %s', (_, text) => {
  const config = () => compiled(text);

  it('is accepted by GitLab', () => {
    expect(schemaErrors(config())).toEqual([]);
    expect(lintPipeline(config())).toEqual([]);
  });

  it('names a whole image in every job', () => {
    for (const [, { image }] of jobsOf(config()))
      expect(isMapping(image) ? image.name : image).toMatch(/:[\w.-]+\S*[^:]$/);
  });

  it('gives the components what they take', () => {
    for (const [, job] of jobsOf(config())) {
      const program: Component | undefined = programs.find(({ name }) => String(job.script).startsWith(`${name} `));
      // promote has it in no pipeline, unless plan_on_merge_request is true.
      if (!program || JSON.stringify(job.rules).includes('\\"false\\" == \\"true\\"')) continue;
      const { env, words } = receivedBy(job);
      const { name: component, safetyInputs, jobInputs = [] } = program;
      const source = { component, env, args: words.slice(1), safetyInputs, jobInputs };
      expect(() => parseInputs(source, sharedInputs, program.inputs)).not.toThrow();
    }
  });
});

describe('docs/migrate.md', () => {
  it('shows every job of the hand-written pipeline, and a component for each', () => {
    expect([...jobsOf(compiled(today)).keys()]).toEqual(HANDBOOK);
    const stages = [...jobsOf(compiled(instead)).values()].map(({ stage }) => String(stage));
    expect(new Set(stages)).toEqual(new Set(['.pre', ...HANDBOOK]));
  });

  it('names nothing that the endpoint file cannot say, and can', () => {
    const list = (readRepository('docs/migrate.md') ?? '')
      .split('The file cannot say, for example:\n\n')[1]
      ?.split('\n\n')[0];
    expect(list).toContain('explainer');
    const words = Object.keys(endpointFileSchema().properties ?? {}).map((key) =>
      key.replace(/(_inference)?_config$/, ''),
    );
    expect(words.filter((word) => list?.includes(word.replaceAll('_', ' ')) && word !== 'variant_name')).toEqual([]);
  });

  it('is tried for each way to the first validation', () => {
    expect(existsSync(new URL('test/promotion/migration.test.ts', root))).toBe(true);
  });
});

describe('the JSON of the pages', () => {
  it("tells cosign as little of the internet as the release's own check does", () => {
    const [roots] = readPage('docs/mirror.md').blocks.filter(({ language }) => language === 'json');
    expect(readRepository('scripts/release/verify.sh')).toContain(JSON.stringify(JSON.parse(roots?.text ?? '')));
  });

  it('is JSON', () => {
    for (const { blocks } of pages)
      for (const { language, text } of blocks) if (language === 'json') expect(() => JSON.parse(text)).not.toThrow();
  });

  it('has the trust policy that the tests evaluate', () => {
    const [policy] = setup.blocks.filter(({ language }) => language === 'json');
    expect(JSON.parse(policy?.text ?? '')).toEqual(trustPolicyOf(resalePrice, 'dev'));
  });
});

/** The shell blocks of a page that only call what has a stand-in, as one script; and the commands of all others. */
function shellOf(blocks: readonly Block[]) {
  const all = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
  const safe = (text: string) => commandsIn(text).every((line) => /^(aws|curl|export|for|done)\b/.test(line));
  return { script: all.filter(safe).join('\n'), others: all.filter((text) => !safe(text)).flatMap(commandsIn) };
}

const others = pages
  .filter(({ path }) => path !== 'docs/release.md')
  .flatMap(({ path, blocks, code }) => {
    const inline = code.filter((text) => /^(npm|git|docker|cosign|crane) /.test(text));
    return [...shellOf(blocks).others, ...inline].map((command) => [command, path] as const);
  });

describe('the commands of the pages', () => {
  it.each(others)('%s (%s) is run by a test, or says why not', (command) => {
    const [, answer] = COMMANDS.find(([pattern]) => pattern.test(command)) ?? [];
    expect(answer).toBeDefined();
    if (answer && 'by' in answer) expect(existsSync(new URL(answer.by, root))).toBe(true);
  });

  it('leave no answer without a question', () => {
    const idle = COMMANDS.filter(([pattern]) => !others.some(([command]) => pattern.test(command)));
    expect(idle).toEqual([]);
  });

  it('name scripts of package.json', () => {
    const { scripts } = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(readRepository('package.json') ?? ''));
    const named = pages.flatMap(({ code, blocks }) =>
      [...code, ...blocks.map(({ text }) => text)].flatMap((text) => [...text.matchAll(/\bnpm run ([\w:]+)/g)]),
    );
    expect(named.map(([, name = '']) => name).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('check signatures as the release does', () => {
    const verify = readRepository('scripts/release/verify.sh') ?? '';
    const shown = others.map(([command]) => command).filter((command) => command.startsWith('cosign verify '));
    expect(shown.length).toBeGreaterThan(0);
    for (const flag of shown.flatMap((command) => command.match(/--[\w-]+/g) ?? [])) expect(verify).toContain(flag);
  });
});

const PROJECT = 'https://sgts.gitlab-dedicated.com/api/v4/projects/wog%2Fmlops%2Fresale-price';

/** docs/setup-by-hand.md, step by step, as somebody would type it. */
function followSetup() {
  const invocations = invocationsIn(shellOf(setup.blocks).script);
  const gitlab = invocations.flatMap(([program, ...words]) => (program === 'curl' ? [gitlabCall(words, PROJECT)] : []));
  const aws = invocations.flatMap(([program, service, operation, ...words]) =>
    program === 'aws' ? [{ call: `${service} ${operation}`, options: awsOptions(words) }] : [],
  );
  return { gitlab, aws };
}

const text = (given: GitLabCall['given'], name: string) => String(given[name]);

describe('what docs/setup-by-hand.md sets', () => {
  const { gitlab, aws } = followSetup();
  const givenTo = (call: string) => gitlab.filter((each) => each.call === call).map(({ given }) => given);
  const callsOf = (call: string) => aws.filter((each) => each.call === call).map(({ options }) => options);
  const duties = dutiesOf(resalePrice, programsOfRoles);
  const environments = resalePrice.environments.flatMap((environment) => [
    environment,
    `${environment}/approval`,
    `${environment}/comparison`,
  ]);

  /** The managed policies that a role gets, by the names of their files. */
  const attached = (): Record<string, string>[] =>
    callsOf('iam attach-role-policy').map(({ 'policy-arn': arn = '', ...role }) => {
      const made = callsOf('iam create-policy').find(({ 'policy-name': name }) => arn.endsWith(`:policy/${name}`));
      const document = made?.['policy-document'] ?? '';
      return { ...role, 'policy-name': document.replace(/^file:\/\/|\.json$/g, ''), 'policy-document': document };
    });

  it('are roles with the policies that the promotion runs with in the tests', () => {
    const puts = [...callsOf('iam put-role-policy'), ...attached()];
    const made = callsOf('iam create-role').map((options) => ({
      role: options['role-name'],
      trust: options['assume-role-policy-document'],
      policies: new Set(
        puts.filter((put) => put['role-name'] === options['role-name']).map((put) => put['policy-name']),
      ),
    }));
    const plans = duties.filter(({ gitlabEnvironment }) => gitlabEnvironment === undefined);
    const ofPlans = plans.map(({ name }) => ({
      role: `resale-price-${name}`,
      trust: `file://trust-${name}.json`,
      policies: new Set([name]),
    }));
    const wanted = environments.map((environment) => ({
      role: `resale-price-${environment.replace('/', '-')}`,
      trust: `file://trust-${environment.replace(/\/(approval|comparison)$/, '')}.json`,
      policies: new Set(duties.filter((duty) => duty.gitlabEnvironment === environment).map(({ name }) => name)),
    }));
    expect(
      made,
      'docs/setup-by-hand.md, section 2, must attach the policy of every duty to the role of its environment',
    ).toEqual([...wanted, ...ofPlans]);
    for (const put of puts) expect(put['policy-document']).toBe(`file://${put['policy-name']}.json`);
  });

  it('denies the steps of the training what only the components write', () => {
    const role = resalePrice.pipelineRole.replace(/^.*\//, '');
    const attached = callsOf('iam put-role-policy').filter((put) => put['role-name'] === role);
    expect(
      attached.map((put) => put['policy-name']),
      'docs/setup-by-hand.md, section 2, must attach the Deny of docs/permissions.md to the role of the SageMaker Pipeline',
    ).toEqual(['deny-registry-entries']);
  });

  it('is the provider of the audience that the templates ask for', () => {
    const audience = readTemplate('promote').inputs.find(({ name }) => name === 'oidc_audience')?.default;
    expect(callsOf('iam create-open-id-connect-provider')).toEqual([{ url: audience, 'client-id-list': audience }]);
  });

  it.each(environments)('are variables that a job in %s sees, with the role that is its own', (environment) => {
    const visible = (key: string) =>
      givenTo('POST /variables')
        .filter((given) => given.key === key && covers(text(given, 'environment_scope'), environment))
        .sort((a, b) => text(b, 'environment_scope').length - text(a, 'environment_scope').length)[0]?.value;
    expect(visible('AWS_REGION')).toBe(resalePrice.region);
    expect(visible('AWS_ACCOUNT_ID')).toBe(resalePrice.account);
    expect(visible('AWS_ROLE_ARN')).toBe(
      `arn:aws:iam::${resalePrice.account}:role/resale-price-${environment.replace('/', '-')}`,
    );
  });

  it('are environments with their tiers, and the approvals after the first protected, but never the environments', () => {
    expect(new Set(givenTo('POST /environments').map(({ name }) => name))).toEqual(new Set(environments));
    expect(givenTo('POST /protected_environments').map(({ name }) => name)).toEqual(['uat/approval', 'main/approval']);
    expect(givenTo('POST /protected_branches').map(({ name }) => name)).toEqual(resalePrice.environments);
  });

  it('is who may set variables', () => {
    expect(givenTo('PUT ')).toContainEqual({ ci_pipeline_variables_minimum_override_role: 'no_one_allowed' });
  });

  it('is the process mode of resource groups that GitLab creates later, before the first pipeline creates one', () => {
    expect(givenTo('PUT ')[0]).toEqual({ resource_group_default_process_mode: 'newest_ready_first' });
  });

  it("is the process mode of every deploy-model's resource group", () => {
    const job = compiled(yamlOf(readPage('README.md').blocks)[0]?.text ?? '')['deploy-model'];
    const template = isMapping(job) ? String(job.resource_group) : '';
    const groups = resalePrice.environments.map((environment) => template.replaceAll('$CI_COMMIT_BRANCH', environment));
    expect(gitlab.filter(({ call }) => call === 'PUT /resource_groups/:key').map(({ about }) => about)).toEqual(groups);
  });
});

/** How GitLab matches a variable's scope. */
function covers(scope: string, environment: string): boolean {
  return scope.endsWith('*') ? environment.startsWith(scope.slice(0, -1)) : scope === environment;
}

describe('the calls of SageMaker in the pages', () => {
  it('are accepted by SageMaker', async () => {
    const emulator = await emulated();
    const version = emulator.register({ group: 'ChurnModels' });
    for (const environment of resalePrice.environments)
      for (const name of ['before', 'now'])
        emulator.deployed({
          endpoint: `resale-price-${environment}`,
          package: version,
          name: `${name}-${environment}`,
        });
    const sagemaker = new SageMakerClient({});
    const performed: Readonly<Record<string, (options: Record<string, string>) => Promise<unknown>>> = {
      'create-model-package-group': ({ 'model-package-group-name': ModelPackageGroupName }) =>
        sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName })),
      'list-endpoints': ({ 'name-contains': NameContains }) =>
        sagemaker.send(new ListEndpointsCommand({ NameContains })),
      'delete-endpoint': ({ 'endpoint-name': EndpointName }) =>
        sagemaker.send(new DeleteEndpointCommand({ EndpointName })),
      'describe-endpoint': ({ 'endpoint-name': EndpointName }) =>
        sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
      'update-endpoint': ({ 'endpoint-name': EndpointName, 'endpoint-config-name': EndpointConfigName }) =>
        sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName })),
    };
    const env = { PREVIOUS_ENDPOINT_CONFIG_NAME: 'before-dev' };
    const calls = pages
      .flatMap(({ blocks }) => invocationsIn(shellOf(blocks).script, env))
      .filter(([program, service]) => program === 'aws' && service === 'sagemaker');
    expect(calls.length).toBeGreaterThan(4);
    for (const [, , operation = '', ...words] of calls) await performed[operation]?.(awsOptions(words));
    const names = calls.map(([, , operation]) => operation);
    expect(names.filter((name) => performed[name ?? ''] === undefined)).toEqual([]);
    expect(emulator.calls.filter(({ answer }) => answer !== 'ok')).toEqual([]);
    expect(emulator.endpoint('resale-price-dev')?.pending?.config.name).toBe('before-dev');
  });
});

describe('the links of the pages', () => {
  const links = pages.flatMap((page) => linksOf(page).map((address) => [page.path, address] as const));

  it.each(links)('in %s: %s leads somewhere', (path, address) => {
    expect(leadsSomewhere(path, address)).toBe(true);
  });

  it('lead to each part of a long page, from the page itself', () => {
    const long = pages.filter(({ path }) => path.startsWith('docs/') && linesOf(path) > 180);
    expect(long.length).toBeGreaterThan(4);
    for (const page of long)
      for (const [, heading = ''] of page.prose.matchAll(/^## (.*)$/gm))
        expect(linksOf(page), page.path).toContain(`#${anchorOf(heading)}`);
  });

  it('reach every page from the README', () => {
    const reached = new Set(['README.md']);
    for (const from of reached)
      for (const [path, address] of links) {
        if (path !== from) continue;
        const target = new URL(address.replace(/#.*/, ''), new URL(path, 'file:///')).pathname.slice(1);
        if (target.endsWith('.md')) reached.add(target);
      }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('the names in the pages', () => {
  const inputs = new Set(templates.flatMap((template) => template.inputs.map(({ name }) => name)));
  const outputs = new Set(programs.flatMap((program: Component) => Object.keys(program.outputs)));
  const files = templateNames.map((name) => `templates/${name}.yml`);
  const sources = [...files, '.gitlab-ci.yml', '.gitlab/tools.yml', 'scripts/release/common.sh'];
  const words = pages.flatMap(({ path, code }) =>
    code.flatMap((text) => (/^[^\s=:]+$/.test(text) ? [[path, text] as const] : [])),
  );
  const unknown = (pattern: RegExp, known: (name: string) => boolean) =>
    words.filter(([, name]) => pattern.test(name) && !known(name)).map(([path, name]) => `${path}: ${name}`);

  it('of inputs are inputs, or stand in an endpoint file, a quality file, a policy or setup.yml', () => {
    const schema = JSON.stringify(
      [endpointDescription, qualityPlan, policySections, setupFile].map((each) =>
        z.toJSONSchema(each, { io: 'input', unrepresentable: 'any' }),
      ),
    );
    const isKnown = (name: string) => inputs.has(name) || FOREIGN_WORDS.includes(name) || schema.includes(`"${name}"`);
    expect(unknown(/^[a-z]+(_[a-z0-9]+)+$/, isKnown)).toEqual([]);
  });

  it('of variables are variables that a job has, or AWS, GitLab or Node reads', () => {
    const ours = (name: string) =>
      outputs.has(name) ||
      (name.startsWith('INPUT_') && inputs.has(name.slice('INPUT_'.length).toLowerCase())) ||
      [...sources, 'examples/resale-price/policy.yml'].some((source) => readRepository(source)?.includes(name));
    const foreign = (name: string) => FOREIGN_VARIABLES.some((pattern) => pattern.test(name));
    expect(unknown(/^[A-Z]+(_[A-Z]+)+$/, (name) => ours(name) || foreign(name))).toEqual([]);
  });

  it('of components are components', () => {
    const pattern = /^[a-z]+-(model|pipeline|endpoint)$/;
    expect(unknown(pattern, (name) => templateNames.includes(name))).toEqual([]);
  });

  it('of files are files of the repository or the example, or what a job leaves', () => {
    const exists = (name: string) =>
      [name, `examples/resale-price/${name}`].some((path) =>
        templateNames.some((component) => existsSync(new URL(path.replaceAll('<name>', component), root))),
      );
    const pattern = /^[\w.<>/-]+\.(ts|mjs|sh|yml|json|md|toml|xml|env|pub)$/;
    expect(unknown(pattern, (name) => exists(name) || isReport(name) || name in READERS_FILES)).toEqual([]);
  });

  it('of functions are functions of the files that they are said to be in', () => {
    const said = pages.flatMap(({ prose }) => [...prose.matchAll(/`(\w+)\(\)` in `(src\/[\w/.-]+)`/g)]);
    expect(said.length).toBeGreaterThan(1);
    for (const [, name, path = ''] of said)
      expect(readFileSync(new URL(path, root), 'utf8')).toMatch(new RegExp(`function ${name}\\(`));
  });

  it('of messages are codes of messages', () => {
    const codes = pages.flatMap(({ path, prose }) =>
      [...prose.matchAll(/\bSMC-\d{4}\b/g)].map(([code]) => [path, code]),
    );
    expect(codes.length).toBeGreaterThan(Object.keys(FAILURE_CODES).length);
    expect(codes.filter(([, code = '']) => !(code in FAILURE_CODES))).toEqual([]);
  });

  it('of exit codes are exit codes', () => {
    const known = [0, ...Object.values(EXIT_CODES)];
    const codes = pages.flatMap(({ path, prose }) =>
      [...prose.matchAll(/\b(?:exit codes?|ends? with|ending with) `?(\d+)\b/gi)].map(([, code]) => `${path}: ${code}`),
    );
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !known.includes(Number(code.split(': ')[1])))).toEqual([]);
  });
});

const programTexts = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(new URL(`src/${path}`, root), 'utf8'))
  .join('\n');

/** A file that a program names, and leaves in its job's folder. */
function isReport(name: string): boolean {
  return programTexts.includes(`'${name}'`);
}
