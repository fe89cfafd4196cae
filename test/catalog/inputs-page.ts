import { stringify } from 'yaml';
import type { InputSpec } from '../../compiler/spec.ts';
import type { Component } from '../../src/program/component.ts';
import { catalog } from './catalog-file.ts';
import { NEEDED } from './compiled.ts';
import { exampleOf } from './examples.ts';
import { exitCodeTable } from './exit-codes.ts';
import { code, table } from './markdown.ts';
import { OWN_DEFAULT, SHARED } from './shared.ts';
import { dollarIn, type Template } from './template.ts';

interface Entry {
  readonly template: Template;
  /** Absent where the template has none. */
  readonly program: Component | undefined;
}

/** docs/inputs.md: what a project may set and what it gets, from the templates and programs themselves. */
export function inputsPage(entries: readonly Entry[], shared: Template): string {
  return `${[
    '<!-- Generated from templates/, src/ and catalog.yml. `npm run docs` writes it anew; do not edit it. -->',
    '# Inputs, outputs and exit codes',
    INTRODUCTION,
    '## Exit codes',
    'The same in every component. Every job that ends otherwise than with 0 says in the last line of its log what to do next.',
    exitCodeTable(),
    '## Inputs that all components share',
    'Beside these, every component has its own and those of the shared ones whose default is its own.',
    inputTable(
      shared,
      shared.inputs.filter(({ name }) => isCommon(name)),
    ),
    ...entries.map(componentSection),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `Inputs stand under \`inputs:\` of the include. GitLab refuses an unknown input, a missing one, and a value of the wrong type or
form before it creates the pipeline; what only the component can judge, its job refuses with exit code 64 before it reaches
AWS, all at once.

The column \`$\` tells what becomes of a CI/CD variable in the value. **expanded**: GitLab puts the variable's value in its
place, so that with a variable scoped to each environment one include serves all branches. **as it stands**: \`$\` has no
meaning there. **in conditions**: GitLab's rules may compare variables. **for the shell**: the job's shell reads it.

Outputs are variables that later jobs of the same pipeline see. The components themselves never read them: they hand over
files, which no variable can override.`;

function componentSection({ template, program }: Entry): string {
  const { name, description, inputs } = template;
  const { stability, since } = catalog.components.find((each) => each.name === name) ?? {};
  const own = inputs.filter((input) => !isCommon(input.name));
  return [
    `## ${name}`,
    `${description} (${stability}, since ${since})`,
    `\`\`\`yaml\n${includeOf(template)}\`\`\``,
    inputTable(template, own),
    ...outputsOf(program),
  ].join('\n\n');
}

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
  const rows = inputs.map((input) => {
    const example = exampleOf(template, input.name);
    const closed = input.type === 'boolean' || input.type === 'number' || input.options !== undefined;
    return [
      `\`${input.name}\``,
      input.description ?? '',
      formOf(input),
      input.required ? '**required**' : literal(input.default),
      example === undefined ? '' : literal(example),
      closed ? '' : dollarIn(template, input.name),
    ];
  });
  return table(['input', 'what it says', 'form', 'default', 'example', '`$`'], rows);
}

function formOf({ type, options, regex }: InputSpec): string {
  if (options) return options.map((option) => code(String(option))).join(' or ');
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'array') return 'list';
  return regex === undefined ? type : `${type}, ${code(regex)}`;
}

function literal(value: unknown): string {
  const written = stringify(value, { lineWidth: 0, collectionStyle: 'flow', flowCollectionPadding: false });
  return code(written.trim());
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
