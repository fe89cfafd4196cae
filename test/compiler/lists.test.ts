import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { answers, includeComponent, mapping } from './answers.ts';

const lists = answers('lists', z.strictObject({ template: z.string(), inputs: mapping, becomes: mapping }));

describe('a list that an input gives', () => {
  it.each(lists)('is spliced into the list it stands in, and nowhere else: case %#', (example) => {
    expect(includeComponent(example.template, example.inputs)).toEqual(example.becomes);
  });

  it('is spliced as far as it goes: a list within it stays one', () => {
    const template =
      'spec:\n  inputs:\n    x: { type: array }\n---\na: { script: [run], tags: [first, "$[[ inputs.x ]]"] }\n';
    expect(includeComponent(template, { x: ['second', ['third']] })).toEqual({
      a: { script: ['run'], tags: ['first', 'second', ['third']] },
    });
  });
});
