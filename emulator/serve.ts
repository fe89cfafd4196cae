import { parseArgs } from 'node:util';
import { machineClock } from './clock.ts';
import { startEmulator } from './emulator.ts';
import { isSceneName, namedScenes, type SceneName } from './named-scenes.ts';
import { isScenario, type ScenarioName, scenarios } from './scenarios.ts';

const READERS =
  'AWS CLI reads AWS_ENDPOINT_URL from version 2.13 on (version 1: from 1.29 on), boto3 from 1.28 on.\n' +
  'Give an older AWS CLI --endpoint-url "$AWS_ENDPOINT_URL" with each command.';

/**
 * `npm run emulator [-- OPTIONS]`: serves until it is interrupted. A shell may evaluate what it prints on stdout; what is
 * for people is on stderr.
 */
async function main(): Promise<void> {
  const wanted = options();
  if (wanted.help) return console.log(help());
  const emulator = await startEmulator({ port: wanted.port, clock: machineClock() });
  if (wanted.scene) namedScenes[wanted.scene].set(emulator);
  for (const name of wanted.scenarios) emulator.scenario(name);
  console.error(firstLines(emulator.url, wanted));
  // A token that the shell still has from a session would go along with the administrator's keys, and be refused.
  const env = { ...emulator.env, AWS_SESSION_TOKEN: '' };
  for (const [name, value] of Object.entries(env)) console.log(`export ${name}=${value}`);
  const stop = () => {
    console.error(`Served ${emulator.calls.length} calls.`);
    emulator.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

interface Wanted {
  readonly help: boolean;
  readonly port: number;
  readonly scene: SceneName | undefined;
  readonly scenarios: readonly ScenarioName[];
}

function options(): Wanted {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      port: { type: 'string', default: '0' },
      scene: { type: 'string' },
      scenario: { type: 'string', multiple: true, default: [] },
    },
  });
  const { help: asksForHelp, scene, scenario } = values;
  return { help: asksForHelp, port: portOf(values.port), scene: sceneOf(scene), scenarios: scenariosOf(scenario) };
}

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`--port must be a number from 0 to 65535, and is '${text}'. Leave it out for any free port.`);
}

function sceneOf(name: string | undefined): SceneName | undefined {
  if (name === undefined || isSceneName(name)) return name;
  throw new Error(`There is no scene '${name}'. Choose from: ${Object.keys(namedScenes).join(', ')}.`);
}

function scenariosOf(names: readonly string[]): ScenarioName[] {
  const unknown = names.filter((name) => !isScenario(name));
  if (unknown.length === 0) return names.filter(isScenario);
  throw new Error(`There is no scenario '${unknown.join("', '")}'. Choose from: ${Object.keys(scenarios).join(', ')}.`);
}

/** What is there, and what to do next. */
function firstLines(url: string, { scene, scenarios: names }: Wanted): string {
  const { about, look } = scene
    ? namedScenes[scene]
    : { about: 'nothing yet (--scene resale-price starts with a project)', look: 'aws sts get-caller-identity' };
  const wrong = names.map((name) => `\nWhat goes wrong: ${scenarios[name].about}`).join('');
  return `The embedded SageMaker serves on ${url} until you press Ctrl+C.
In it: ${about}.${wrong}

1. Paste the lines that begin with "export" into another shell.
2. There, paste this call:  ${look}

${READERS}
`;
}

function help(): string {
  const named = (each: Readonly<Record<string, { readonly about: string }>>) =>
    Object.entries(each).map(([name, { about }]) => `  ${name.padEnd(36)} ${about}`);
  return [
    'npm run -s emulator -- [--scene NAME] [--scenario NAME]... [--port NUMBER]',
    '',
    'Serves an embedded SageMaker on this machine until you press Ctrl+C, and prints what a shell exports to call it.',
    '',
    '--scene: what is in it from the start (nothing without it)',
    ...named(namedScenes),
    '',
    '--scenario: what goes wrong, each named once or more',
    ...named(scenarios),
    '',
    '--port: any free port without it',
  ].join('\n');
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 64;
});
