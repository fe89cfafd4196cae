// The emulator, in a process of its own, with an endpoint whose model knows the rows of the bench.
import { machineClock } from '../emulator/clock.ts';
import { startEmulator } from '../emulator/emulator.ts';
import { aboutVersion, recordText } from '../test/components/handover.ts';

/** What a job finds, and how it is started. */
export interface QualityStage {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What deploy-model recorded. */
  readonly record: string;
}

const ENDPOINT = 'resale-price-dev';

const emulator = await startEmulator({ clock: machineClock() });
const arn = emulator.register({ status: 'Approved' });
const config = emulator.deployed({ endpoint: ENDPOINT, package: arn });
emulator.runtime.behaviours.set(ENDPOINT, { predict: (line) => 10 * Number(line) });
const deployed = { outcome: 'deployed', ...aboutVersion(emulator, arn), endpoint: ENDPOINT, config, model: config };
const stage: QualityStage = {
  args: [
    'evaluate-model',
    '--quality-file=quality.yml',
    '--allow-inconclusive=false',
    '--keep-answers=false',
    '--policy-file=',
    '--keep-records=never',
  ],
  env: {
    ...emulator.env,
    CI_PIPELINE_ID: '101',
    CI_JOB_ID: '2',
    INPUT_ENDPOINT_NAME: '',
    INPUT_MAX_WAIT_TIME: '3600',
    INPUT_POLL_INTERVAL: '30',
    INPUT_ENVIRONMENT: 'dev',
    INPUT_AWS_REGION: emulator.region,
    INPUT_ROLE_ARN: 'none',
    INPUT_EXPECTED_ACCOUNT_ID: '',
  },
  record: recordText('deploy-model', deployed),
};
process.send?.(stage);
