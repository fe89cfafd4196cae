import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PipelineError } from '../../compiler/problem.ts';
import { address, answers, includeComponent, mapping } from './answers.ts';

const component = { template: z.string(), inputs: mapping };
const cases = answers(
  'input-rules',
  z.union([z.strictObject({ ...component, becomes: mapping }), z.strictObject({ ...component, refused: z.string() })]),
);

describe('a component whose inputs have rules', () => {
  it.each(cases.filter((each) => 'becomes' in each))('becomes what it becomes in GitLab: case %#', (example) => {
    expect(includeComponent(example.template, example.inputs)).toEqual(example.becomes);
  });

  it.each(cases.filter((each) => 'refused' in each))('is refused: $refused', ({ template, inputs, refused }) => {
    expect(() => includeComponent(template, inputs)).toThrow(new PipelineError(`\`${address}\`: ${refused}`));
  });
});
