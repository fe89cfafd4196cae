import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PipelineError } from '../../compiler/problem.ts';
import { answers, compileText, includeComponent, mapping } from './answers.ts';

const files = {
  'x.yml': 'x: {script: x}\n',
  'd/y.yaml': 'y: {script: x}\n',
  'z.YML': 'z: {script: x}\n',
  'in.yml': 'spec: {inputs: {a: {default: d}}}\n---\nin: {script: "$[[ inputs.a ]]"}\n',
  'req.yml': 'spec: {inputs: {a: {}}}\n---\nin: {script: "$[[ inputs.a ]]"}\n',
  'empty.yml': '',
  'blank.yml': ' \n',
  'comment.yml': '# c\n',
  'list.yml': '[]',
  'scalar.yml': '5',
  'bad.yml': 'a: [',
  'hash.yml': '{}',
  'script.sh': 'echo',
  'loop.yml': 'include: loop.yml\n',
  'a/rel.yml': 'include: b.yml\n',
  'a/b.yml': 'ab: {script: x}\n',
  'b.yml': 'b: {script: x}\n',
  'nested.yml': 'include: /d/y.yaml\nn: {script: x}\n',
  'over.yml': 'include: x.yml\nx: {script: y, tags: [a]}\n',
  'comp.yml': 'spec: {component: [name]}\n---\nc: {script: "$[[ component.name ]]"}\n',
  'onlyinclude.yml': 'include: x.yml\n',
  'header.yml': 'spec: {inputs: {a: {default: x}}}\n---\n# c\n',
  'nullinc.yml': 'include:\nn: {script: x}\n',
  'ref.yml': '.r: {script: [one]}\nr: {script: [!reference [.r, script]]}\n',
};

const includes = answers(
  'includes',
  z.strictObject({
    text: z.string().optional(),
    template: z.string().default(''),
    files: z.record(z.string(), z.string()).optional(),
    becomes: mapping.optional(),
    refused: z.string().optional(),
  }),
);
type Question = (typeof includes)[number];

/** The project's own file, or else a component with further files of its project. */
const compile = ({ text, template, files: further }: Question) =>
  text === undefined ? includeComponent(template, {}, further) : compileText(text, files, { FILE: 'x.yml' });

/** Where this compiler says something else, and why. */
const differing: readonly [RegExp, string, string][] = [
  [/\*/, 'wildcards are not supported here', 'what they match differs between versions of GitLab'],
  [/"project"/, 'include:project is not supported here', 'there is no other project'],
  [
    /"component":"(?:x|h.*)"/,
    'the component path is not supported',
    'the stand-in refused no address, but GitLab does',
  ],
  [/"bad.yml"/, '`bad.yml`: Invalid configuration format', "these are our YAML parser's own words"],
];
const written = ({ text, template }: Question) => text ?? template;
const difference = (question: Question) => differing.find(([pattern]) => pattern.test(written(question)));
const questions = includes.map((each) => [written(each), each] as const);
const alike = questions.filter(([, each]) => difference(each) === undefined);

describe('what is included', () => {
  it.each(alike.filter(([, { becomes }]) => becomes))('is what GitLab includes: %s', (_, question) => {
    expect(compile(question)).toEqual(question.becomes);
  });

  it.each(alike.filter(([, { refused }]) => refused))('is refused as GitLab refuses it: %s', (_, question) => {
    expect(() => compile(question)).toThrow(new PipelineError(question.refused ?? ''));
  });

  it.each(questions.filter(([, each]) => difference(each)))('is refused in words of our own: %s', (_, question) => {
    expect(() => compile(question)).toThrow(difference(question)?.[1] ?? '');
  });
});

const rules = answers(
  'include-rules',
  z.union([
    z.strictObject({ rules: z.unknown(), included: z.boolean() }),
    z.strictObject({ rules: z.unknown(), refused: z.string() }),
  ]),
);
const variables = { A: '1' };
const ruled = (written: unknown) =>
  compileText(
    JSON.stringify({ include: [{ local: 'x.yml', rules: written }], job: { script: 'x' } }),
    { 'x.yml': 'x: {script: x}', 'd/e.yml': 'e: {script: x}' },
    variables,
  );
const isSupported = (each: { rules?: unknown }) => !JSON.stringify(each.rules).includes('changes');

describe('the rules of an include', () => {
  const supported = rules.filter(isSupported);

  it.each(supported.filter((each) => 'included' in each))('$rules: $included', (each) => {
    expect('x' in ruled(each.rules)).toBe(each.included);
  });

  it.each(supported.filter((each) => 'refused' in each))('$rules are refused: $refused', (each) => {
    expect(() => ruled(each.rules)).toThrow(new PipelineError(each.refused));
  });

  it.each(rules.filter((each) => !isSupported(each)))(
    '$rules are refused by name: nothing has changed here',
    (each) => {
      expect(() => ruled(each.rules)).toThrow('include:rules:changes is not supported here');
    },
  );

  it('take no pattern where nobody knows the files', () => {
    const template = 'include: [{ local: x.yml, rules: [{ exists: "*.yml" }] }]\n';
    expect(() => includeComponent(template, {})).toThrow('rules:exists: `*.yml` is not supported here');
  });
});
