import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { nameInPromote } from '../../gitlab/include.ts';
import { givenTo, inputProblem, invisibleIn, messagesOf, safeRead, variableFor } from '../../gitlab/inputs.ts';
import type { Env } from '../../ground/env.ts';
import type { Component } from '../../program/component.ts';
import type { Viewpoint } from '../../program/context.ts';

/** What a job that is not the component's own can say of its inputs. */
export interface Judged {
  readonly component: Component;
  readonly problems: readonly string[];
  /** Inputs of which nothing can be said yet, with the reason. */
  readonly unknown: readonly string[];
  /** Inputs that are right. */
  readonly known: Readonly<Record<string, unknown>>;
}

/**
 * Judges what promote gives to a component, as far as it arrives: under promote's own names, as variables of this job.
 * What does not arrive is a word of a list, which GitLab has checked.
 */
export function judge(component: Component, { env, root }: Viewpoint): Judged {
  const received = (input: string) => env[variableFor(nameInPromote(component.name, input))];
  const replaced = withBranch(env);
  const messages = messagesOf(safeRead(component.inputs, received, replaced).error?.issues ?? []);
  const problems: string[] = [];
  const unknown: string[] = [];
  const known: Record<string, unknown> = {};
  if (Object.keys(component.inputs.shape).every((input) => received(input) === undefined))
    problems.push(`No input of ${component.name} reached this job: keep the "variables:" that promote gives it.`);
  for (const [input, schema] of Object.entries(component.inputs.shape)) {
    const [name, value, wrong] = [nameInPromote(component.name, input), received(input), messages.get(input)];
    if (value === undefined) continue;
    const why = whyUnknown({ input, value, schema }, { env, root });
    if (why !== undefined) unknown.push(`${name} (${why})`);
    else if (wrong) problems.push(inputProblem(name, wrong, { value, schema, env }));
    else known[input] = z.safeParse(schema, givenTo(schema, value, replaced)).data;
  }
  return { component, problems, unknown, known };
}

/** The pipeline of a merge request has no branch and no environment: any stands for those that a later job has. */
function withBranch(env: Env): Env {
  const { CI_COMMIT_BRANCH = 'branch', CI_ENVIRONMENT_NAME = 'environment' } = env;
  return { ...env, CI_COMMIT_BRANCH, CI_ENVIRONMENT_NAME };
}

interface GivenInput {
  readonly input: string;
  readonly value: string;
  readonly schema: z.core.$ZodType;
}

/** Why nothing can be said of a value yet: the job that it is for may see more variables, or a file of another job. */
function whyUnknown({ input, value, schema }: GivenInput, { env, root }: Viewpoint): string | undefined {
  const invisible = invisibleIn(value, schema, env);
  if (invisible !== undefined) return `no CI/CD variable ${invisible} is visible in this job`;
  const rendered = input === 'definition_file' && value !== '' && !existsSync(resolve(root, value));
  return rendered ? `${value} is not in the repository` : undefined;
}
