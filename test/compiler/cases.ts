import type { Mapping } from '../../compiler/document.ts';

/** One rule of GitLab's includes and inputs: a component, how it is included, and what comes of it. */
export interface Case {
  /** The component's name, and its file's. */
  readonly id: string;
  readonly rule: string;
  readonly source: string;
  readonly template: string;
  readonly inputs?: Mapping;
  /** Further files of the component's project. */
  readonly files?: Readonly<Record<string, string>>;
  /** The released version that the reference leads to; without it the component is included at its commit. */
  readonly version?: string;
  readonly becomes?: Mapping;
  readonly refused?: string;
  /** Whether gitlab-ci-local 4.75 does the same; otherwise what it does instead. */
  readonly locally: 'same' | { readonly instead: string };
}

export const commit = '3f2c9a7d1e5b4860a9c8d7e6f5a4b3c2d1e0f9a8';

const docs = 'https://docs.gitlab.com/ci';
const code = 'https://gitlab.com/gitlab-org/gitlab/-/blob/master';
const inputsPage = `${docs}/inputs/`;
const yamlPage = `${docs}/yaml/`;
const expressionsPage = `${docs}/yaml/expressions/`;
const interpolation = `${code}/lib/gitlab/ci/config/interpolation`;
const inputClasses = `${code}/lib/ci/inputs`;
const componentSpec = `${code}/spec/services/ci/create_pipeline_service/spec_component_spec.rb`;

const noFunctions = { instead: 'leaves functions out, with a warning' };

/** A template with one input named `x`, whose job prints it; `declaration` is YAML after `x:`. */
function printing(id: string, declaration: string): string {
  return `spec:
  inputs:
    x: ${declaration}
---
${id}:
  script: ["echo 'x=$[[ inputs.x ]]'"]
`;
}

function prints(id: string, text: string): Mapping {
  return { [id]: { script: [`echo 'x=${text}'`] } };
}

const required: readonly Case[] = [
  {
    id: 'given-string',
    rule: 'a string lands in the text around it',
    source: inputsPage,
    template: printing('given-string', '{}'),
    inputs: { x: 'dev' },
    becomes: prints('given-string', 'dev'),
    locally: 'same',
  },
  {
    id: 'empty-default',
    rule: 'an empty default makes an input optional and empty',
    source: `${yamlPage}#specinputsdefault`,
    template: printing('empty-default', "{ default: '' }"),
    becomes: prints('empty-default', ''),
    locally: 'same',
  },
  {
    id: 'no-default',
    rule: 'an input without a default must be given',
    source: `${yamlPage}#specinputsdefault`,
    template: printing('no-default', '{}'),
    refused: '`x` input: required value has not been provided',
    locally: 'same',
  },
  {
    id: 'minimal-declaration',
    rule: 'a name alone declares a required string',
    source: `${inputClasses}/string_input.rb`,
    template: printing('minimal-declaration', ''),
    inputs: { x: 'dev' },
    becomes: prints('minimal-declaration', 'dev'),
    locally: 'same',
  },
  {
    id: 'unused-required',
    rule: 'an input without a default must be given even where nothing uses it',
    source: `${inputClasses}/base_input.rb`,
    template: 'spec:\n  inputs:\n    x: {}\n---\nunused-required:\n  script: ["true"]\n',
    refused: '`x` input: required value has not been provided',
    locally: { instead: 'accepts it' },
  },
  {
    id: 'unknown-input',
    rule: 'inputs that are not declared are refused, all of them by name',
    source: `${interpolation}/inputs.rb`,
    template: printing('unknown-input', "{ default: '' }"),
    inputs: { y: 1, z: 2 },
    refused: 'unknown input arguments: y, z',
    locally: { instead: 'accepts them silently' },
  },
  {
    id: 'inputs-without-header',
    rule: 'a file without a header takes no inputs',
    source: `${interpolation}/interpolator.rb`,
    template: 'inputs-without-header:\n  script: ["true"]\n',
    inputs: { x: 'dev' },
    refused: 'Given inputs not defined in the `spec` section of the included configuration file',
    locally: { instead: 'accepts them silently' },
  },
  {
    id: 'no-header',
    rule: 'a file without a header is not interpolated at all',
    source: `${interpolation}/interpolator.rb`,
    template: 'no-header:\n  script: ["echo $[[ inputs.x ]]"]\n',
    becomes: { 'no-header': { script: ['echo $[[ inputs.x ]]'] } },
    locally: 'same',
  },
];

const types: readonly Case[] = [
  {
    id: 'number-whole',
    rule: 'a block that is the whole value keeps the type of a number',
    source: inputsPage,
    template:
      'spec:\n  inputs:\n    x: { type: number }\n---\nnumber-whole:\n  parallel: $[[ inputs.x ]]\n  script: ["true"]\n',
    inputs: { x: 3 },
    becomes: { 'number-whole': { parallel: 3, script: ['true'] } },
    locally: 'same',
  },
  {
    id: 'quoted-boolean',
    rule: 'quotes around a block do not make a boolean text',
    source: `${interpolation}/template.rb`,
    template:
      'spec:\n  inputs:\n    x: { type: boolean, default: false }\n---\nquoted-boolean:\n  allow_failure: "$[[ inputs.x ]]"\n  script: ["echo $[[ inputs.x ]]"]\n',
    inputs: { x: true },
    becomes: { 'quoted-boolean': { allow_failure: true, script: ['echo true'] } },
    locally: 'same',
  },
  {
    id: 'given-false',
    rule: 'false is a value, and not the absence of one',
    source: `${inputClasses}/base_input.rb`,
    template: printing('given-false', '{ type: boolean, default: true }'),
    inputs: { x: false },
    becomes: prints('given-false', 'false'),
    locally: 'same',
  },
  {
    id: 'array-whole',
    rule: 'a list becomes the whole value of a keyword, with the hashes in it',
    source: `${inputsPage}#array-type`,
    template:
      'spec:\n  inputs:\n    x: { type: array, default: [] }\n---\narray-whole:\n  rules: $[[ inputs.x ]]\n  script: ["true"]\n',
    inputs: { x: [{ if: '$CI_COMMIT_BRANCH == "dev"', when: 'manual' }, { when: 'never' }] },
    becomes: {
      'array-whole': {
        rules: [{ if: '$CI_COMMIT_BRANCH == "dev"', when: 'manual' }, { when: 'never' }],
        script: ['true'],
      },
    },
    locally: 'same',
  },
  {
    id: 'array-as-script-item',
    rule: 'a list may be one item of a script, which GitLab flattens',
    source: `${yamlPage}#script`,
    template:
      'spec:\n  inputs:\n    x: { type: array }\n---\narray-as-script-item:\n  script:\n    - echo first\n    - $[[ inputs.x ]]\n',
    inputs: { x: ['echo second', 'echo third'] },
    becomes: { 'array-as-script-item': { script: ['echo first', 'echo second', 'echo third'] } },
    locally: 'same',
  },
  {
    id: 'array-in-text',
    rule: 'a list inside a text takes the form that Ruby prints',
    source: `${interpolation}/template.rb`,
    template: printing('array-in-text', '{ type: array }'),
    inputs: { x: ['a', 'b'] },
    becomes: prints('array-in-text', '["a", "b"]'),
    locally: { instead: 'prints JSON' },
  },
  {
    id: 'text-for-boolean',
    rule: 'text that reads as a boolean is accepted for one',
    source: 'https://gitlab.com/gitlab-org/gitlab/-/issues/560910',
    template:
      'spec:\n  inputs:\n    x: { type: boolean }\n---\ntext-for-boolean:\n  allow_failure: $[[ inputs.x ]]\n  script: ["true"]\n',
    inputs: { x: 'true' },
    becomes: { 'text-for-boolean': { allow_failure: true, script: ['true'] } },
    locally: { instead: 'refuses it' },
  },
  {
    id: 'number-for-string',
    rule: 'a number or boolean given for a string is turned into text',
    source: `${inputClasses}/string_input.rb`,
    template:
      'spec:\n  inputs:\n    x: {}\n    y: {}\n---\nnumber-for-string:\n  image: $[[ inputs.x ]]\n  variables: { Y: "$[[ inputs.y ]]" }\n  script: ["true"]\n',
    inputs: { x: 5, y: true },
    becomes: { 'number-for-string': { image: '5', variables: { Y: 'true' }, script: ['true'] } },
    locally: { instead: 'refuses it' },
  },
  {
    id: 'variable-for-boolean',
    rule: 'a variable is not a boolean',
    source: 'https://gitlab.com/gitlab-org/gitlab/-/issues/560910',
    template: printing('variable-for-boolean', '{ type: boolean }'),
    inputs: { x: '$RUN_IT' },
    refused: '`x` input: provided value is not a boolean',
    locally: 'same',
  },
  {
    id: 'word-for-number',
    rule: 'a word is not a number',
    source: `${inputClasses}/number_input.rb`,
    template: printing('word-for-number', '{ type: number }'),
    inputs: { x: 'three' },
    refused: '`x` input: provided value is not a number',
    locally: 'same',
  },
  {
    id: 'string-for-array',
    rule: 'a string is not a list',
    source: `${inputClasses}/array_input.rb`,
    template: printing('string-for-array', '{ type: array }'),
    inputs: { x: 'ship_docker' },
    refused: '`x` input: provided value is not an array',
    locally: 'same',
  },
  {
    id: 'wrong-default',
    rule: 'a default is held to its type, even where a value is given',
    source: `${inputClasses}/base_input.rb`,
    template: printing('wrong-default', '{ type: number, default: many }'),
    inputs: { x: 3 },
    refused: '`x` input: default value is not a number',
    locally: { instead: 'looks at the given value only' },
  },
  {
    id: 'three-problems',
    rule: 'the problems of a file are told together, the first three of them',
    source: `${interpolation}/interpolator.rb`,
    template:
      'spec:\n  inputs:\n    a: {}\n    b: { type: number }\n    c: { type: boolean }\n---\nthree-problems:\n  script: ["true"]\n',
    inputs: { b: 'x', c: 'y', d: 1 },
    refused:
      'unknown input arguments: d, `a` input: required value has not been provided, `b` input: provided value is not a number',
    locally: { instead: 'accepts them all, as the body uses none of the inputs' },
  },
];

const limits: readonly Case[] = [
  {
    id: 'an-option',
    rule: 'one of the options is accepted',
    source: `${yamlPage}#specinputsoptions`,
    template: printing('an-option', '{ options: [registry, run] }'),
    inputs: { x: 'run' },
    becomes: prints('an-option', 'run'),
    locally: 'same',
  },
  {
    id: 'no-option',
    rule: 'what is not among the options is refused',
    source: `${yamlPage}#specinputsoptions`,
    template: printing('no-option', '{ options: [registry, run] }'),
    inputs: { x: 'latest' },
    refused: '`x` input: `latest` cannot be used because it is not in the list of allowed options',
    locally: 'same',
  },
  {
    id: 'no-number-option',
    rule: 'numbers may have options too',
    source: `${yamlPage}#specinputsoptions`,
    template: printing('no-number-option', '{ type: number, default: 1, options: [1, 2] }'),
    inputs: { x: 3 },
    refused: '`x` input: `3` cannot be used because it is not in the list of the allowed options',
    locally: 'same',
  },
  {
    id: 'default-not-an-option',
    rule: 'the default must be one of the options',
    source: `${yamlPage}#specinputsoptions`,
    template: printing('default-not-an-option', '{ default: none, options: [registry, run] }'),
    refused: '`x` input: `none` cannot be used because it is not in the list of allowed options',
    locally: 'same',
  },
  {
    id: 'options-of-boolean',
    rule: 'booleans have no options',
    source: `${inputClasses}/base_input.rb`,
    template: printing('options-of-boolean', '{ type: boolean, default: true, options: [true] }'),
    refused: '`x` input: Options can only be used with string and number inputs',
    locally: { instead: 'accepts them' },
  },
  {
    id: 'too-many-options',
    rule: 'an input has at most 50 options',
    source: `${yamlPage}#specinputsoptions`,
    template: printing(
      'too-many-options',
      `{ options: [${Array.from({ length: 51 }, (_, index) => `o${index}`).join(', ')}] }`,
    ),
    inputs: { x: 'o1' },
    refused: 'header:spec:inputs:x config cannot define more than 50 options',
    locally: { instead: 'accepts any number' },
  },
  {
    id: 'regex-anywhere',
    rule: 'a regular expression may match anywhere in the value',
    source: `${yamlPage}#specinputsregex`,
    template: printing('regex-anywhere', '{ regex: "v[0-9]" }'),
    inputs: { x: 'model-v3-final' },
    becomes: prints('regex-anywhere', 'model-v3-final'),
    locally: 'same',
  },
  {
    id: 'regex-refuses',
    rule: 'a value that the regular expression does not match is refused',
    source: `${yamlPage}#specinputsregex`,
    template: printing('regex-refuses', '{ regex: "^[a-z]+$" }'),
    inputs: { x: 'Dev1' },
    refused: '`x` input: provided value does not match required RegEx pattern',
    locally: 'same',
  },
  {
    id: 'regex-before-variables',
    rule: 'a variable is matched as it is written, before it is expanded',
    source: `${inputsPage}`,
    template: printing('regex-before-variables', '{ regex: "^([0-9]+|\\\\$[A-Z_]+)$", default: "1" }'),
    inputs: { x: '$INSTANCE_COUNT' },
    becomes: prints('regex-before-variables', '$INSTANCE_COUNT'),
    locally: 'same',
  },
  {
    id: 'regex-and-empty',
    rule: 'an empty value is held to the regular expression like any other',
    source: `${inputClasses}/string_input.rb`,
    template: printing('regex-and-empty', "{ regex: '^(|[0-9]+)$', default: '' }"),
    becomes: prints('regex-and-empty', ''),
    locally: 'same',
  },
  {
    id: 'regex-on-number',
    rule: 'only strings may have a regular expression',
    source: `${yamlPage}#specinputsregex`,
    template: printing('regex-on-number', '{ type: number, default: 1, regex: "^1$" }'),
    refused: '`x` input: RegEx validation can only be used with string inputs',
    locally: { instead: 'ignores it' },
  },
  {
    id: 'regex-look-around',
    rule: 'RE2 knows no look-around',
    source: `${yamlPage}#specinputsregex`,
    template: printing('regex-look-around', '{ regex: "^(?!latest)" }'),
    inputs: { x: 'one' },
    refused: '`x` input: invalid regular expression',
    locally: { instead: 'matches with JavaScript' },
  },
  {
    id: 'unknown-type',
    rule: 'there are four types',
    source: `${yamlPage}#specinputstype`,
    template: printing('unknown-type', '{ type: object }'),
    inputs: { x: 'one' },
    refused: 'header:spec:inputs:x input type unknown value: object',
    locally: 'same',
  },
  {
    id: 'unknown-key-of-input',
    rule: 'an input is declared with known keys only',
    source: `${yamlPage}#specinputs`,
    template: printing('unknown-key-of-input', '{ required: true }'),
    inputs: { x: 'one' },
    refused: 'header:spec:inputs:x config contains unknown keys: required',
    locally: { instead: 'ignores the key' },
  },
];

const ruled = `spec:
  inputs:
    environment: { options: [dev, main] }
    x:
      rules:
        - if: $[[ inputs.environment ]] == 'main' || $[[ inputs.environment ]] == 'uat'
          options: [ml.m5.large, ml.m5.xlarge]
          default: ml.m5.xlarge
        - options: [ml.t2.medium]
          default: ml.t2.medium
---
`;

const inputRules: readonly Case[] = [
  {
    id: 'ruled-default',
    rule: 'the first rule of an input that holds gives its default',
    source: `${inputsPage}#define-conditional-input-options-with-specinputsrules`,
    template: `${ruled}ruled-default:\n  script: ["echo 'x=$[[ inputs.x ]]'"]\n`,
    inputs: { environment: 'main' },
    becomes: prints('ruled-default', 'ml.m5.xlarge'),
    locally: { instead: 'ignores the rules' },
  },
  {
    id: 'ruled-fallback',
    rule: 'the rule without a condition is for all others',
    source: `${inputsPage}#define-conditional-input-options-with-specinputsrules`,
    template: `${ruled}ruled-fallback:\n  script: ["echo 'x=$[[ inputs.x ]]'"]\n`,
    inputs: { environment: 'dev' },
    becomes: prints('ruled-fallback', 'ml.t2.medium'),
    locally: { instead: 'ignores the rules' },
  },
  {
    id: 'ruled-option',
    rule: 'the rule that holds gives the options, too',
    source: `${inputsPage}#define-conditional-input-options-with-specinputsrules`,
    template: `${ruled}ruled-option:\n  script: ["echo 'x=$[[ inputs.x ]]'"]\n`,
    inputs: { environment: 'dev', x: 'ml.m5.large' },
    refused: '`x` input: `ml.m5.large` cannot be used because it is not in the list of allowed options',
    locally: { instead: 'ignores the rules' },
  },
  {
    id: 'rules-of-nobody',
    rule: 'a rule may name an input that is not declared, which is nothing',
    source: `${inputClasses}/rules_evaluator.rb`,
    template: printing('rules-of-nobody', '{ rules: [{ if: "$[[ inputs.y ]] == \'a\'", default: a }] }'),
    becomes: prints('rules-of-nobody', ''),
    locally: { instead: 'ignores the rules' },
  },
  {
    id: 'rules-and-default',
    rule: 'an input has rules or a default, not both',
    source: `${code}/lib/gitlab/ci/config/header/input.rb`,
    template: printing('rules-and-default', '{ default: a, rules: [{ options: [a], default: a }] }'),
    refused: 'header:spec:inputs:x config these keys cannot be used together: default, rules',
    locally: { instead: 'ignores the rules' },
  },
];

const blocks: readonly Case[] = [
  {
    id: 'blocks-in-keys',
    rule: 'keys are interpolated as values are',
    source: inputsPage,
    template:
      'spec:\n  inputs:\n    x: {}\n---\n"$[[ inputs.x ]]-$[[ inputs.x ]]":\n  variables: { "$[[ inputs.x ]]": "1" }\n  script: ["true"]\n',
    inputs: { x: 'blocks-in-keys' },
    becomes: { 'blocks-in-keys-blocks-in-keys': { variables: { 'blocks-in-keys': '1' }, script: ['true'] } },
    locally: 'same',
  },
  {
    id: 'block-in-default',
    rule: 'the header is not interpolated: a block in a default stays text',
    source: 'https://gitlab.com/gitlab-org/gitlab/-/work_items/601160',
    template: `spec:
  component: [version]
  inputs:
    x: { default: "image:$[[ component.version ]]" }
---
block-in-default:
  image: $[[ inputs.x ]]
  script: ["true"]
`,
    version: '1.4.2',
    becomes: { 'block-in-default': { image: 'image:$[[ component.version ]]', script: ['true'] } },
    locally: { instead: 'interpolates it' },
  },
  {
    id: 'block-in-value',
    rule: 'there is one pass: a block in a given value stays text',
    source: `${interpolation}/template.rb`,
    template: printing('block-in-value', '{}'),
    inputs: { x: '$[[ inputs.x ]]' },
    becomes: prints('block-in-value', '$[[ inputs.x ]]'),
    locally: 'same',
  },
  {
    id: 'backslashes',
    rule: 'two backslashes become one inside a text, and stay two where the block is the whole value',
    source: `${interpolation}/template.rb`,
    template:
      'spec:\n  inputs:\n    x: {}\n---\nbackslashes:\n  variables: { WHOLE: "$[[ inputs.x ]]" }\n  script: ["echo $[[ inputs.x ]]"]\n',
    inputs: { x: 'a\\\\b \\d' },
    becomes: { backslashes: { variables: { WHOLE: 'a\\\\b \\d' }, script: ['echo a\\b \\d'] } },
    locally: { instead: 'keeps both' },
  },
  {
    id: 'undeclared-in-body',
    rule: 'a block may only name what the header declares',
    source: `${interpolation}/access.rb`,
    template: 'spec:\n  inputs:\n    x: {}\n---\nundeclared-in-body:\n  script: ["echo $[[ inputs.y ]]"]\n',
    inputs: { x: 'dev' },
    refused: 'unknown interpolation provided: `y` in `inputs.y`',
    locally: 'same',
  },
  {
    id: 'one-word',
    rule: 'a block names a context and a key',
    source: `${interpolation}/access.rb`,
    template: 'spec:\n  inputs:\n    x: {}\n---\none-word:\n  script: ["echo $[[ x1 ]]"]\n',
    inputs: { x: 'dev' },
    refused: 'invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]',
    locally: { instead: 'leaves the block' },
  },
  {
    id: 'long-block',
    rule: 'what a block names has at most 1 KB',
    source: `${interpolation}/access.rb`,
    template: `spec:\n  inputs:\n    x: {}\n---\nlong-block:\n  script: ["echo $[[ inputs.${'x'.repeat(1018)} ]]"]\n`,
    inputs: { x: 'dev' },
    refused: 'maximum interpolation expression size exceeded',
    locally: { instead: 'refuses it for the unknown name only' },
  },
  {
    id: 'matrix-block',
    rule: 'matrix expressions are left for later',
    source: `${interpolation}/block.rb`,
    template: 'spec:\n  inputs:\n    x: {}\n---\nmatrix-block:\n  script: ["echo $[[ matrix.ARCH ]]"]\n',
    inputs: { x: 'dev' },
    becomes: { 'matrix-block': { script: ['echo $[[ matrix.ARCH ]]'] } },
    locally: 'same',
  },
];

function piping(id: string, functions: string): string {
  return `spec:\n  inputs:\n    x: {}\n---\n${id}:\n  script: ["echo 'x=$[[ inputs.x | ${functions} ]]'"]\n`;
}

const functionCases: readonly Case[] = [
  {
    id: 'truncate',
    rule: 'truncate takes an offset and a length',
    source: `${inputsPage}#truncate`,
    template: piping('truncate', 'truncate(2, 3)'),
    inputs: { x: 'resale' },
    becomes: prints('truncate', 'sal'),
    locally: noFunctions,
  },
  {
    id: 'expand-vars',
    rule: 'expand_vars fills in what include may use, and leaves what it does not know',
    source: `${inputsPage}#expand_vars`,
    template: piping('expand-vars', 'expand_vars'),
    inputs: { x: '$CI_SERVER_FQDN/%CI_SERVER_FQDN% $AWS_ROLE_ARN' },
    becomes: prints('expand-vars', 'sgts.gitlab-dedicated.com/sgts.gitlab-dedicated.com $AWS_ROLE_ARN'),
    locally: noFunctions,
  },
  {
    id: 'no-expand-vars',
    rule: 'without expand_vars a variable stays as it is written',
    source: `${inputsPage}#expand_vars`,
    template: printing('no-expand-vars', '{}'),
    inputs: { x: '$CI_SERVER_FQDN' },
    becomes: prints('no-expand-vars', '$CI_SERVER_FQDN'),
    locally: 'same',
  },
  {
    id: 'posix-escape',
    rule: 'posix_escape escapes what a shell would read',
    source: `${inputsPage}#posix_escape`,
    template: piping('posix-escape', 'posix_escape'),
    inputs: { x: 'costs $5; a/b' },
    becomes: prints('posix-escape', String.raw`costs\ \$5\;\ a/b`),
    locally: noFunctions,
  },
  {
    id: 'three-functions',
    rule: 'functions apply from left to right, at most three of them',
    source: `${inputsPage}#specify-functions-to-manipulate-input-values`,
    template: piping('three-functions', 'expand_vars | truncate(0, 6) | posix_escape'),
    inputs: { x: 'a b$CI_SERVER_FQDN' },
    becomes: prints('three-functions', 'a\\ bsgt'),
    locally: noFunctions,
  },
  {
    id: 'four-functions',
    rule: 'four functions are too many',
    source: `${interpolation}/block.rb`,
    template: piping('four-functions', 'expand_vars | expand_vars | expand_vars | expand_vars'),
    inputs: { x: 'dev' },
    refused: 'too many functions in interpolation block',
    locally: 'same',
  },
  {
    id: 'function-on-number',
    rule: 'functions take strings only',
    source: `${interpolation}/functions/truncate.rb`,
    template: piping('function-on-number', 'truncate(0, 1)').replace('x: {}', 'x: { type: number }'),
    inputs: { x: 12 },
    refused: 'error in `truncate` function: invalid input type: truncate can only be used with string inputs',
    locally: noFunctions,
  },
  {
    id: 'unknown-after-known',
    rule: 'all functions must be known before one is applied',
    source: `${interpolation}/functions_stack.rb`,
    template: piping('unknown-after-known', 'truncate(0, 1) | upper').replace('x: {}', 'x: { type: number }'),
    inputs: { x: 12 },
    refused: 'no function matching `upper`: check that the function name, arguments, and types are correct',
    locally: noFunctions,
  },
  {
    id: 'nothing-behind-a-bar',
    rule: 'a bar with nothing behind it is no function',
    source: `${interpolation}/block.rb`,
    template: piping('nothing-behind-a-bar', 'truncate(0, 1)').replace('truncate(0, 1)', ''),
    inputs: { x: 'dev' },
    becomes: prints('nothing-behind-a-bar', 'dev'),
    locally: noFunctions,
  },
  {
    id: 'default-function',
    rule: '`default` stands behind a flag and breaks the pipelines of everybody else',
    source: 'https://gitlab.com/gitlab-org/gitlab/-/work_items/638368',
    template: piping('default-function', 'default(1)'),
    inputs: { x: '' },
    refused: 'no function matching `default(1)`: check that the function name, arguments, and types are correct',
    locally: noFunctions,
  },
  {
    id: 'split-function',
    rule: '`split` stands behind a flag and breaks the pipelines of everybody else',
    source: inputsPage,
    template: piping('split-function', 'split(,)'),
    inputs: { x: 'a,b' },
    refused: 'no function matching `split(,)`: check that the function name, arguments, and types are correct',
    locally: noFunctions,
  },
];

function describing(id: string, members: string): string {
  return `spec:
  component: ${members}
---
${id}:
  script: ["echo $[[ component.name ]] / $[[ component.sha ]] / $[[ component.version ]] / $[[ component.reference ]]"]
`;
}

const componentContext: readonly Case[] = [
  {
    id: 'released',
    rule: 'at a released version a component knows its name, commit, version and reference',
    source: componentSpec,
    template: describing('released', '[name, sha, version, reference]'),
    version: '1.4.2',
    becomes: { released: { script: [`echo released / ${commit} / 1.4.2 / 1`] } },
    locally: { instead: 'knows the version of a partial reference only' },
  },
  {
    id: 'at-a-commit',
    rule: 'at a commit the version is nothing, and leaves nothing in a text',
    source: componentSpec,
    template: describing('at-a-commit', '[name, sha, version, reference]'),
    becomes: { 'at-a-commit': { script: [`echo at-a-commit / ${commit} /  / ${commit}`] } },
    locally: { instead: 'takes the commit for the version' },
  },
  {
    id: 'name-and-commit',
    rule: 'a component names itself and its commit',
    source: expressionsPage,
    template:
      'spec:\n  component: [name, sha, reference]\n---\nname-and-commit:\n  script: ["echo $[[ component.name ]] $[[ component.sha ]] $[[ component.reference ]]"]\n',
    becomes: { 'name-and-commit': { script: [`echo name-and-commit ${commit} ${commit}`] } },
    locally: 'same',
  },
  {
    id: 'undeclared-member',
    rule: 'a component uses only the members that it declares',
    source: expressionsPage,
    template: describing('undeclared-member', '[name, sha, reference]'),
    version: '1.4.2',
    refused: 'unknown interpolation provided: `version` in `component.version`',
    locally: { instead: 'does not look at the declaration' },
  },
  {
    id: 'unknown-member',
    rule: 'there are four members',
    source: `${code}/lib/gitlab/ci/config/header/component.rb`,
    template: describing('unknown-member', '[name, project]'),
    refused: 'header:spec:component config contains unknown values: project',
    locally: { instead: 'does not look at the declaration' },
  },
  {
    id: 'nested-locals',
    rule: 'local files of a component, two deep, speak of the component that was included',
    source: componentSpec,
    template: 'include:\n  - local: /templates/inner.yml\n',
    files: {
      'templates/inner.yml':
        'spec:\n  component: [name, version]\n---\ninclude: { local: lib/innermost.yml }\ninner:\n  script: ["echo $[[ component.name ]] $[[ component.version ]]"]\n',
      'lib/innermost.yml':
        'spec:\n  component: [name, sha]\n---\ninnermost:\n  script: ["echo $[[ component.name ]] $[[ component.sha ]]"]\n',
    },
    version: '1.4.2',
    becomes: {
      innermost: { script: [`echo nested-locals ${commit}`] },
      inner: { script: ['echo nested-locals 1.4.2'] },
    },
    locally: { instead: 'refuses component.* in a nested file' },
  },
  {
    id: 'passed-on',
    rule: 'an aggregate passes inputs on with their types, and decides by them what it includes',
    source: `${docs}/components/`,
    template: `spec:
  inputs:
    with_uat: { type: boolean, default: false }
    tags: { type: array, default: [ship_docker] }
---
include:
  - local: /templates/one.yml
    inputs: { name: passed-on-dev, tags: "$[[ inputs.tags ]]" }
  - local: /templates/one.yml
    rules: [{ if: '"$[[ inputs.with_uat ]]" == "true"' }]
    inputs: { name: passed-on-uat, tags: "$[[ inputs.tags ]]" }
`,
    files: {
      'templates/one.yml':
        'spec:\n  inputs:\n    name: {}\n    tags: { type: array }\n---\n"$[[ inputs.name ]]":\n  tags: $[[ inputs.tags ]]\n  script: ["true"]\n',
    },
    becomes: { 'passed-on-dev': { tags: ['ship_docker'], script: ['true'] } },
    locally: 'same',
  },
  {
    id: 'not-inherited',
    rule: 'a nested file does not see the inputs of the file that includes it',
    source: 'https://gitlab.com/gitlab-org/gitlab/-/issues/462418',
    template: 'spec:\n  inputs:\n    x: {}\n---\ninclude: { local: /templates/inherits.yml }\n',
    files: { 'templates/inherits.yml': printing('inherits', "{ default: 'its own' }") },
    inputs: { x: 'the parent' },
    becomes: prints('inherits', 'its own'),
    locally: 'same',
  },
];

export const cases: readonly Case[] = [
  ...required,
  ...types,
  ...limits,
  ...inputRules,
  ...blocks,
  ...functionCases,
  ...componentContext,
];
