import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DemoOptions, demo } from './demo.ts';

/** Runs the demo without its pauses; returns its verdict and what it printed. */
async function watch(options: Omit<DemoOptions, 'print'> = {}) {
  const printed: string[] = [];
  const green = await demo({ ...options, print: (text) => printed.push(stripVTControlCharacters(text)) });
  return { green, text: printed.join('\n') };
}

describe('the demo', () => {
  let whole: Awaited<ReturnType<typeof watch>>;
  beforeAll(async () => {
    whole = await watch();
  }, 300_000);

  it('promotes two versions, none that is bad, rolls main back, and reads that back from AWS', () => {
    const { green, text } = whole;
    expect(text).toContain('3. A training run that is not good enough promotes nothing');
    expect(text).toContain('condition GoodEnough was false');
    expect(text.split('\n')[0]).toMatch(/ It takes about a minute, and needs no AWS account/);
    expect(text).toContain('npm run -s emulator -- --scene resale-price');
    expect(text).toContain('resale-price-main serves ResalePriceModelGroup version 1 again');
    expect(text).toContain('4. A version that answers with errors is rolled back in uat, and refused in main');
    expect(text).toMatch(/Bake: [\d,]+ requests of others reached the new fleet, without an error/);
    expect(text).toMatch(/server_errors fired at [\d:]+ UTC: 20 % /);
    expect(text).toContain('it is not validated in uat');
    for (const [environment, version, approver] of [
      ['dev', 3, 'lim.wei.jie'],
      ['uat', 2, 'nurul.aisyah'],
      ['main', 1, 'rajesh.kumar'],
    ]) {
      expect(text).toMatch(
        new RegExp(
          `^${environment} +${version} +resale-price-${environment} +InService +resale-price-${environment}-v${version}-\\w+ +${approver} +20`,
          'm',
        ),
      );
    }
    expect(green).toBe(true);
  });

  it('shows once what a log begins with, and then only that it was there', () => {
    const { text } = whole;
    expect(text.match(/^ +caller +arn:/gm)).toHaveLength(1);
    expect(text).toContain(
      '> approve-model for uat in the AWS account 111122223333, as resale-price-uat-approval (8 lines)',
    );
    expect(text.split('\n').length).toBeLessThan(630);
  });

  it('is red when AWS does not answer', async () => {
    const { green, text } = await watch({ awsIsDown: true });
    expect(text).toContain('dev: deploy-pipeline, pipeline 1001');
    expect(text).toContain('ECONNREFUSED');
    expect(text).not.toContain('What to try next');
    expect(green).toBe(false);
  }, 300_000);

  it.each([
    ['deploy-model', 'Could not find endpoint'],
    ['validate-endpoint', 'dev: it should be validated behind this endpoint and config.'],
  ])(
    'is red when %s does nothing',
    async (program, found) => {
      const { green, text } = await watch({ replaced: { [program]: 'true' } });
      expect(text).toContain(found);
      expect(green).toBe(false);
    },
    300_000,
  );
});
