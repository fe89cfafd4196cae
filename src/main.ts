import { setTimeout as pause } from 'node:timers/promises';
import type * as z from 'zod/mini';
import { lookAheadAfter } from './compositions/look-ahead.ts';
import type { Component } from './program/component.ts';
import type { Host } from './program/context.ts';
import { runComponent } from './program/run.ts';

/** Command -> program, loaded when it is asked for: a job pays for one component only. */
const COMPONENTS = {
  'deploy-pipeline': program(async () => (await import('./components/deploy-pipeline.ts')).default),
  'check-model': program(async () => (await import('./components/check-model.ts')).default),
  'approve-model': program(async () => (await import('./components/approve-model.ts')).default),
  'reject-model': program(async () => (await import('./components/approve-model.ts')).rejectModel),
  'deploy-model': program(async () => (await import('./components/deploy-model.ts')).default),
  'validate-endpoint': program(async () => (await import('./components/validate-endpoint.ts')).default),
  'evaluate-model': program(async () => (await import('./components/evaluate-model.ts')).default),
  'load-test': program(async () => (await import('./components/load-test.ts')).default),
  'load-test-workers': program(async () => (await import('./components/load-test.ts')).loadTestWorkers),
  'schedule-load': program(async () => (await import('./components/load-test.ts')).scheduleLoad),
  'send-load': program(async () => (await import('./components/load-test.ts')).sendLoad),
  'compare-models': program(async () => (await import('./components/compare-models.ts')).default),
  'delete-comparison': program(async () => (await import('./components/compare-models.ts')).deleteComparison),
  'rollback-endpoint': program(async () => (await import('./components/rollback-endpoint.ts')).default),
  'delete-endpoint': program(async () => (await import('./components/delete-endpoint.ts')).default),
  'plan-deployment': program(async () => (await import('./components/plan-deployment.ts')).default),
  'check-setup': program(async () => (await import('./compositions/check-setup.ts')).checkSetup),
  'check-setup-approval': program(async () => (await import('./compositions/check-setup.ts')).checkSetupApproval),
  'check-inputs': async (host: Host) => (await import('./compositions/promote.ts')).checkInputs(host),
};

function program<Inputs extends z.ZodMiniObject, Output extends string>(
  load: () => Promise<Component<Inputs, Output>>,
): (host: Host) => Promise<number> {
  return async (host) => {
    const component = await load();
    return runComponent(component, host, lookAheadAfter(component.name));
  };
}

// Until it is known how the job ends, it has failed.
process.exitCode = 1;

// Whoever reads the log may stop reading, as `| head` does: the job goes on to its end.
process.stdout.on('error', (error) => {
  if (!('code' in error && error.code === 'EPIPE')) throw error;
});

const REPORT = 'run this job again. If it fails again, report the message to the maintainers of these components.';

process.on('uncaughtException', (error) => {
  end(1, `ERROR SMC-1403: Unexpected error in this component: ${error.message}\nNext: ${REPORT}\n`);
});

/** Ends when all is printed, whatever connections are still open. */
function end(code: number, last = ''): void {
  process.stdout.write(last, () => process.exit(code));
}

const [command = '', ...args] = process.argv.slice(2);
const run = Object.entries(COMPONENTS).find(([name]) => name === command)?.[1];

if (run) {
  void run({
    env: process.env,
    args,
    root: process.cwd(),
    clock: {
      now: () => new Date(),
      sleep: (milliseconds) => pause(milliseconds),
      turn: () => new Promise((wake) => setImmediate(wake)),
      // Node loads all that measures its own speed for `performance`.
      elapsed: () => Number(process.hrtime.bigint()) / 1e6,
      random: Math.random,
    },
    print: (line) => process.stdout.write(`${line}\n`),
    // A second SIGTERM, to a whole group of processes say, must not end the program before its last line.
    stopped: new Promise((stop) => process.on('SIGTERM', () => stop())),
  }).then((code) => end(code));
} else {
  const what = command === '' ? 'No component was named' : `There is no component "${command}"`;
  const known = Object.keys(COMPONENTS).join(', ');
  end(
    64,
    `ERROR SMC-1005: ${what}.\nNext: name one of ${known}; its inputs are the variables INPUT_... (docs/inputs.md).\n`,
  );
}
