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

  it('promotes two versions, no bad or worse one, rolls main back, and reads that back from AWS', () => {
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
    expect(text).toContain('5. A version that answers well, and worse than the live one, stops in uat');
    expect(text).toContain('Validated in uat: ResalePriceModelGroup version 4');
    expect(text).toContain('Recorded in uat for ResalePriceModelGroup version 4: quality is good.');
    expect(text).toMatch(/ERROR SMC-5205: Worse than the champion in uat: the answers to 360 rows show it:\n.*mape/);
    expect(text).toContain('skipped: version 4, because its comparison evidence of uat is bad');
    for (const [environment, version, approver] of [
      ['dev', 4, 'lim.wei.jie'],
      ['uat', 4, 'nurul.aisyah'],
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

  it('shows on a merge request what the merge would do, and the approver of main the evidence of uat', () => {
    const { text } = whole;
    expect(text).toContain('dev into uat: plan-deployment, pipeline ');
    expect(text).toContain('A merge into uat offers ResalePriceModelGroup version 2 to the approver.');
    expect(text).toMatch(/^ +quality +good in uat by pipeline \d+, .*: 360 rows, /m);
    expect(text).toMatch(/^ +comparison +first in uat by pipeline \d+, /m);
    expect(text).toMatch(/^ +comparison +good in uat by pipeline \d+, .*: 360 rows, /m);
  });

  it('refuses the one who trained the version in main, and takes the approval of two others', () => {
    const { text } = whole;
    expect(text).toContain(
      'The policy of main does not permit tan.mei.ling to approve ResalePriceModelGroup version 1',
    );
    expect(text).toContain('does not hold: never trained (policy.yml)');
    expect(text).toContain('person   siti.rahimah counts');
    expect(text).toContain('holds: approvals (policy.yml) asks for 2 people; now 2 (rajesh.kumar; siti.rahimah)');
  });

  it('shows the message that the approvers of main got, with where to look, before either of them acts', () => {
    const [before = '', after = ''] = whole.text.split('In Slack, the approvers of main read:');
    expect(before).toContain('Told by slack (SLACK_WEBHOOK_MAIN): approval_wanted.');
    expect(before).not.toContain('main: approve-model');
    expect(after).toMatch(
      /^\n {2}\| ResalePriceModelGroup version 1 for main waits for approval\n(?: {2}\| .*\n)* {2}\| rmse: 41250\n(?: {2}\| .*\n)* {2}\| What you approve: https:\S+approve\.html\n/,
    );
  });

  it('shows once what a log begins with, and of a log like an earlier one only the end', () => {
    const { text } = whole;
    expect(text.match(/^ +caller +arn:/gm)).toHaveLength(1);
    expect(text).toMatch(
      /^uat: approve-model, .*\n {2}> approve-model for uat in the AWS account 111122223333, as resale-price-uat-approval \(\d+ lines\)\n {2}Approved for uat by nurul.aisyah: .*\n {2}passed$/m,
    );
    expect(text.split('\n').length).toBeLessThan(620);
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
