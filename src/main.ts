import { runComponent } from './component.ts';

/** Command -> program, loaded when it is asked for: a job pays for one component only. */
const COMPONENTS = {
  'deploy-pipeline': async (host: Host) =>
    runComponent((await import('./components/deploy-pipeline.ts')).default, host),
  'check-model': async (host: Host) => runComponent((await import('./components/check-model.ts')).default, host),
  'approve-model': async (host: Host) => runComponent((await import('./components/approve-model.ts')).default, host),
  'reject-model': async (host: Host) => runComponent((await import('./components/approve-model.ts')).rejectModel, host),
  'deploy-model': async (host: Host) => runComponent((await import('./components/deploy-model.ts')).default, host),
  'validate-endpoint': async (host: Host) =>
    runComponent((await import('./components/validate-endpoint.ts')).default, host),
};

type Host = Parameters<typeof runComponent>[1];

// Whoever reads the log may stop reading, as `| head` does: the job goes on to its end.
process.stdout.on('error', (error) => {
  if (!('code' in error && error.code === 'EPIPE')) throw error;
});

const [command = '', ...args] = process.argv.slice(2);
const run = Object.entries(COMPONENTS).find(([name]) => name === command)?.[1];

if (run) {
  void run({
    env: process.env,
    args,
    root: process.cwd(),
    clock: { now: () => new Date(), sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)) },
    print: (line) => process.stdout.write(`${line}\n`),
  }).then((code) => {
    process.exitCode = code;
  });
} else {
  const what = command === '' ? 'No component was named' : `There is no component "${command}"`;
  process.stdout.write(
    `ERROR ${what}.\nNext: name one of ${Object.keys(COMPONENTS).join(', ')}; its inputs are variables INPUT_... (docs/inputs.md).\n`,
  );
  process.exitCode = 64;
}
