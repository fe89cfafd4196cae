import { expect, it } from 'vitest';
import { numberIn } from '../../src/ground/numeral.ts';

// What pandas.read_csv 3.0 and pandas.to_numeric make of the same texts.
it.each([
  ['5', 5],
  ['+5', 5],
  [' 5\t', 5],
  ['5.', 5],
  ['-.5', -0.5],
  ['007', 7],
  ['1E5', 100_000],
  ['1e-400', 0],
])('%j is the number %d, as pandas reads it', (text, number) => {
  expect(numberIn(text)).toBe(number);
});

it.each([
  ...[
    '',
    ' ',
    '.',
    '+',
    'e5',
    '1e',
    '1e+',
    '--5',
    '- 5',
    '1.0.0',
    '1e1.5',
    '0x10',
    '0X1F',
    '0b11',
    '0o17',
    '1_000',
    '1,000',
  ],
  ...['5,0', '5f', '5%', '$5', '1/2', 'NaN', 'null', 'true', '\u0663', '\uff11', '\u00bd', '\u22125', '\u00a05', '5\n'],
])('%j is no number, as pandas reads it', (text) => {
  expect(numberIn(text)).toBeUndefined();
});

it.each(['Infinity', '-inf', '1e400', '-1e400'])('%j is endless, of which scikit-learn computes nothing', (text) => {
  expect(numberIn(text)).toBeUndefined();
});
