import { z } from 'zod';
import { isMapping, type Mapping, readConfigFile } from '../../compiler/document.ts';
import type { InputSpec } from '../../compiler/spec.ts';
import { readRepository, specOf } from '../../compiler/templates.ts';

const variable = z.union([z.string(), z.strictObject({ value: z.string(), expand: z.literal(false) })]);

/** The job of a template as its author wrote it, with blocks not yet filled in. */
const jobShape = z.looseObject({
  image: z.strictObject({ name: z.string(), entrypoint: z.array(z.string()) }),
  environment: z.looseObject({ name: z.string(), action: z.string() }),
  variables: z.record(z.string(), variable),
  script: z.array(z.string()),
  artifacts: z.looseObject({ paths: z.array(z.string()) }),
});

const includeShape = z.looseObject({ local: z.string(), inputs: z.record(z.string(), z.unknown()) });

export type Job = z.output<typeof jobShape>;
type Include = z.output<typeof includeShape>;

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly component: readonly string[];
  readonly inputs: readonly InputSpec[];
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

export function readTemplate(name: string): Template {
  const template = known.get(name) ?? parseTemplate(name);
  known.set(name, template);
  return template;
}

function parseTemplate(name: string): Template {
  const { description = '', component, inputs } = specOf(name);
  const { body } = readConfigFile(readRepository(`templates/${name}.yml`) ?? '');
  const { include = [], ...jobs } = body;
  const entries = Object.values(jobs).filter(isMapping);
  return {
    name,
    description,
    component,
    inputs,
    body,
    jobs: entries.filter((job) => 'script' in job).map((job) => jobShape.parse(job)),
    additions: entries.filter((job) => !('script' in job)),
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
export type Dollar = 'expanded' | 'as it stands' | 'for the shell' | 'in conditions';

/** What becomes of a "$" in an input's value, wherever the template uses it. As it stands in one place, it must have no meaning in any. */
export function dollarIn(template: Template, input: string): Dollar {
  const fates = fatesIn(template, input);
  const [first = 'as it stands', ...others] = fates;
  return others.every((fate) => fate === first) ? first : 'as it stands';
}

function fatesIn({ body, jobs, includes }: Template, input: string): Dollar[] {
  const named = (part: unknown) => inputsIn(part).includes(input);
  return [
    ...Object.keys(body).flatMap((name) => (named(name) ? ['as it stands' as const] : [])),
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
  if (key === 'script' && Array.isArray(part) && part.includes(blockOf(input))) return 'for the shell';
  if (!isMapping(part)) return 'as it stands';
  const expanded = key === 'artifacts' ? part.paths : Object.values(part).filter((value) => typeof value === 'string');
  return ['artifacts', 'variables'].includes(key) && inputsIn(expanded).includes(input) ? 'expanded' : 'as it stands';
}

/** `/templates/check-model.yml` is check-model. */
function composedName(local: string): string {
  return local.replace(/^\/?templates\//, '').replace(/\.yml$/, '');
}
