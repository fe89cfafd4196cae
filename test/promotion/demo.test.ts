import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type DemoOptions, demo } from './demo.ts';

/** Runs the demo without its pauses; returns its verdict and what it printed. */
async function watch(options: Omit<DemoOptions, 'print'> = {}) {
  const printed: string[] = [];
  const green = await demo({ hurry: true, ...options, print: (text) => printed.push(stripVTControlCharacters(text)) });
  return { green, text: printed.join('\n') };
}

describe('the demo', () => {
  it('promotes two versions, and not one that is not good enough, and reads that back from AWS', async () => {
    const { green, text } = await watch();
    expect(text).toContain('3. A training run that is not good enough promotes nothing');
    expect(text).toContain('condition GoodEnough was false');
    for (const [environment, approver] of [
      ['dev', 'lim.wei.jie'],
      ['uat', 'nurul.aisyah'],
      ['main', 'rajesh.kumar'],
    ]) {
      expect(text).toMatch(
        new RegExp(
          `^${environment} +2 +resale-price-${environment} +InService +resale-price-${environment}-v2-\\w+ +${approver} +20`,
          'm',
        ),
      );
    }
    expect(green).toBe(true);
  }, 120_000);

  it('is red when AWS does not answer', async () => {
    const { green, text } = await watch({ awsIsDown: true });
    expect(text).toContain('dev: deploy-pipeline, pipeline 1001');
    expect(text).toContain('ECONNREFUSED');
    expect(green).toBe(false);
  }, 120_000);

  it.each([
    ['approve-model', 'Could not find endpoint'],
    ['deploy-model', 'Could not find endpoint'],
    ['validate-endpoint', 'dev: it should be validated behind this endpoint and config.'],
  ])(
    'is red when %s does nothing',
    async (program, found) => {
      const { green, text } = await watch({ replaced: { [program]: 'true' } });
      expect(text).toContain(found);
      expect(green).toBe(false);
    },
    120_000,
  );
});
