import { optionFor, variableFor } from '../../src/gitlab/inputs.ts';
import { sharedInputs } from '../../src/program/shared-inputs.ts';
import { BY_VARIABLE, forgedInputs } from '../tampering/variables.ts';
import { everyInclude } from './includes.ts';
import { fileOf } from './places.ts';
import { findProgram } from './programs.ts';
import { blockOf, inputsIn, type Template } from './template.ts';

/** What a component's files say of its inputs, by the names of the inputs. */
interface Known {
  readonly name: string;
  /** In the template's header, and in its body. */
  readonly declared: readonly string[];
  readonly used: readonly string[];
  /** Those that its job passes to the program, and those that the program takes. */
  readonly passed: readonly string[];
  readonly taken: readonly string[];
  readonly safetyInputs: readonly string[];
  /** Inputs that no variable carries: a person types them. */
  readonly jobInputs: readonly string[];
  readonly forged: readonly string[];
}

/** A place that must know an input. It says in a sentence, which begins with the file, what to do there; nothing when it does. */
type Place = (input: string, known: Known) => string | false;

const everyInput: readonly Place[] = [
  (input, { name, declared, used }) =>
    declared.includes(input) &&
    !used.includes(input) &&
    `templates/${name}.yml declares ${input} and uses it nowhere: add ${variableFor(input)}: ${blockOf(input)} to its variables.`,
  (input, { name, declared, used }) =>
    used.includes(input) &&
    !declared.includes(input) &&
    `templates/${name}.yml uses ${input} and does not declare it: add it to the inputs in its header.`,
];

const everyInputOfAProgram: readonly Place[] = [
  (input, { name, passed, taken }) =>
    passed.includes(input) &&
    !taken.includes(input) &&
    `src/components/${fileOf(name)}.ts does not take ${input}, which templates/${name}.yml passes: add it to the inputs, with its meaning.`,
  (input, { name, passed, taken, safetyInputs }) =>
    taken.includes(input) &&
    !passed.includes(input) &&
    `templates/${name}.yml does not pass ${input}, which src/components/${fileOf(name)}.ts takes: add ${
      safetyInputs.includes(input)
        ? `${optionFor(input)}=${blockOf(input)} to its script`
        : `${variableFor(input)}: ${blockOf(input)} to its variables`
    }.`,
  (input, { name, taken, forged, safetyInputs, jobInputs }) =>
    taken.includes(input) &&
    ![...safetyInputs, ...jobInputs].includes(input) &&
    forged.length > 0 &&
    !forged.includes(input) &&
    `test/tampering/variables.ts does not forge ${input} of ${name}: add a value to REFUSED that must be refused; or one to ASKED or WITHOUT_EFFECT, when a variable may change it.`,
  (input, { name, taken, safetyInputs, jobInputs }) =>
    taken.includes(input) &&
    ![...safetyInputs, ...jobInputs].includes(input) &&
    !Object.hasOwn(BY_VARIABLE, input) &&
    `src/components/${fileOf(name)}.ts takes ${input} from a CI/CD variable, which anybody who may start a pipeline can forge: name it in its safetyInputs, and pass it as a word of the script; or say in BY_VARIABLE of test/tampering/variables.ts why a forged value turns nothing red into green.`,
  (input, { name, taken, forged }) =>
    forged.includes(input) &&
    !taken.includes(input) &&
    `test/tampering/variables.ts forges ${input} of ${name}, which takes no such input: remove it there.`,
];

/** What is still to do before every input of a component goes all its way: a sentence for each place that does not know it. */
export function forgottenInputs(template: Template): string[] {
  const known = knownOf(template);
  const all = new Set([...known.declared, ...known.used, ...known.passed, ...known.taken, ...known.forged]);
  const places = findProgram(template.name) ? [...everyInput, ...everyInputOfAProgram] : everyInput;
  const sentences = [...all].flatMap((input) => places.map((place) => place(input, known)));
  return [...sentences.filter((sentence) => sentence !== false), ...notGiven(template)];
}

function knownOf({ name, inputs, body, jobs: [job] }: Template): Known {
  const program = findProgram(name);
  const { safetyInputs = [], jobInputs = [] } = program ?? {};
  const taken = program ? [...Object.keys(sharedInputs.shape), ...Object.keys(program.inputs.shape)] : [];
  const variables = Object.keys(job?.variables ?? {}).filter((variable) => variable.startsWith('INPUT_'));
  const words = job?.script.join('\n').matchAll(/--([a-z0-9-]+)=/g) ?? [];
  return {
    ...{ name, safetyInputs, jobInputs, taken },
    declared: inputs.map((input) => input.name),
    used: inputsIn(body),
    passed: [
      ...variables.map((variable) => variable.slice('INPUT_'.length).toLowerCase()),
      ...[...words].map(([, word = '']) => word.replaceAll('-', '_')),
    ],
    forged: forgedInputs(name),
  };
}

/** Includes that a new required input breaks, as it breaks every project's. */
function notGiven({ name, inputs }: Template): string[] {
  const required = inputs.filter((input) => input.required).map((input) => input.name);
  const sentences = everyInclude()
    .filter(({ component }) => component === name)
    .flatMap(({ file, inputs: given }) =>
      required
        .filter((input) => !(input in given))
        .map(
          (input) =>
            `${file} includes ${name} without ${input}, which templates/${name}.yml requires: a new required input is a major change (CHANGELOG.md), so give it a default, or give it a value in every include.`,
        ),
    );
  return [...new Set(sentences)].sort();
}
