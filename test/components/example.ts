import { z } from 'zod';
import { isMapping, readConfigFile, writeYaml } from '../../compiler/document.ts';
import { jobsOf } from '../../compiler/lint.ts';
import { readRepository, requiredInputs } from '../../compiler/templates.ts';
import { optionFor, variableFor } from '../../src/gitlab/inputs.ts';
import { compileText, type Received, receivedBy } from '../catalog/compiled.ts';
import { componentOf, findProgram } from '../catalog/programs.ts';
import { inWords } from '../catalog/words.ts';

type Inputs = Readonly<Record<string, string>>;

/** The example project from its single components: what it gives each is what the tests start the programs with. */
const EXAMPLE = 'examples/resale-price/single-components.gitlab-ci.yml';

const includes = [readConfigFile(readRepository(EXAMPLE) ?? '').body.include].flat().filter(isMapping);
const known = new Map<string, Inputs>();
const strategies = new Map<string, string>();

/**
 * What the templates pass to a component's program in the example project; nothing for a program that the catalog does not have.
 * Left out is what every program reads: where a job runs, and under which role.
 */
export function inputsOf(component: string, environment = 'dev'): Inputs {
  const key = `${component} ${environment}`;
  const inputs = known.get(key) ?? readInputs(component, environment);
  known.set(key, inputs);
  return inputs;
}

/** Whether a job of the component fetches the project, as its template says it to GitLab's runner. */
export function gitStrategyOf(component: string): string {
  const strategy =
    strategies.get(component) ?? (findProgram(component) && receivedInExample(component, 'dev').env.GIT_STRATEGY);
  strategies.set(component, strategy ?? 'fetch');
  return strategy ?? 'fetch';
}

/** Why the tests cannot start a program as the example does; nothing when they can. */
export function whyNotStarted(component: string): string | undefined {
  try {
    receivedInExample(component, 'dev');
    inputsOf(component);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readInputs(component: string, environment: string): Inputs {
  const program = findProgram(component);
  if (!program) return {};
  const { env, words } = receivedInExample(component, environment);
  return Object.fromEntries(
    Object.keys(program.inputs.shape).map((name) => {
      const option = `${optionFor(name)}=`;
      const value = env[variableFor(name)] ?? words.find((word) => word.startsWith(option))?.slice(option.length);
      if (value === undefined) throw new Error(`templates/${component}.yml does not pass ${name} to its program.`);
      return [name, value];
    }),
  );
}

/**
 * Compiled alone, so that a template with a mistake stops the tests of its own component only. A required input that the example
 * does not give has a value all the same: complete.test.ts tells of it, and the programs can be tried meanwhile.
 */
function receivedInExample(component: string, environment: string): Received {
  const included = componentOf(component);
  const include = includes.find((each) => String(each.component).includes(`/${included}@`));
  if (!include)
    throw new Error(`${EXAMPLE} includes no ${included}: add it there with the inputs that a project gives.`);
  try {
    const inputs = { ...requiredInputs(included), ...(isMapping(include.inputs) && include.inputs) };
    const config = compileText(writeYaml({ include: [{ ...include, inputs }] }));
    return receivedBy(jobsOf(config).get(component), environment);
  } catch (error) {
    const words = error instanceof z.ZodError ? `its job: ${inWords(error)}` : error instanceof Error && error.message;
    throw new Error(`${EXAMPLE} cannot include ${component}: ${words}.`, { cause: error });
  }
}
/** What promote gives the first job: the inputs of all jobs. */
export const ofPromote = (inputs: Readonly<Record<string, string>>) => ({
  env: {
    SAGEMAKER_COMPONENT: 'promote 1.4.2 3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8 1',
    GIT_STRATEGY: 'fetch',
    // A word of the script of the job that trains, which promote gives the others, too.
    INPUT_DEFINITION_FILE: 'pipeline.json',
    INPUT_PARAMETERS: '',
  },
  inputs: {
    model_package_group_name: 'ResalePriceModelGroup',
    source: 'run',
    take_over_endpoint: 'false',
    endpoint_name: 'resale-price-dev',
    instance_type: 'ml.m5.large',
    execution_role_arn: 'arn:aws:iam::111122223333:role/resale-price-execution',
    ...inputs,
  },
});
