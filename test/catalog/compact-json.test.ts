import { expect, it } from 'vitest';
import { compactJson } from './compact-json.ts';

const long = Array.from({ length: 9 }, (_, at) => `a value of some length ${at}`);

it.each([
  ['a text', 'a "quoted" text'],
  ['a list that fits', ['a', 1, true, null]],
  ['an object that fits', { a: { b: [] }, 'c"d': {} }],
  [
    'what does not fit',
    {
      Statement: [
        { Sid: 'One', Action: long },
        { Sid: 'Two', Deep: { Deeper: long } },
      ],
    },
  ],
])('JSON on a page says the same for %s, in lines that can be read', (_, value) => {
  const written = compactJson(value);
  expect(JSON.parse(written)).toEqual(value);
  for (const line of written.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
});

it('JSON on a page has a line for what fits into one', () => {
  expect(compactJson({ Effect: 'Allow', Action: long })).toMatch(
    /^\{\n {2}"Effect": "Allow",\n {2}"Action": \[\n {4}"a /,
  );
  expect(compactJson({ Effect: 'Allow', Action: ['a'] })).toBe('{ "Effect": "Allow", "Action": ["a"] }');
});
