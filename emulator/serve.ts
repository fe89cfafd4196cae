import { parseArgs } from 'node:util';
import { machineClock } from './clock.ts';
import { startEmulator } from './emulator.ts';
import { isScenario, scenarios } from './scenarios.ts';

const READERS =
  'AWS CLI reads AWS_ENDPOINT_URL from version 2.13 on (version 1: from 1.29 on), boto3 from 1.28 on. ' +
  'Give an older AWS CLI --endpoint-url "$AWS_ENDPOINT_URL" with each command.';

/**
 * `npm run emulator [-- --port N] [-- --scenario NAME]`: serves until it is interrupted. A shell may evaluate what it prints
 * on stdout; what is for people is on stderr.
 */
async function main(): Promise<void> {
  const { port, names } = options();
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
    options: { port: { type: 'string', default: '0' }, scenario: { type: 'string', multiple: true, default: [] } },
  });
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
