import { execFileSync } from 'node:child_process';
import { z } from 'zod';
import { compilePipeline } from '../../compiler/compile.ts';
import { type Mapping, writeYaml } from '../../compiler/document.ts';
import { withJobInputs } from '../../compiler/job-inputs.ts';
import { jobsOf } from '../../compiler/lint.ts';
import { readRepository, requiredInputs, specOf } from '../../compiler/templates.ts';
import { expandExisting } from '../../compiler/variables.ts';
import { catalog } from './catalog-file.ts';
import { componentOf, programNamed, programs } from './programs.ts';

/** The stages of a project that includes single components, in the order of promotion: a load is sent before it is judged. */
export const stages = [
  ...new Set(
    programs.flatMap(({ name, gitlab }) =>
      name === 'load-test' ? [programNamed('send-load').gitlab.stage, gitlab.stage] : [gitlab.stage],
    ),
  ),
];

/** What a project gets from one include of a component, with these inputs beside those that it must give. */
export function compileComponent(name: string, inputs: Mapping = {}): Mapping {
  const component = `$CI_SERVER_FQDN/${catalog.project}/${name}@1`;
  return compileProject(name, writeYaml({ include: [{ component, inputs: { ...requiredInputs(name), ...inputs } }] }));
}

/** What a project gets whose configuration includes one component. */
export function compileProject(name: string, include: string): Mapping {
  // Only a template without a stage to choose does with GitLab's own: the aggregate.
  const stage = specOf(name).inputs.find((input) => input.name === 'stage')?.default;
  const declared = [...new Set([...stages, String(stage)])].filter((each) => each !== '.pre');
  return compileText(stage === undefined ? include : `${writeYaml({ stages: declared })}${include}`);
}

/** What a project gets from a whole configuration, with the templates as they are now. */
export function compileText(text: string): Mapping {
  return compilePipeline({
    text,
    resolve: () => ({
      read: readRepository,
      sha: '3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8',
      version: '1.4.2',
      reference: '1',
    }),
    readLocal: () => undefined,
    variables: { CI_SERVER_FQDN: 'sgts.gitlab-dedicated.com' },
  }).config;
}

/** What a program receives from its job. */
export interface Received {
  readonly env: Readonly<Record<string, string>>;
  /** The words of the command line, the command first. */
  readonly words: readonly string[];
}

const compiledJob = z.looseObject({
  variables: z.record(z.string(), z.unknown()),
  script: z.tuple([z.string()]),
  parallel: z.union([z.int(), z.object({ matrix: z.array(z.record(z.string(), z.array(z.string()))) })]).optional(),
});

const asItStands = z.strictObject({ value: z.unknown(), expand: z.literal(false) });

/** The variables that the defaults of inputs name, in an environment. */
const project = (environment: string) => ({
  CI_COMMIT_BRANCH: environment,
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: environment,
  AWS_REGION: 'ap-southeast-1',
  AWS_ROLE_ARN: `arn:aws:iam::111122223333:role/promotion-${environment}`,
  AWS_ACCOUNT_ID: '111122223333',
});

/** What a project gives although the template has a default: the programs ask for it, unless another input says otherwise. */
export const NEEDED: Readonly<Record<string, Mapping>> = {
  'deploy-model': { instance_type: 'ml.m5.large' },
  'plan-deployment': { instance_type: 'ml.m5.large' },
  'deploy-model-stoppable': { instance_type: 'ml.m5.large' },
  promote: { instance_type: 'ml.m5.large' },
  'validate-endpoint': { payload_file: 'payload.json' },
};

/** The variables and words with which the job of a component calls its program. */
export function received(name: string, inputs: Mapping = {}): Received {
  return receivedBy(compiledJobOf(name, inputs));
}

/** The job of a component, compiled with inputs. */
export function compiledJobOf(name: string, inputs: Mapping = {}): unknown {
  const jobs = jobsOf(compileComponent(componentOf(name), { ...NEEDED[name], ...inputs }));
  const [first] = jobs.values();
  // The jobs that a component has before its own are named after their programs.
  return jobs.get(name) ?? first;
}

/** The line by which a compiled job calls its program. */
export function scriptOf(job: unknown): string {
  return compiledJob.parse(withJobInputs('job', compiledJob.parse(job))).script[0];
}

/** The variables and words with which a compiled job calls its program. */
export function receivedBy(job: unknown, environment = 'dev'): Received {
  const { variables, script, parallel } = compiledJob.parse(withJobInputs('job', compiledJob.parse(job)));
  const known = { ...project(environment), ...firstOf(typeof parallel === 'object' ? parallel.matrix : []) };
  const env = Object.entries(variables).map(([key, value]) => {
    const literal = asItStands.safeParse(value);
    return [key, literal.success ? String(literal.data.value) : expandExisting(String(value), known)];
  });
  return { env: Object.fromEntries(env), words: shellWords(script[0]) };
}

/** The variables of the first job of a matrix. */
function firstOf([row = {}]: readonly Record<string, readonly string[]>[] = []): Record<string, string> {
  return Object.fromEntries(Object.entries(row).map(([name, [first = '']]) => [name, first]));
}

/** How the script of every program ends: some runners' shells would turn its exit code into 1. */
export const KEEPS_EXIT_CODE = ' || exit $?';

function shellWords(line: string): readonly string[] {
  return wordsOf([line])[0] ?? [];
}

/** The shell's own word splitting of each line, by one shell; NUL ends a word, since none can hold it, and END is after each line. */
export function wordsOf(lines: readonly string[]): readonly (readonly string[])[] {
  const commands = lines.map((line) => `printf '%s\\0' ${line.replace(KEEPS_EXIT_CODE, '')} && printf 'END\\0'`);
  const words = execFileSync('sh', ['-c', commands.join('\n')], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
  const found: string[][] = [];
  let line: string[] = [];
  for (const word of words) {
    if (word !== 'END') line.push(word);
    else {
      found.push(line);
      line = [];
    }
  }
  return found;
}
