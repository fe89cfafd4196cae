import { jobsOf } from '../../compiler/lint.ts';
import { readRepository } from '../../compiler/templates.ts';
import { optionFor, variableFor } from '../../src/gitlab/inputs.ts';
import { compileText, receivedBy } from '../catalog/compiled.ts';
import { programs } from '../catalog/programs.ts';

type Inputs = Readonly<Record<string, string>>;

const jobs = jobsOf(compileText(readRepository('examples/resale-price/single-components.gitlab-ci.yml') ?? ''));
const known = new Map<string, Inputs>();

/**
 * What the templates pass to a component's program in the example project, from its single components; nothing for a program
 * that the catalog does not have. Left out is what every program reads: where a job runs, and under which role.
 */
export function inputsOf(component: string, environment = 'dev'): Inputs {
  const key = `${component} ${environment}`;
  const inputs = known.get(key) ?? readInputs(component, environment);
  known.set(key, inputs);
  return inputs;
}

function readInputs(component: string, environment: string): Inputs {
  const program = programs.find(({ name }) => name === component);
  if (!program) return {};
  const { env, words } = receivedBy(jobs.get(component), environment);
  return Object.fromEntries(
    Object.keys(program.inputs.shape).map((name) => {
      const option = `${optionFor(name)}=`;
      const value = env[variableFor(name)] ?? words.find((word) => word.startsWith(option))?.slice(option.length);
      if (value === undefined) throw new Error(`The template ${component} does not pass ${name}.`);
      return [name, value];
    }),
  );
}
