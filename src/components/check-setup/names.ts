import { contentName, MAX_CONFIG_NAME } from '../../endpoints/names.ts';
import { alarmPrefix } from '../../endpoints/rollout/release-alarms.ts';
import { temporaryPrefix } from '../../endpoints/temporary.ts';
import { groupArnIn, versionArnIn } from '../../registry/packages.ts';

/** What the requests of a check are about: what the project has, and beside it names of what nobody ever makes. */
export interface CheckedNames {
  readonly region: string;
  readonly account: string;
  readonly environment: string;
  readonly path: readonly string[];
  readonly endpoint: string;
  readonly pipeline: string | undefined;
  readonly executionRole: string | undefined;
  readonly pipelineRole: string | undefined;
  /** The ARN of the group. */
  readonly group: string;
  /** The ARN of a version of the group that there never is. */
  readonly noVersion: string;
  /** The name that a deployment of that version would give to its model and endpoint config: a request for one is refused. */
  readonly noModel: string;
  /** Such a name that no request asks to make. */
  readonly noConfig: string;
  /** The same for a comparison. */
  readonly noComparison: string;
  /** A variant that no endpoint has. */
  readonly noVariant: string;
  /** An alarm of a release that there never was. */
  readonly noAlarm: string;
  /** An endpoint that is no project's. */
  readonly noEndpoint: string;
}

/** SageMaker counts the versions of a group from 1: none comes so far. */
const NEVER_REACHED = 999_999_999;

interface KnownNames extends Pick<CheckedNames, 'region' | 'account' | 'environment' | 'path' | 'endpoint'> {
  /** By name or ARN. */
  readonly modelPackageGroup: string;
  readonly prefix: string;
  readonly pipeline?: string | undefined;
  readonly executionRole?: string | undefined;
  readonly pipelineRole?: string | undefined;
  /** The ID of the project. */
  readonly project: string;
  /** In every name of what there is not, and known to nobody before: else somebody could make it first. */
  readonly chance: string;
}

/** The names by which one job asks. */
export function checkedNames(given: KnownNames): CheckedNames {
  const {
    region,
    account,
    environment,
    path,
    endpoint,
    pipeline,
    executionRole,
    pipelineRole,
    prefix,
    project,
    chance,
  } = given;
  const group = groupArnIn(given, given.modelPackageGroup);
  const named = (what: string) =>
    contentName({ prefix, environment, version: NEVER_REACHED }, { chance, what }, MAX_CONFIG_NAME);
  const noConfig = named('no config');
  return {
    ...{ region, account, environment, path, endpoint, pipeline, executionRole, pipelineRole, group, noConfig },
    noModel: named('no model'),
    noVersion: versionArnIn(group, NEVER_REACHED),
    noComparison: `${temporaryPrefix(project)}v${NEVER_REACHED}-${chance}`.slice(0, MAX_CONFIG_NAME),
    noVariant: `none-${chance}`,
    noAlarm: `${alarmPrefix(endpoint, noConfig)}none`,
    noEndpoint: contentName(
      { prefix: 'no-such-endpoint', environment: project, version: NEVER_REACHED },
      { chance },
      63,
    ),
  };
}

/** The scalable target of a variant that there is not. */
export function noTarget({ endpoint, noVariant }: CheckedNames) {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpoint}/variant/${noVariant}`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const;
}
