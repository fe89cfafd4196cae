import { isMapping, type Mapping } from './document.ts';
import { resolveInputs } from './inputs.ts';
import { refuse } from './problem.ts';
import { rubyText } from './ruby.ts';
import { type InputSpec, readSpec } from './spec.ts';

/** The keywords of a job in which GitLab puts the values of its inputs. */
const keywords = ['script', 'before_script', 'after_script', 'artifacts', 'cache', 'image', 'services'];

const mostInputs = 50;

/** What GitLab says against the inputs that a job declares. */
export function jobInputProblems(name: string, { inputs }: Mapping): string[] {
  const declared = isMapping(inputs) ? Object.entries(inputs) : [];
  return [
    ...(declared.length > mostInputs ? [`jobs:${name}:inputs config cannot have more than ${mostInputs} inputs`] : []),
    ...declared.flatMap(([input, spec]) =>
      isMapping(spec) && 'default' in spec ? [] : [`jobs:${name}:inputs:${input} input must have a default value`],
    ),
  ];
}

/** The inputs that a job declares. */
export function jobInputsOf({ inputs }: Mapping): readonly InputSpec[] {
  return readSpec({ spec: { inputs: inputs ?? {} } }).inputs;
}

/**
 * A job as the runner of GitLab 18.10 gets it, with the values that a person gives when they start it, else with the defaults.
 * Each stands in its place as text: nothing is quoted. Throws a `PipelineError` when GitLab would not start the job.
 */
export function withJobInputs(name: string, job: Mapping, given: Mapping = {}): Mapping {
  refuse(jobInputProblems(name, job));
  const { inputs: _, ...rest } = job;
  const values = resolveInputs(jobInputsOf(job), given);
  const filled = (node: unknown): unknown => {
    if (typeof node === 'string') return replaced(node, values);
    if (Array.isArray(node)) return node.map(filled);
    return isMapping(node)
      ? Object.fromEntries(Object.entries(node).map(([key, value]) => [key, filled(value)]))
      : node;
  };
  return Object.fromEntries(
    Object.entries(rest).map(([keyword, value]) => [keyword, keywords.includes(keyword) ? filled(value) : value]),
  );
}

const expression = /\$\{\{\s*(.*?)\s*\}\}/g;

function replaced(text: string, values: Mapping): string {
  return text.replaceAll(expression, (written, access: string) => {
    const [, input = ''] = /^job\.inputs\.([\w-]+)$/.exec(access) ?? [];
    if (!Object.hasOwn(values, input)) refuse([`${written} is not supported here; name an input of the job`]);
    return rubyText(values[input]);
  });
}
