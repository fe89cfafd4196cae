import { parseArgs } from 'node:util';
import { machineClock } from './clock.ts';
import { startEmulator } from './emulator.ts';
import { isScenario, scenarios } from './scenarios.ts';

const READERS =
  'AWS CLI reads AWS_ENDPOINT_URL from version 2.13 on (version 1: from 1.29 on), boto3 from 1.28 on. ' +
  'Give an older AWS CLI --endpoint-url "$AWS_ENDPOINT_URL" with each command.';

const HELP = `npm run -s emulator [-- --port N] [-- --scenario NAME]
Serves an embedded SageMaker on this machine until you press Ctrl+C, and prints the variables to export.
  --port N         the port; a free one, if you leave it out
  --scenario NAME  something that goes wrong; may be given again. Any other name, such as '?', lists them.`;

/**
 * `npm run emulator [-- --port N] [-- --scenario NAME]`: serves until it is interrupted. A shell may evaluate what it prints
 * on stdout; what is for people is on stderr.
 */
async function main(): Promise<void> {
  const chosen = options();
  if (!chosen) return console.log(HELP);
  const { port, names } = chosen;
  const emulator = await startEmulator({ port, clock: machineClock() });
  for (const name of names) emulator.scenario(name);
  // A token that the shell still has from a session would go along with the administrator's keys, and be refused.
  const env = { ...emulator.env, AWS_SESSION_TOKEN: '' };
  console.error(READERS);
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}=${value}`);
  const stop = () => {
    console.error(`Served ${emulator.calls.length} calls.`);
    emulator.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function options() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      port: { type: 'string', default: '0' },
      scenario: { type: 'string', multiple: true, default: [] },
    },
  });
  if (values.help) return undefined;
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(
      `--port must be a number from 0 to 65535, and is '${values.port}'. Leave it out for any free port.`,
    );
  }
  const unknown = values.scenario.filter((name) => !isScenario(name));
  if (unknown.length > 0) {
    throw new Error(
      `There is no scenario '${unknown.join("', '")}'. Choose from: ${Object.keys(scenarios).join(', ')}.`,
    );
  }
  return { port, names: values.scenario.filter(isScenario) };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
});
