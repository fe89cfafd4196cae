import { z } from 'zod';
import { isMapping, type Mapping, readConfigFile } from '../gitlab/document.ts';
import type { InputSpec } from '../gitlab/spec.ts';
import { readRepository, specOf } from '../gitlab/templates.ts';

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
export type Include = z.output<typeof includeShape>;

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly component: readonly string[];
  readonly inputs: readonly InputSpec[];
  /** Everything below the header. */
  readonly body: Mapping;
  /** The jobs that it defines itself. */
  readonly jobs: readonly Job[];
  /** The templates that it composes. */
  readonly includes: readonly Include[];
}

export function readTemplate(name: string): Template {
  const { description = '', component, inputs } = specOf(name);
  const { body } = readConfigFile(readRepository(`templates/${name}.yml`) ?? '');
  const { include = [], ...jobs } = body;
  return {
    name,
    description,
    component,
    inputs,
    body,
    jobs: Object.values(jobs).map((job) => jobShape.parse(job)),
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

/** Parts of a job in which GitLab or the runner puts the values of variables (https://docs.gitlab.com/ci/variables/where_variables_can_be_used/). */
const EXPANDED = [['environment'], ['id_tokens'], ['image'], ['manual_confirmation'], ['resource_group'], ['tags']];

/** Whether a variable named in an input's value becomes that variable's value in some place where the template uses it. */
export function isExpanded({ jobs, includes }: Template, input: string): boolean {
  const here = jobs.some((job) => {
    const places = [...EXPANDED, ['artifacts', 'paths']].map((path) => partOf(job, path));
    const variables = Object.values(job.variables).filter((value) => typeof value === 'string');
    return inputsIn([places, variables]).includes(input);
  });
  const below = includes.some(({ local, inputs }) => {
    const composed = readTemplate(composedName(local));
    return Object.entries(inputs).some(
      ([name, value]) => inputsIn(value).includes(input) && isExpanded(composed, name),
    );
  });
  return here || below;
}

/** `/templates/check-model.yml` is check-model. */
export function composedName(local: string): string {
  return local.replace(/^\/?templates\//, '').replace(/\.yml$/, '');
}

function partOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, step) => (isMapping(part) ? part[step] : undefined), value);
}
