import { stringify } from 'yaml';
import type { InputSpec } from '../../compiler/spec.ts';
import { readRepository } from '../../compiler/templates.ts';
import { REPLACED_VARIABLES } from '../../src/gitlab/ci-variables.ts';
import { takesCiVariables } from '../../src/gitlab/inputs.ts';
import type { Component } from '../../src/program/component.ts';
import { catalog } from './catalog-file.ts';
import { NEEDED } from './compiled.ts';
import { exampleOf } from './examples.ts';
import { exitCodeTable } from './exit-codes.ts';
import { code, contents, table } from './markdown.ts';
import { programs } from './programs.ts';
import { OWN_DEFAULT, SHARED } from './shared.ts';
import { dollarIn, type Template } from './template.ts';

/** Inputs in which the programs replace variables. */
const REPLACED = new Set(
  programs
    .flatMap(({ inputs }) => Object.entries(inputs.shape))
    .flatMap(([name, schema]) => (takesCiVariables(schema) ? [name] : [])),
);

interface Entry {
  readonly template: Template;
  /** Absent where the template has none. */
  readonly program: Component | undefined;
}

/** docs/inputs.md: what a project may set and what it gets, from the templates and programs themselves. */
export function inputsPage(entries: readonly Entry[], shared: Template): string {
  const common = shared.inputs.filter(({ name }) => isCommon(name));
  return `${[
    '<!-- Generated from templates/, src/ and catalog.yml. Do not edit this page; `npm run docs` renders it. -->',
    '# Inputs, outputs and exit codes',
    INTRODUCTION,
    contents([...PARTS, ...entries.map(({ template }) => template.name)]),
    `## ${PARTS[0]}`,
    'Exit codes are the same in every component. If a job fails, the last log line starts with `Next:` and tells you what to do.',
    exitCodeTable(),
    `## ${PARTS[1]}`,
    'These inputs have the same meaning in every component. Each component also has its own inputs, and some shared inputs with a different default.',
    inputTable(shared, common),
    `Some components do not have all of them:\n\n${withoutShared(entries, common)}`,
    ...entries.map(componentSection),
  ].join('\n\n')}\n`;
}

const PARTS = ['Exit codes', 'Shared inputs'] as const;

const INTRODUCTION = `Set inputs under \`inputs:\` of the include. Before GitLab creates the pipeline, it refuses an unknown input, a missing
input, and a value of the wrong type or format. The job validates the remaining values, reports all errors together, and exits
with 64 before it calls AWS.

Below the meaning of an input, \`$\` says whether CI/CD variables in the value are expanded:

- **expanded**: GitLab replaces the variable with its value. If you define the variable once for each environment scope, one
  include serves all branches. A variable that is not defined can arrive as empty text: an optional check, such as
  \`max_latency_ms\`, is then off.
- **not expanded**: \`$\` has no special meaning.
- **by the program**: the program replaces ${REPLACED_VARIABLES.map((name) => `\`$${name}\``).join(', ')} in values. It
  refuses any other name. Write \`$$\` for a dollar sign. SageMaker allows none in \`tags\`.
- **in conditions**: the conditions in \`rules:\` can compare variables.
- **by the shell**: the shell of the job expands them.

Outputs are variables for your own later jobs in the same pipeline. The components never read them. They pass files to each
other, which no variable can override.

If two jobs of one component run in a pipeline, such as two deploy-model jobs of one environment, both write the same variables. GitLab does
not say whose value a later job sees. To tell them apart, let your own job need only one of them, as in \`needs: [deploy-churn]\`: it then receives
the variables of that job alone.`;

/** Which of the shared inputs a component does not have. */
function withoutShared(entries: readonly Entry[], shared: readonly InputSpec[]): string {
  const lines = entries.flatMap(({ template }) => {
    const names = template.inputs.map(({ name }) => name);
    const missing = shared.filter(({ name }) => !names.includes(name)).map(({ name }) => `\`${name}\``);
    return missing.length > 0 ? [`- ${template.name} does not have ${missing.join(', ')}.`] : [];
  });
  return lines.join('\n');
}

function componentSection({ template, program }: Entry): string {
  const { name, description, inputs } = template;
  const { stability, since } = catalog.components.find((each) => each.name === name) ?? {};
  const own = inputs.filter((input) => !isCommon(input.name));
  return [
    `## ${name}`,
    `${description} (${stability}, since ${since})`,
    `\`\`\`yaml\n${includeOf(template)}\`\`\``,
    ...(MORE[name] ?? []),
    inputTable(template, own),
    ...jobInputsOf(template),
    ...outputsOf(program),
  ].join('\n\n');
}

/** What an include needs beside its inputs: component -> paragraphs. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  'render-pipeline': [
    'Here, `render.py` is a file in the repository. It writes the file itself: the SageMaker SDK prints log lines, which would be part of the definition with `> pipeline.json`.',
    `\`\`\`python\n${readRepository('examples/render-pipeline/render.py')}\`\`\``,
  ],
};

/** The smallest include that makes a job that can do its work. */
export function includeOf(template: Template): string {
  const needed = template.inputs.filter(
    ({ name, required }) => required || NEEDED[template.name]?.[name] !== undefined,
  );
  const inputs = Object.fromEntries(needed.map(({ name }) => [name, exampleOf(template, name)]));
  const component = `$CI_SERVER_FQDN/${catalog.project}/${template.name}@1`;
  return stringify({ include: [{ component, ...(needed.length > 0 && { inputs }) }] }, { lineWidth: 0 });
}

function inputTable(template: Template, inputs: readonly InputSpec[]): string {
  const rows = inputs.map((input) => [
    `\`${input.name}\``,
    [input.description ?? '', ...valuesOf(template, input)].join('<br>'),
    input.required ? '**required**' : literal(input.default),
  ]);
  return table(['input', 'meaning', 'default'], rows);
}

/** What a value may be: its format, an example, and what a dollar sign in it means. */
function valuesOf(template: Template, input: InputSpec): string[] {
  const example = exampleOf(template, input.name);
  const closed = input.type === 'boolean' || input.type === 'number' || input.options !== undefined;
  const dollar = REPLACED.has(input.name) ? 'by the program' : dollarIn(template, input.name);
  const told = [
    ...(input.type === 'string' && formOf(input) === 'string' ? [] : [`Format: ${formOf(input)}.`]),
    ...(example === undefined ? [] : [`Example: ${literal(example)}.`]),
    ...(closed ? [] : [`\`$\`: ${dollar}.`]),
  ];
  return told.length > 0 ? [told.join(' ')] : [];
}

/** Characters of a pattern that people read, and that a narrow column holds. */
const LONGEST = 70;

function formOf({ type, options, regex }: InputSpec): string {
  if (options) return options.map((option) => code(String(option))).join(' or ');
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'array') return 'list';
  if (regex === undefined) return type;
  return regex.length > LONGEST ? `${type}, by a pattern of the template` : `${type}, ${code(regex)}`;
}

function literal(value: unknown): string {
  const written = stringify(value, { lineWidth: 0, collectionStyle: 'flow', flowCollectionPadding: false });
  return code(written.trim());
}

/** What a person may give in the form of the job. */
function jobInputsOf({ jobInputs }: Template): string[] {
  if (jobInputs.length === 0) return [];
  return [
    'Whoever starts the job may give in its form (a [job input](https://docs.gitlab.com/ci/jobs/job_inputs/)):',
    table(
      ['job input', 'meaning', 'format', 'default'],
      jobInputs.map((input) => [`\`${input.name}\``, input.description ?? '', formOf(input), literal(input.default)]),
    ),
  ];
}

function outputsOf(program: Component | undefined): string[] {
  const outputs = Object.entries(program?.outputs ?? {});
  if (outputs.length === 0) return [];
  return [
    table(
      ['output', 'meaning'],
      outputs.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  ];
}

function isCommon(input: string): boolean {
  return SHARED.includes(input) && !OWN_DEFAULT.includes(input);
}

/** The table of the README: what there is. */
export function componentTable(templates: readonly Template[]): string {
  const rows = catalog.components.flatMap(({ name, stability }) =>
    templates
      .filter((template) => template.name === name)
      .map(({ description }) => [`[\`${name}\`](docs/inputs.md#${name})`, description, stability]),
  );
  return table(['component', 'what it does', 'stability'], rows);
}
