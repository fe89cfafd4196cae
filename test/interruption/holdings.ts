import type { Emulator } from '../../emulator/emulator.ts';
import type { FinishedJob } from '../components/job.ts';

/** Everything that AWS holds, but for when it was made and by which job of the pipeline. */
export function holdings(emulator: Emulator): unknown {
  const { registry, models, endpoints, autoscaling, tags, pipelines, executions } = emulator;
  const tagged = <Made extends { name: string; arn: string; request: object }>({ name, arn, request }: Made) => ({
    name,
    request,
    tags: tags.of(arn),
  });
  return unsigned({
    packages: [...registry.groups.values()].flatMap((group) =>
      group.packages.map(({ arn, status, approval, approvalDescription, metadata, content }) => ({
        group: group.name,
        ...{ arn, status, approval, approvalDescription, metadata, content },
        tags: tags.of(arn),
      })),
    ),
    models: [...models.models.values()].map(tagged),
    configs: [...models.configs.values()].map(tagged),
    endpoints: [...endpoints.all.values()].map(({ name, arn, status, config, pending, variants, failureReason }) => ({
      ...{ name, status, failureReason },
      variants: variants.map(({ resolved: _, ...variant }) => variant),
      config: config.name,
      pending: pending?.config.name,
      tags: tags.of(arn),
    })),
    alarms: [...emulator.cloudwatch.alarms.all.keys()],
    scaling: {
      targets: [...autoscaling.targets.all.values()].map(({ created: _, ...target }) => target),
      policies: autoscaling.policies.all.map(({ CreationTime: _, ...policy }) => policy),
      schedules: autoscaling.schedules.all.map(({ CreationTime: _, ...schedule }) => schedule),
    },
    pipelines: [...pipelines.all.values()].map(({ name, role, versions }) => ({
      ...{ name, role },
      definitions: versions.map(({ text }) => text),
    })),
    executions: [...executions.all.values()].map(({ name, arn, status, version, request, run }) => ({
      ...{ name, arn, status },
      version: version.id,
      parameters: request.PipelineParameters,
      description: request.PipelineExecutionDescription,
      steps: run.runs.map(({ step, status: ended, attempts, metadata }) => ({
        ...{ step: step.name, ended, attempts, metadata },
      })),
    })),
  });
}

/** What a job tells the jobs after it, and the person who looks at it. */
export function told({ exit, record, outputs }: Pick<FinishedJob, 'exit' | 'record' | 'outputs'>): unknown {
  const { job: _, job_name: __, comment: ___, ...rest } = record ?? {};
  return unsigned({ exit, record: rest, outputs });
}

/**
 * How often something was made, changed or deleted. A tag may be written twice: that changes nothing. Each job deletes its own
 * payload: two jobs, two payloads.
 */
export function changes({ calls }: Emulator): Readonly<Record<string, number>> {
  const took = calls.filter(({ answer }) => answer === 'ok' || answer.endsWith('after the effect'));
  const changing = took.filter(({ operation }) => /^(Create|Update|Delete(?!Object)|Start|Stop)/.test(operation));
  const counts = Map.groupBy(changing, ({ operation }) => operation);
  return Object.fromEntries([...counts].map(([operation, { length }]) => [operation, length]));
}

/**
 * Without the number of the job, its minute and those of the people who approved, the port of a GitLab, how fast a model answered, and
 * how many requests the jobs of one update may have sent, wherever they stand.
 */
function unsigned(value: unknown): unknown {
  const text = JSON.stringify(value).replaceAll(
    /(?<=")job=\d+| (job=\d+|at=[\d:TZ-]+|(?:median|slowest)_ms=\d+|since=\S+ most=\d+|since=[\d:TZ-]+)/g,
    '',
  );
  return JSON.parse(text.replaceAll(/\/-\/jobs\/\d+|http:\/\/127\.0\.0\.1:\d+|,"at":"[\d:.TZ-]+"/g, ''));
}
