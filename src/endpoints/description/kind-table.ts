import type { EndpointDescription } from './description.ts';
import { type Kind, kindOf, NOT_EVALUATED, NOT_LOADED } from './kinds.ts';

/*
 * What an endpoint of each kind can have: the one table of it. docs/endpoint-file.md shows it, and a test executes each cell. Apart from
 * the kinds themselves, which also a job has to load that reads no file.
 */

/** Whether endpoints of a kind can have something: yes, or why not. What is not asked for there has no meaning for the kind. */
export type Cell =
  | { readonly is: 'supported' }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'not needed'; readonly why: string };

type Path = readonly string[];

interface KindRow {
  /** What it is about, in Markdown. */
  readonly what: string;
  /** The keys by which a description asks for it; a job that needs no key asks for it by itself. */
  readonly asks?: (description: EndpointDescription) => readonly Path[];
  readonly cells: Readonly<Record<Kind, Cell>>;
}

const supported: Cell = { is: 'supported' };
const refused = (why: string): Cell => ({ is: 'refused', why });
const notNeeded = (why: string): Cell => ({ is: 'not needed', why });

/** The path, where there is something. */
const when = (isThere: boolean, ...path: Path): readonly Path[] => (isThere ? [path] : []);

const NO_INSTANCES = 'a serverless endpoint has no instances';
const NOT_OFFERED = refused('must not be given: SageMaker does not offer it to serverless endpoints');
const NOT_COUNTED = 'CloudWatch counts no requests of an asynchronous endpoint';
const ONE_BY_ONE = refused(`must be all_at_once: ${NO_INSTANCES} to replace step by step`);
const NO_BAKE = 'nothing tells the requests of a new serverless version from those of the old one';

/** A strategy of one type. */
function strategy(type: NonNullable<EndpointDescription['strategy']>['type'], cells: KindRow['cells']): KindRow {
  return {
    what: `strategy \`${type}\``,
    asks: ({ strategy: how }) => when(how?.type === type, 'strategy', 'type'),
    cells,
  };
}

const RELEASE_ALARMS = ['server_errors', 'model_errors', 'latency'] as const;

/** What SageMaker says of instances, and what it does not offer without them. */
const OF_INSTANCES = [
  'instance_type',
  'instance_pools',
  'variant_instance_provision_timeout_in_seconds',
  'instance_count',
  'volume_size_in_gb',
  'model_data_download_timeout_in_seconds',
  'container_startup_health_check_timeout_in_seconds',
  'inference_ami_version',
  'routing_strategy',
  'enable_ssm_access',
  'core_dump_config',
  'kms_key_id',
  'metrics_config',
] as const satisfies readonly (keyof EndpointDescription)[];

/** https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions */
const EXCLUDED = ['vpc_config', 'enable_network_isolation'] as const satisfies readonly (keyof EndpointDescription)[];

/** The keys that have a value: null and false ask for nothing. */
function valued(keys: readonly (keyof EndpointDescription)[]): (description: EndpointDescription) => readonly Path[] {
  return (description) => keys.filter((key) => (description[key] ?? false) !== false).map((key) => [key]);
}

/** Where a description lets an endpoint be without an instance. */
function noInstances({ autoscaling }: EndpointDescription): readonly Path[] {
  const schedules = Object.entries(autoscaling?.schedules ?? {});
  return [
    ...when(autoscaling?.minimum === 0, 'autoscaling', 'minimum'),
    ...schedules.flatMap(([name, { minimum, maximum }]) =>
      when(minimum === 0 || maximum === 0, 'autoscaling', 'schedules', name),
    ),
  ];
}

export const ROWS: readonly KindRow[] = [
  strategy('all_at_once', { real_time: supported, serverless: supported, asynchronous: supported }),
  strategy('canary', { real_time: supported, serverless: ONE_BY_ONE, asynchronous: supported }),
  strategy('linear', { real_time: supported, serverless: ONE_BY_ONE, asynchronous: supported }),
  strategy('rolling', { real_time: supported, serverless: ONE_BY_ONE, asynchronous: supported }),
  {
    what: 'a bake (`strategy.wait`)',
    asks: ({ strategy: how }) => when((how?.wait ?? 0) > 0, 'strategy', 'wait'),
    cells: { real_time: supported, serverless: refused(`must be 0: ${NO_BAKE}`), asynchronous: supported },
  },
  {
    what: 'requests of the job itself (`strategy.bake_traffic`)',
    asks: ({ strategy: how }) => when(how?.bake_traffic !== undefined, 'strategy', 'bake_traffic'),
    cells: {
      real_time: supported,
      serverless: refused('must not be given: a serverless endpoint does not bake'),
      asynchronous: refused(`must not be given: ${NOT_COUNTED}, and so none of this job`),
    },
  },
  {
    what: 'alarms of the release (`server_errors`, `model_errors`, `latency`)',
    asks: ({ alarms }) => RELEASE_ALARMS.flatMap((key) => when(alarms?.[key] !== undefined, 'alarms', key)),
    cells: {
      real_time: supported,
      serverless: refused(`must not be given: ${NO_BAKE}`),
      asynchronous: refused(`must not be given: ${NOT_COUNTED}. Name an alarm of your own under alarms.named`),
    },
  },
  {
    what: '`alarms.named`',
    asks: ({ alarms }) => when((alarms?.named ?? []).length > 0, 'alarms', 'named'),
    cells: {
      real_time: supported,
      serverless: refused('must not be given: a serverless endpoint does not bake'),
      asynchronous: supported,
    },
  },
  {
    what: '`autoscaling`',
    asks: valued(['autoscaling']),
    cells: {
      real_time: supported,
      serverless: refused(`must not be given: ${NO_INSTANCES}, and SageMaker starts containers up to max_concurrency`),
      asynchronous: supported,
    },
  },
  {
    what: '`autoscaling.invocations_per_instance`',
    asks: ({ autoscaling }) =>
      when(autoscaling?.invocations_per_instance !== undefined, 'autoscaling', 'invocations_per_instance'),
    cells: {
      real_time: supported,
      serverless: refused(`must not be given: ${NO_INSTANCES}`),
      asynchronous: refused(`must not be given: ${NOT_COUNTED}. Set metric, such as ApproximateBacklogSizePerInstance`),
    },
  },
  {
    what: 'no instance at all (0 in `autoscaling.minimum` or a schedule)',
    asks: noInstances,
    cells: {
      real_time: refused(
        'must be at least 1: only an asynchronous endpoint keeps requests until an instance has started',
      ),
      serverless: refused(`must not be given: ${NO_INSTANCES}`),
      asynchronous: supported,
    },
  },
  {
    what: OF_INSTANCES.map((key) => `\`${key}\``).join(', '),
    asks: valued(OF_INSTANCES),
    cells: {
      real_time: supported,
      serverless: refused(`must not be given: ${NO_INSTANCES}`),
      asynchronous: supported,
    },
  },
  {
    what: EXCLUDED.map((key) => `\`${key}\``).join(', '),
    asks: valued(EXCLUDED),
    cells: {
      real_time: supported,
      serverless: NOT_OFFERED,
      asynchronous: supported,
    },
  },
  {
    what: '`data_capture_config`',
    asks: valued(['data_capture_config']),
    cells: {
      real_time: supported,
      serverless: NOT_OFFERED,
      asynchronous: refused('must not be given: the answers of an asynchronous endpoint are in S3 without it'),
    },
  },
  {
    what: '`async_inference_config`',
    asks: valued(['async_inference_config']),
    cells: {
      real_time: notNeeded('an endpoint that has it is asynchronous'),
      serverless: NOT_OFFERED,
      asynchronous: supported,
    },
  },
  { what: 'validate-endpoint', cells: { real_time: supported, serverless: supported, asynchronous: supported } },
  {
    what: 'evaluate-model',
    cells: { real_time: supported, serverless: supported, asynchronous: refused(NOT_EVALUATED) },
  },
  {
    what: 'load-test',
    cells: { real_time: supported, serverless: supported, asynchronous: refused(NOT_LOADED) },
  },
  { what: 'rollback-endpoint', cells: { real_time: supported, serverless: supported, asynchronous: supported } },
  {
    what: 'an update keeps the instances that run',
    cells: { real_time: supported, serverless: notNeeded(NO_INSTANCES), asynchronous: supported },
  },
];

interface KindProblem {
  readonly path: Path;
  readonly why: string;
}

/** What a description asks for that endpoints of its kind cannot have, each at its key. */
export function kindProblems(description: EndpointDescription): KindProblem[] {
  const kind = kindOf(description);
  return ROWS.flatMap(({ asks, cells }) => {
    const cell = cells[kind];
    return cell.is === 'refused' && asks ? asks(description).map((path) => ({ path, why: cell.why })) : [];
  });
}
