import { z } from 'zod';
import type { Mapping } from './document.ts';

/** What a trigger job starts: the configuration of the child, and the variables that it passes. */
export interface Downstream {
  /** The path in the project. */
  readonly file: string;
  /** They count in the child as those of a pipeline that somebody started by hand. */
  readonly variables: Readonly<Record<string, string>>;
}

const variables = z.record(z.string(), z.union([z.coerce.string(), z.object({ value: z.coerce.string() })]));
const trigger = z.object({
  include: z.union([z.string(), z.object({ local: z.string() })]),
  forward: z.object({ yaml_variables: z.boolean().default(true) }).default({ yaml_variables: true }),
});
const bridge = z.object({ trigger, variables: variables.default({}) });

/**
 * What a trigger job starts. The global variables of its configuration are its own, too, and it passes all of them:
 * https://docs.gitlab.com/ci/yaml/#triggerforward
 */
export function downstreamOf(config: Mapping, job: string): Downstream {
  const { trigger, variables: own } = bridge.parse(config[job]);
  const { include, forward } = trigger;
  const passed = { ...variables.parse(config.variables ?? {}), ...own };
  return {
    file: typeof include === 'string' ? include : include.local,
    variables: forward.yaml_variables ? Object.fromEntries(Object.entries(passed).map(plain)) : {},
  };
}

function plain([name, value]: [string, z.output<typeof variables>[string]]): [string, string] {
  return [name, typeof value === 'string' ? value : value.value];
}
