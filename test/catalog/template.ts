import { z } from 'zod';
import { isMapping, type Mapping, readConfigFile } from '../../compiler/document.ts';
import { jobInputsOf } from '../../compiler/job-inputs.ts';
import { PipelineError } from '../../compiler/problem.ts';
import type { InputSpec } from '../../compiler/spec.ts';
import { readRepository, specOf, templateNames } from '../../compiler/templates.ts';
import { inWords } from './words.ts';

const variable = z.union([z.string(), z.strictObject({ value: z.string(), expand: z.literal(false) })]);

/** The job of a template as its author wrote it, with blocks not yet filled in. */
const jobShape = z.looseObject({
  image: z.strictObject({ name: z.string(), entrypoint: z.array(z.string()) }),
  environment: z.looseObject({ name: z.string(), action: z.string() }).optional(),
  variables: z.record(z.string(), variable),
  script: z.array(z.string()),
  artifacts: z.looseObject({ paths: z.array(z.string()) }).optional(),
});

const includeShape = z.looseObject({ local: z.string(), inputs: z.record(z.string(), z.unknown()).default({}) });

export type Job = z.output<typeof jobShape>;
type Include = z.output<typeof includeShape>;

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly component: readonly string[];
  readonly inputs: readonly InputSpec[];
  /** What a person gives when they start its jobs. */
  readonly jobInputs: readonly InputSpec[];
  /** Everything below the header. */
  readonly body: Mapping;
  /** The jobs that it defines itself. */
  readonly jobs: readonly Job[];
  /** What it adds to the jobs of the templates that it composes. */
  readonly additions: readonly Mapping[];
  /** The templates that it composes. */
  readonly includes: readonly Include[];
}

const known = new Map<string, Template>();

/** A template by its name. What cannot be read is refused with the file and the reason. */
export function readTemplate(name: string): Template {
  const template = known.get(name) ?? parseTemplate(name);
  known.set(name, template);
  return template;
}

/** Why a template cannot be read; nothing when it can. */
export function whyUnreadable(name: string): string | undefined {
  try {
    readTemplate(name);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The templates that can be read, so that one that cannot fails alone, in complete.test.ts. */
export const templates: readonly Template[] = templateNames
  .filter((name) => whyUnreadable(name) === undefined)
  .map(readTemplate);

function parseTemplate(name: string): Template {
  const path = `templates/${name}.yml`;
  try {
    const { description = '', component, inputs } = specOf(name);
    const { body } = readConfigFile(readRepository(path) ?? '');
    const parts = partsOf(body);
    return { name, description, component, inputs, jobInputs: parts.jobs.flatMap(jobInputsOf), body, ...parts };
  } catch (error) {
    const words = error instanceof z.ZodError ? inWords(error) : error instanceof PipelineError && error.message;
    throw words ? new Error(`${path} cannot be read: ${words}.`, { cause: error }) : error;
  }
}

function partsOf({ include = [], ...body }: Mapping): Pick<Template, 'jobs' | 'additions' | 'includes'> {
  const isJob = (entry: unknown) => isMapping(entry) && 'script' in entry;
  const own = Object.entries(body).filter(([, entry]) => isJob(entry));
  return {
    jobs: Object.values(z.record(z.string(), jobShape).parse(Object.fromEntries(own))),
    additions: Object.values(body)
      .filter((entry) => isMapping(entry) && !isJob(entry))
      .filter(isMapping),
    includes: z.array(includeShape).parse([include].flat()),
  };
}

/** The block that stands for an input. */
export function blockOf(input: string): string {
  return `$[[ inputs.${input} ]]`;
}

/** The inputs that a part of a template names. */
export function inputsIn(part: unknown): string[] {
  return [...JSON.stringify(part ?? '').matchAll(/\$\[\[\s*inputs\.(\w+)/g)].map(([, name = '']) => name);
}

/** What becomes of a "$" in an input's value. */
export type Dollar = 'expanded' | 'not expanded' | 'by the shell' | 'in conditions';

/** What becomes of a "$" in an input's value, wherever the template uses it. Not expanded in one place, it must have no meaning in any. */
export function dollarIn(template: Template, input: string): Dollar {
  const fates = fatesIn(template, input);
  const [first = 'not expanded', ...others] = fates;
  return others.every((fate) => fate === first) ? first : 'not expanded';
}

function fatesIn({ body, jobs, includes }: Template, input: string): Dollar[] {
  const named = (part: unknown) => inputsIn(part).includes(input);
  return [
    ...Object.keys(body).flatMap((name) => (named(name) ? ['not expanded' as const] : [])),
    ...jobs.flatMap(Object.entries).flatMap(([key, part]) => (named(part) ? [fateIn(key, part, input)] : [])),
    ...includes.flatMap(({ local, inputs }) => {
      const composed = readTemplate(composedName(local));
      return Object.entries(inputs).flatMap(([name, value]) => (named(value) ? fatesIn(composed, name) : []));
    }),
  ];
}

/** Parts of a job in which GitLab or the runner puts the values of variables (https://docs.gitlab.com/ci/variables/where_variables_can_be_used/). */
const EXPANDED = ['environment', 'id_tokens', 'image', 'manual_confirmation', 'resource_group', 'tags'];

function fateIn(key: string, part: unknown, input: string): Dollar {
  if (EXPANDED.includes(key)) return 'expanded';
  if (key === 'rules') return 'in conditions';
  if (key === 'script' && Array.isArray(part) && part.includes(blockOf(input))) return 'by the shell';
  if (!isMapping(part)) return 'not expanded';
  const expanded = key === 'artifacts' ? part.paths : Object.values(part).filter((value) => typeof value === 'string');
  return ['artifacts', 'variables'].includes(key) && inputsIn(expanded).includes(input) ? 'expanded' : 'not expanded';
}

/** `/templates/check-model.yml` is check-model. */
export function composedName(local: string): string {
  return local.replace(/^\/?templates\//, '').replace(/\.yml$/, '');
}
