import { spawnSync } from 'node:child_process';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** How GitLab's runner hands a job's script to the shell: until 19.0, and since 19.1. */
const FORMS: readonly (readonly [string, (script: string) => string])[] = [
  ['until 19.0', (script) => `set -eo pipefail\nset +o noclobber\n: | eval ${quoted(script)}\nexit 0\n`],
  ['since 19.1', (script) => `set -eo pipefail\nset +o noclobber\neval ${quoted(script)}\nexit 0\n`],
];

const SHELLS = [['bash'], ['dash'], ['busybox', 'sh']].filter(
  ([program = '']) => spawnSync(program, ['-c', 'true'].slice(program === 'busybox' ? 2 : 0)).error === undefined,
);

/** A shell of a runner: its command, and what it gets as its input for a script. */
export interface RunnerShell {
  readonly title: string;
  readonly program: string;
  readonly args: readonly string[];
  inputFor(script: string): string;
}

/** Every shell that this machine has, in each of the runner's forms. */
export const RUNNER_SHELLS: readonly RunnerShell[] = SHELLS.flatMap(([program = '', ...args]) =>
  FORMS.map(([form, wrap]) => ({
    ...{ program, args, title: `${[program, ...args].join(' ')}, in the form of a runner ${form}` },
    // dash has no pipefail: there, the runner asks for errexit only.
    inputFor: (script) => wrap(script).replace('set -eo pipefail', program === 'dash' ? 'set -e' : '$&'),
  })),
);
