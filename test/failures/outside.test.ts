import { describe, it } from 'vitest';
import { buildForTests } from '../components/process.ts';
import { judgeOutside } from './judging.ts';
import { OUTSIDE } from './outside.ts';

describe('what a person sees of what no answer of AWS brings about', () => {
  const bundle = buildForTests();

  it.each(OUTSIDE.map((row) => ({ ...row, name: `${row.component}, when ${row.when}` })))('$name', async (row) => {
    judgeOutside(row, await row.provoke(bundle));
  });
});
