import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';

/** Where an environment stands, as AWS tells it: what its endpoint serves, and what the registry says of that. */
export interface Standing {
  readonly environment: string;
  readonly version: string;
  readonly endpoint: string;
  readonly status: string;
  readonly config: string;
  readonly approvedBy: string;
  /** When the version was validated behind exactly this endpoint and config. */
  readonly validated: string;
}

/** Walks from the endpoint to the config that it serves, its model and the model's package. */
export async function readStanding(client: SageMakerClient, environment: string): Promise<Standing> {
  const endpoint = `resale-price-${environment}`;
  const { EndpointStatus: status, EndpointConfigName: config } = await client.send(
    new DescribeEndpointCommand({ EndpointName: endpoint }),
  );
  const { ProductionVariants: variants = [] } = await client.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: config }),
  );
  const { Containers: containers = [], PrimaryContainer: container = containers[0] } = await client.send(
    new DescribeModelCommand({ ModelName: variants[0]?.ModelName }),
  );
  const described = await client.send(
    new DescribeModelPackageCommand({ ModelPackageName: container?.ModelPackageName }),
  );
  const { CustomerMetadataProperties: metadata = {}, ModelPackageVersion: version } = described;
  const [approval, validation] = [
    wordsOf(metadata[`approved.${environment}`]),
    wordsOf(metadata[`validated.${environment}`]),
  ];
  const validatedThis = validation.get('endpoint') === endpoint && validation.get('config') === config;
  return {
    environment,
    version: String(version),
    endpoint,
    status: String(status),
    config: String(config),
    approvedBy: approval.get('by') ?? '',
    validated: validatedThis ? (validation.get('at') ?? '') : '',
  };
}

/** The versions of the group, from the oldest, with their approval status. */
export async function readVersions(client: SageMakerClient, group: string): Promise<string[]> {
  const { ModelPackageSummaryList: listed = [] } = await client.send(
    new ListModelPackagesCommand({ ModelPackageGroupName: group, SortBy: 'CreationTime', SortOrder: 'Ascending' }),
  );
  return listed.map(({ ModelPackageVersion: version, ModelApprovalStatus: status }) => `${version} ${status}`);
}

function wordsOf(entry: string | undefined): Map<string, string> {
  const words = (entry ?? '').split(' ').map((word): [string, string] => {
    const at = word.indexOf('=');
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return new Map(words);
}
