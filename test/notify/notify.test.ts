import { expect, it } from 'vitest';
import approveModel from '../../src/components/approve-model.ts';
import { aboutVersion, builtValue, leaveRecord } from '../components/handover.ts';
import { emulated, projectFolder, startJob } from '../components/job.ts';
import { webhook } from './receiver.ts';

const SLACK = { channel: 'slack', address: 'SLACK_WEBHOOK', host: '127.0.0.1', notify_failures: false } as const;

it('an approval arrives in Slack once, and the log does not show its address', async () => {
  const [emulator, slack] = [await emulated(), await webhook()];
  const arn = emulator.register({ metadata: { rmse: '41250', built: builtValue() } });
  const root = leaveRecord(projectFolder(), 'check-model', { outcome: 'candidate', ...aboutVersion(emulator, arn) });
  const job = await startJob(approveModel, {
    emulator,
    root,
    inputs: { comment: 'Looks <!channel> good' },
    env: { SLACK_WEBHOOK: slack.address },
    channels: [SLACK],
  });
  expect(job.exit, job.log).toBe(0);
  expect(job.log).toContain('Told by slack (SLACK_WEBHOOK): approved.');
  expect(job.log).not.toContain(slack.address);
  expect(slack.received.map(({ body }) => JSON.parse(body).text)).toEqual([
    'ResalePriceModelGroup version 1 was approved for dev by jane',
  ]);
});
