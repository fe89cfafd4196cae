import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Mapping } from '../../compiler/document.ts';
import { PipelineError } from '../../compiler/problem.ts';
import { address, answers, includeComponent, mapping } from './answers.ts';

const header = (x: Mapping) => JSON.stringify({ spec: { inputs: { x } } });
const component = (x: Mapping, job: Mapping) => `${header(x)}\n---\n${JSON.stringify({ job })}\n`;

const types = answers(
  'types',
  z.strictObject({
    type: z.string(),
    value: z.unknown(),
    /** Both, where nothing is said. */
    as: z.enum(['provided', 'default']).optional(),
    becomes: z.unknown().optional(),
    refused: z.string().optional(),
  }),
);
type Typed = (typeof types)[number];
/** What JavaScript's numbers cannot tell from another, or keep: refused by name. */
const unsupported = [
  ...['1e3', '1e2', '1.0', '1E400', 'Infinity', '-Infinity', 'NaN'],
  ...['12345678901234567890', '100000000000000000000000', '123456789.123456789'],
];
const isSupported = ({ type, value }: Typed) => type !== 'number' || !unsupported.some((text) => text === value);

const job = { script: 'x', variables: { V: '$[[ inputs.x ]]' } };
const provided = ({ type, value }: Typed) => includeComponent(component({ type }, job), { x: value });
const declared = ({ type, value }: Typed) => includeComponent(component({ type, default: value }, job), {});
const becoming = (value: unknown) => ({ job: { script: 'x', variables: { V: value } } });
const refusing = (problem: string) => new PipelineError(`\`${address}\`: \`x\` input: ${problem}`);

describe('a value of an input', () => {
  const titled = (cases: readonly Typed[]) =>
    cases.map((each) => [each.type, JSON.stringify(each.value), each] as const);
  const accepted = types.filter((each) => isSupported(each) && each.refused === undefined);
  const refused = types.filter((each) => isSupported(each) && each.refused !== undefined);

  it.each(titled(accepted.filter((each) => each.as !== 'default')))('is a %s, when %s is provided', (_, __, each) => {
    expect(provided(each)).toEqual(becoming(each.becomes));
  });

  it.each(titled(accepted.filter((each) => each.as !== 'provided')))(
    'is a %s, when %s is the default',
    (_, __, each) => {
      expect(declared(each)).toEqual(becoming(each.becomes));
    },
  );

  it.each(titled(refused.filter((each) => each.as !== 'default')))('is no %s, when %s is provided', (_, __, each) => {
    const problem = each.as ? each.refused : `provided ${each.refused}`;
    expect(() => provided(each)).toThrow(refusing(problem ?? ''));
  });

  it.each(titled(refused.filter((each) => each.as === undefined)))(
    'is no %s, when %s is the default',
    (_, __, each) => {
      expect(() => declared(each)).toThrow(refusing(`default ${each.refused}`));
    },
  );

  it.each(unsupported)('is refused by name where it is a number that cannot be kept: %s', (value) => {
    expect(() => provided({ type: 'number', value })).toThrow(`the number "${value}" is not supported here`);
  });
});

const texts = answers(
  'texts',
  z.strictObject({ input: mapping, given: z.unknown(), script: z.unknown(), becomes: z.unknown() }),
);

describe('an input in a text', () => {
  it.each(texts.map((each) => [JSON.stringify(each.given), each] as const))('%s is printed as Ruby does', (_, each) => {
    const template = component(each.input, { script: each.script });
    expect(includeComponent(template, { x: each.given })).toEqual({ job: { script: each.becomes } });
  });
});

const components = answers(
  'components',
  z.union([
    z.strictObject({ template: z.string(), inputs: mapping, becomes: mapping }),
    z.strictObject({ template: z.string(), inputs: mapping, refused: z.string() }),
  ]),
);

describe('a component made at random', () => {
  it.each(components.filter((each) => 'becomes' in each))('becomes what it becomes in GitLab: case %#', (each) => {
    expect(includeComponent(each.template, each.inputs)).toEqual(each.becomes);
  });

  it.each(components.filter((each) => 'refused' in each))('is refused: $refused', ({ template, inputs, refused }) => {
    expect(() => includeComponent(template, inputs)).toThrow(new PipelineError(`\`${address}\`: ${refused}`));
  });
});
