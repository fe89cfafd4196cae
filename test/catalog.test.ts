import { describe, expect, it } from 'vitest';
import { PipelineError } from '../compiler/compile.ts';
import { lintPipeline } from '../compiler/lint.ts';
import { schemaErrors } from '../compiler/schema.ts';
import type { InputSpec } from '../compiler/spec.ts';
import { readRepository } from '../compiler/templates.ts';
import { JOB_INPUT_NUMBER, JOB_INPUT_TEXT, optionFor, parseInputs, typedNumber } from '../src/gitlab/inputs.ts';
import { reportFolder } from '../src/gitlab/report.ts';
import { type Component, type GitLabJob, gitlabEnvironmentOf, isOfMergeRequests } from '../src/program/component.ts';
import * as handover from '../src/program/handover.ts';
import { sharedInputs } from '../src/program/shared-inputs.ts';
import { BUILT } from '../src/registry/entry-keys.ts';
import { catalog, compareVersions, packageVersion } from './catalog/catalog-file.ts';
import {
  compileComponent,
  compiledJobOf,
  compileProject,
  KEEPS_EXIT_CODE,
  received,
  scriptOf,
  wordsOf,
} from './catalog/compiled.ts';
import { exampleOf, INSTEAD } from './catalog/examples.ts';
import { FREE_TEXT, TAKES_AS_IT_STANDS } from './catalog/free-text.ts';
import { gitlabJobOf } from './catalog/gitlab-jobs.ts';
import { componentTable, includeOf, inputsPage } from './catalog/inputs-page.ts';
import { fill } from './catalog/markdown.ts';
import { resalePrice } from './catalog/policies.ts';
import { componentOf, findProgram, programs, programsOfRoles } from './catalog/programs.ts';
import { commonPart, LEFT_OUT, OWN_WORDS, SHARED } from './catalog/shared.ts';
import { stale, tell } from './catalog/tell.ts';
import { blockOf, composedName, inputsIn, type Job, readTemplate, templates } from './catalog/template.ts';

/** What is left out in turn of inputs of which one stands in the place of others: in a template that has it. */
const leftOut = ({ inputs }: (typeof templates)[number], one: string, others: readonly string[]) =>
  inputs.some(({ name }) => name === one) ? [[one], others] : [[one]];

const named = <Thing extends { name: string }>(things: readonly Thing[]) =>
  things.map((thing) => [thing.name, thing] as const);

/** Each program with its template. */
const pairs = programsOfRoles
  .filter(({ name }) => templates.some((template) => template.name === componentOf(name)))
  .map((program: Component) => {
    const template = readTemplate(componentOf(program.name));
    const job = template.jobs.find(({ script: [line = ''] }) => line.startsWith(`${program.name} `));
    return { program, template, job, name: program.name };
  });
/** Each job that a template defines, with how it must be. */
const jobs = templates.flatMap((template) => {
  const [job, expected] = [template.jobs[0], gitlabJobOf(template.name)];
  return job && expected ? [{ name: template.name, template, job, expected }] : [];
});

describe('catalog.yml', () => {
  const order = catalog.components.map(({ name }) => name);

  it('names no component twice', () => {
    expect(order).toEqual([...new Set(order)]);
  });

  it('names the components in the order in which they hand a model on', () => {
    const {
      trainingRecord: training,
      checkRecord: check,
      approvalRecord: approval,
      deploymentRecord: deployment,
    } = handover;
    const steps = [training, check, approval, deployment].map(({ component }) => component);
    expect(order.filter((name) => steps.includes(name))).toEqual(steps);
  });

  it('holds no version that is neither released nor the next to be', () => {
    const coming = catalog.components
      .map(({ since }) => since)
      .filter((since) => compareVersions(since, packageVersion) > 0);
    expect([...new Set(coming)].length).toBeLessThanOrEqual(1);
  });

  it('pulls and publishes the image that the templates name', () => {
    const registries = templates.flatMap(({ inputs }) => inputs.filter(({ name }) => name === 'image_registry'));
    const image = catalog.images.pull.slice(catalog.images.pull.lastIndexOf('/') + 1);
    expect(new Set(registries.map((input) => `${String(input.default)}/${image}`))).toEqual(
      new Set([catalog.images.pull]),
    );
    expect(catalog.images.publish.endsWith(`/${image}`)).toBe(true);
    for (const { template } of pairs)
      expect(template.jobs[0]?.image.name).toMatch(`${blockOf('image_registry')}/${image}:`);
  });
});

describe.each(named(templates))('the template of %s', (_, template) => {
  const { inputs, body } = template;

  it('says in a sentence what it does', () => {
    expect(template.description).toMatch(/^[A-Z].*\.$/);
    expect(template.description).not.toMatch(/[\n|]/);
  });

  it.each(named(inputs))('explains its input %s in whole sentences', (input, { description = '' }) => {
    expect(description, `templates/${template.name}.yml does not explain ${input} in whole sentences`).toMatch(
      /^[A-Z].*\.$/s,
    );
    expect(description).not.toMatch(/\n/);
  });

  it('narrows every text that is not free by its nature', () => {
    const open = inputs.filter(({ type, options, regex }) => type === 'string' && !options && !regex);
    const wide = open.map((input) => input.name).filter((input) => FREE_TEXT[input] === undefined);
    const todo = 'give it a regex or options, or say in FREE_TEXT of test/catalog/free-text.ts why it takes any text';
    tell(wide.map((input) => `templates/${template.name}.yml does not narrow ${input}: ${todo}.`));
  });

  it('anchors every pattern, because GitLab would accept a match anywhere', () => {
    for (const { regex } of inputs) if (regex !== undefined) expect(regex).toMatch(/^\^.*\$$/s);
  });

  it('adds nothing but their order, what the first is told and what stops them to the jobs that it composes', () => {
    const order = template.includes.filter(({ rules }) => rules !== undefined).map(({ local }) => composedName(local));
    for (const addition of [template, ...order.map(readTemplate)].flatMap(({ additions }) => additions))
      expect(['needs', 'dependencies', 'variables', 'environment']).toEqual(
        expect.arrayContaining(Object.keys(addition)),
      );
  });

  it('sets no keyword of the whole pipeline', () => {
    const keywords = [
      'after_script',
      'before_script',
      'cache',
      'default',
      'image',
      'services',
      'stages',
      'variables',
      'workflow',
    ];
    expect(Object.keys(body).filter((key) => keywords.includes(key))).toEqual([]);
  });
});

describe.each(named(jobs))('the job of %s', (name, { template: { inputs, component, body }, job, expected }) => {
  const [missing, own] = [LEFT_OUT[name] ?? {}, OWN_WORDS[name] ?? {}];
  const isCommon = (input: string) => missing[input] === undefined && own[input] === undefined;

  it('is one job, named by its input, with the one that stops its environment or those that come before it', () => {
    const beside = inputs.filter((input) => input.name.endsWith('_job_name') && input.name !== 'check_job_name');
    expect(Object.keys(body)).toEqual([blockOf('job_name'), ...beside.map((input) => blockOf(input.name))]);
    expect(inputs.find((input) => input.name === 'job_name')?.default).toBe(name);
  });

  it('has every shared input, word for word', () => {
    const exemplar = readTemplate('check-model').inputs;
    const common = (all: readonly InputSpec[]) =>
      all.filter((input) => SHARED.includes(input.name) && isCommon(input.name)).map(commonPart);
    expect(common(inputs)).toEqual(common(exemplar));
    const names = inputs.map((input) => input.name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(own)));
    expect(names.filter((input) => missing[input] !== undefined)).toEqual([]);
  });

  it('has the stage, branches and time that its definition gives it', () => {
    const { stage, branches, timeout } = expected;
    const defaults = Object.fromEntries(inputs.map((input) => [input.name, input.default]));
    expect(defaults).toMatchObject({ stage, rules: [{ if: RULES[branches] }], timeout });
    // A minute is kept for the uploads.
    const seconds = Number.parseInt(timeout, 10) * 3600 - 60;
    expect(Number(defaults.max_wait_time ?? 0)).toBeLessThanOrEqual(seconds);
  });

  it('has no input in a script but the one that is a script, and those out of reach of variables', () => {
    const scripts = [job.before_script, job.script, job.after_script];
    const allowed: readonly string[] = findProgram(name)?.safetyInputs ?? ['script'];
    const exposed = inputsIn(scripts).filter((input) => !allowed.includes(input));
    const todo = 'pass it in a variable, or name it in the safetyInputs of its definition';
    tell(exposed.map((input) => `templates/${name}.yml writes ${input} into a script: ${todo}.`));
  });

  it('lets its inputs shape the job, and nothing else', () => {
    expect(job).toMatchObject({
      stage: blockOf('stage'),
      tags: blockOf('runner_tags'),
      rules: blockOf('rules'),
      timeout: blockOf('timeout'),
      id_tokens: { AWS_OIDC_TOKEN: { aud: blockOf('oidc_audience') } },
      image: { entrypoint: [''] },
    });
    expect(job.artifacts).toMatchObject({ access: 'developer', expire_in: blockOf(keptBy(name)) });
  });

  it('says which version of the catalog it is', () => {
    expect(component).toEqual(['name', 'sha', 'version', 'reference']);
    expect(job.variables.SAGEMAKER_COMPONENT).toBe(
      '$[[ component.name ]] $[[ component.version ]] $[[ component.sha ]] $[[ component.reference ]]',
    );
  });

  it('passes each input in a variable of its own, as it stands', () => {
    for (const [variable, value] of inputVariables(job)) {
      const input = variable.slice('INPUT_'.length).toLowerCase();
      expect({ [variable]: value }).toEqual({
        [variable]: TAKES_AS_IT_STANDS.includes(input) ? { value: blockOf(input), expand: false } : blockOf(input),
      });
    }
  });

  it('fetches the project only where it reads a file of it, and finds no files of other pipelines otherwise', () => {
    // Files are read from the commit, by GitLab's API: but before a merge, or where an earlier job may write one.
    const isPlan = expected.environment === false;
    const reads = inputs.some(({ name: input }) => input.endsWith('_file') && (isPlan || input === 'definition_file'));
    const { GIT_STRATEGY: strategy = 'fetch' } = job.variables;
    expect(strategy).toBe(reads ? 'fetch' : 'empty');
  });

  it('serves the environment of its input', () => {
    if (expected.environment === false) return expect(job).not.toHaveProperty('environment');
    expect(job.environment).toMatchObject({
      name: gitlabEnvironmentOf({ gitlab: expected }, blockOf('environment') + blockOf('gitlab_environment_suffix')),
      action: expected.environment.action,
    });
  });

  it('waits for its turn only with jobs that change the same thing', () => {
    const { resourceGroup: input } = expected;
    const group = `sagemaker/${blockOf('environment')}/${blockOf(input || '')}/deployment`;
    expect(job.resource_group).toBe(input ? group : undefined);
  });

  it('waits for its turn also where GitLab takes a variable of an input for empty', () => {
    // GitLab makes no group, and says nothing, where the name begins or ends in a slash.
    const group = String(job.resource_group ?? 'none').replaceAll(/\$\[\[.*?\]\]/g, '');
    expect(group).not.toMatch(/^\/|\/$/);
  });

  it('says what a manual job that nobody starts means for the pipeline', () => {
    const { manual } = expected;
    expect({ when: job.when, allow_failure: job.allow_failure }).toEqual(
      manual ? { when: 'manual', allow_failure: manual === 'optional' } : {},
    );
  });
});

function onBranches(variable: string, branches: readonly string[]): string {
  return branches.map((branch) => `${variable} == "${branch}"`).join(' || ');
}

const MERGED_INTO = onBranches('$CI_MERGE_REQUEST_TARGET_BRANCH_NAME', resalePrice.environments);

/** The condition of the rules by default. */
const RULES: Readonly<Record<GitLabJob['branches'], string>> = {
  first: onBranches('$CI_COMMIT_BRANCH', resalePrice.environments.slice(0, 1)),
  every: onBranches('$CI_COMMIT_BRANCH', resalePrice.environments),
  'into every': `$CI_PIPELINE_SOURCE == "merge_request_event" && (${MERGED_INTO})`,
};

const withoutProgram = named(jobs).filter(([name]) => !findProgram(name));

it.each(withoutProgram)('the scripts of %s read every variable that they are given', (name, { job }) => {
  const scripts = [job.before_script, job.script, job.after_script].flat().join('\n');
  const idle = inputVariables(job).flatMap(([variable]) => (scripts.includes(`$${variable}`) ? [] : [variable]));
  tell(idle.map((variable) => `templates/${name}.yml passes ${variable}, which its scripts never read: remove it.`));
});

describe.each(named(pairs))('%s', (name, { program, job, template: { inputs } }) => {
  const safetyInputs: readonly string[] = program.safetyInputs;
  const jobInputs: readonly string[] = program.jobInputs ?? [];

  it('takes nothing over from the default: of a project, whose before_script would run in our image', () => {
    expect(job).toMatchObject({ inherit: { default: false } });
  });

  it('receives its safety inputs and job inputs as words of the script, which has no other block', () => {
    const words = safetyInputs.map((safetyInput) => {
      const word = `${optionFor(safetyInput)}=${blockOf(safetyInput)}`;
      return inputs.find((input) => input.name === safetyInput)?.type === 'boolean' ? word : `'${word}'`;
    });
    const typed = jobInputs.map((input) => `${optionFor(input)}='\${{ job.inputs.${input} }}'`);
    const script = [name, ...words, ...typed].join(' ') + KEEPS_EXIT_CODE;
    expect(job?.script, `the script of templates/${name}.yml must be: ${script}`).toEqual([script]);
    expect(job).not.toHaveProperty('before_script');
    expect(job).not.toHaveProperty('after_script');
  });

  it.each(safetyInputs)(
    'takes no value of the safety input %s that the shell would read as more than a word, or as another',
    (safetyInput) => {
      const right = received(name).words;
      const fallback = right.find((word) => word.startsWith(`${optionFor(safetyInput)}=`)) ?? '';
      const signs = ["'", '"', '$', '`', '\\', ';', '\n', '&', '(', '#', ' #', '\\\\', '\\0', '\\`', '\\&'];
      const values = signs.map((sign) => `${fallback.replace(/^.*?=/, '')}${sign}`);
      for (const [value, given] of wordsUnlessRefused(name, safetyInput, values)) {
        const asItStands = right.map((word) => (word === fallback ? `${optionFor(safetyInput)}=${value}` : word));
        expect([right, asItStands], JSON.stringify(value)).toContainEqual(given);
      }
    },
  );

  /** The pattern by which the program reads a job input. */
  const patternOf = (input: string) =>
    (Object.entries<unknown>(program.inputs.shape).find(([name]) => name === input)?.[1] === typedNumber
      ? JOB_INPUT_NUMBER
      : JOB_INPUT_TEXT
    ).source;

  it('lets a person type job inputs, each with the pattern that keeps it between its quotes, and no others', () => {
    const declared = jobInputs.map((input) => [
      input,
      { description: expect.stringMatching(/^[A-Z].*\.$/), regex: patternOf(input), default: '' },
    ]);
    expect(job?.inputs ?? {}).toEqual(Object.fromEntries(declared));
    expect(JSON.stringify(job).match(/\$\{\{/g) ?? []).toHaveLength(jobInputs.length);
  });

  it('asks a person in one sentence that says what it is about: a version by its pipeline and commit, or an endpoint', () => {
    if (!program.gitlab.manual) return expect(job).not.toHaveProperty('manual_confirmation');
    const asked = String(job?.manual_confirmation);
    expect(asked).toMatch(/^[A-Z][^?!]*\?$/);
    const version = ['$CI_PIPELINE_ID', '$CI_COMMIT_SHORT_SHA', '$CI_COMMIT_REF_NAME', blockOf('check_job_name')];
    const endpoint = [blockOf('endpoint_name'), blockOf('environment')];
    const shown = inputs.some((input) => input.name === 'check_job_name');
    for (const what of shown ? version : endpoint) expect(asked).toContain(what);
  });

  it('keeps its reports in a folder of its own, whatever becomes of it', () => {
    const { folder = reportFolder(name, '$CI_JOB_ID') } = program.gitlab;
    const told = `templates/${name}.yml must keep the folder ${folder}, and a dotenv report only for outputs`;
    expect(job?.artifacts, told).toEqual({
      when: 'always',
      access: 'developer',
      expire_in: blockOf(keptBy(name)),
      ...(isOfMergeRequests(program) && { expose_as: 'Deployment plan' }),
      paths: [`${folder}/`],
      reports: {
        ...(Object.keys(program.outputs).length > 0 && { dotenv: `${folder}/sagemaker.env` }),
        annotations: `${folder}/links.json`,
        junit: `${folder}/junit.xml`,
        ...(isOfMergeRequests(program) && { terraform: `${folder}/terraform.json` }),
        ...('metrics.txt' in (program.gitlab.reports ?? {}) && { metrics: `${folder}/metrics.txt` }),
      },
    });
  });

  it('is run again by GitLab only for trouble that passes, and a person’s verdict never', () => {
    expect(job?.retry).toEqual(isVerdict(program) ? undefined : { max: 2, exit_codes: [75] });
  });

  it('is never cancelled half-way where it changes AWS', () => {
    const changes = program.permissions.some(({ action }) => !/:(Describe|List|Get|Invoke)/.test(action));
    // A newer push to a merge request cancels what only reads.
    expect(job?.interruptible).toBe(changes ? false : isOfMergeRequests(program) || undefined);
  });

  it('accepts what its template gives by default', () => {
    const told = `the definition of ${name} refuses what templates/${name}.yml gives by default`;
    expect(() => read(program, received(name)), told).not.toThrow();
  });

  const options = inputs.flatMap((input) => (input.options ?? []).map((option) => [input.name, option] as const));
  it.each(options)('takes %s: %s', (input, option) => {
    expect(() => read(program, received(name, { [input]: option }))).not.toThrow();
  });
});

describe.each(named(programsOfRoles))('the definition of %s', (_, { duty, gitlab, permissions }) => {
  it('lets jobs that change one endpoint run one after the other', () => {
    // A temporary endpoint is that of one pipeline alone.
    const changes = permissions.some(
      ({ action, on }) => /:(Create|Update|Delete)Endpoint$/.test(action) && !on.startsWith('temporary '),
    );
    expect(gitlab.resourceGroup).toBe(changes ? 'endpoint_name' : false);
  });

  it('runs in the GitLab environment of all that share its duty, because a variable of that environment names their role', () => {
    const sharing = programsOfRoles.filter((program) => program.duty === duty);
    expect(new Set(sharing.map((program) => gitlabEnvironmentOf(program, 'uat'))).size).toBe(1);
  });

  it('leaves a verdict, a deletion and a check of what others need to a person', () => {
    expect(gitlab.manual !== false).toBe(
      permissions.length === 0 ||
        isVerdict({ permissions }) ||
        (gitlab.environment !== false && gitlab.environment.action === 'stop'),
    );
  });
});

it('the record of a decision never expires, unless a project says so; everything else does', () => {
  const kept = templates.flatMap(({ name, inputs }) =>
    inputs.flatMap((input) => (/^keep_/.test(input.name) ? [[name, input.name, input.default]] : [])),
  );
  expect(kept.filter(([, input, fallback]) => (input === 'keep_records') !== (fallback === 'never'))).toEqual([]);
  const [first, ...others] = templates.flatMap(({ inputs }) => inputs.filter(({ name }) => name === 'keep_records'));
  for (const other of others) expect(other).toEqual(first);
});

describe('outputs', () => {
  it('have one producer each, so that no job hides what another said', () => {
    const all = programs.flatMap((program: Component) => Object.keys(program.outputs));
    expect(all).toEqual([...new Set(all)]);
  });
});

/** Neither GitLab nor the program, where the template is one's, refuses the inputs. */
function mustBeAccepted(name: string, given: Readonly<Record<string, unknown>>): void {
  expect(() => compileComponent(name, given), name).not.toThrow();
  const program = findProgram(name);
  if (program) expect(() => read(program, received(name, given)), name).not.toThrow();
}

describe('the generated pages', () => {
  const ordered = catalog.components.flatMap(({ name }) => templates.filter((template) => template.name === name));

  it('tell every input as the templates have it', async () => {
    const entries = ordered.map((template) => ({
      template,
      program: findProgram(template.name),
    }));
    const page = inputsPage(entries, readTemplate('check-model'));
    await expect(page, stale('docs/inputs.md')).toMatchFileSnapshot('../docs/inputs.md');
  });

  it('give examples that GitLab and the programs accept', () => {
    for (const template of ordered) {
      const inputs = template.inputs.map(({ name }) => [name, exampleOf(template, name)] as const);
      const examples = inputs.filter(([, example]) => example !== undefined);
      for (const [one, others] of Object.entries(INSTEAD)) {
        for (const left of leftOut(template, one, others)) {
          const given = Object.fromEntries(
            examples.map(([name, example]) => [name, left.includes(name) ? '' : example] as const),
          );
          mustBeAccepted(template.name, given);
        }
      }
    }
  });

  it.each(named(ordered))('show an include of %s from which GitLab makes a pipeline', (name, template) => {
    const config = compileProject(name, includeOf(template));
    expect(schemaErrors(config)).toEqual([]);
    expect(lintPipeline(config)).toEqual([]);
  });

  it('give an example of every input that is required, or whose default shows nothing', () => {
    const bare = ordered.flatMap((template) =>
      template.inputs
        .filter(
          ({ name, required, default: fallback }) =>
            (required || fallback === '') && exampleOf(template, name) === undefined,
        )
        .map(
          ({ name }) => `test/catalog/examples.ts has no example of ${name} (${template.name}): add one to EXAMPLES.`,
        ),
    );
    tell(bare);
  });

  it('keep the table of components in the README as the catalog has it', async () => {
    const filled = fill(readRepository('README.md') ?? '', 'components', componentTable(ordered));
    await expect(filled, stale('README.md')).toMatchFileSnapshot('../README.md');
  });
});

describe('the reviewed lists', () => {
  const inputs = templates.flatMap((template) => template.inputs);

  it('of free texts name only inputs that are', () => {
    const open = inputs.filter(({ type, options, regex }) => type === 'string' && !options && !regex);
    expect(Object.keys(FREE_TEXT).toSorted()).toEqual([...new Set(open.map(({ name }) => name))].toSorted());
  });

  it('of texts without variables name only inputs that exist', () => {
    const names = inputs.map(({ name }) => name);
    expect(TAKES_AS_IT_STANDS.filter((name) => !names.includes(name))).toEqual([]);
  });
});

/** Whether a person's verdict on a version is written. */
function isVerdict({ permissions }: Pick<Component, 'permissions'>): boolean {
  return permissions.some(({ writes }) => writes === 'approved' || writes === 'withdrawn');
}

/** The input that says how long a job's artifacts are kept: those of a decision are kept longer. */
function keptBy(name: string): string {
  const kinds = findProgram(name)?.permissions.flatMap(({ writes }) => writes ?? []) ?? [];
  return kinds.some((kind) => kind !== BUILT) ? 'keep_records' : 'keep_artifacts';
}

/** Reads what a job received as the program would. */
function read(
  { name, safetyInputs, jobInputs = [], inputs }: Component,
  { env, words }: ReturnType<typeof received>,
): void {
  const [, ...args] = words;
  parseInputs({ component: name, env, args, safetyInputs, jobInputs }, sharedInputs, inputs);
}

/** The words of the script for each value of an input that the template does not refuse. */
function wordsUnlessRefused(name: string, input: string, values: readonly string[]): [string, readonly string[]][] {
  const taken = values.filter((value) => {
    try {
      return compiledJobOf(name, { [input]: value });
    } catch (error) {
      if (error instanceof PipelineError) return false;
      throw error;
    }
  });
  const words = wordsOf(taken.map((value) => scriptOf(compiledJobOf(name, { [input]: value }))));
  return taken.map((value, index) => [value, words[index] ?? []]);
}

function inputVariables(job: Job | undefined) {
  return Object.entries(job?.variables ?? {}).filter(([variable]) => variable.startsWith('INPUT_'));
}
