import {
  DescribeEndpointConfigOutput$,
  DescribeEndpointOutput$,
  DescribeModelOutput$,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { options } from '../../src/endpoints/description/description.ts';
import { type Described, differencesFrom, lostMembers, MEMBERS, OPTIONS } from '../../src/endpoints/members.ts';

/** How the SDK tells a type: its kind, namespace and name, traits, and then the members' names and types, or the item's. */
type Schema = readonly [kind: number, namespace: string, name: string, traits: unknown, ...rest: readonly unknown[]];

const LIST = 1;
const STRUCTURE = 3;

const isSchema = (value: unknown): value is Schema => Array.isArray(value) && typeof value[0] === 'number';
const resolved = (type: unknown): unknown => (typeof type === 'function' ? resolved(type()) : type);

/** The path of each member of a type that the SDK knows, and of each in it; `[]` is an item of a list. */
function pathsIn(type: unknown, path = ''): string[] {
  const schema = resolved(type);
  if (!isSchema(schema)) return [path];
  const [kind, , , , inner, types] = schema;
  if (kind === LIST) return pathsIn(inner, `${path}[]`);
  if (kind !== STRUCTURE || !Array.isArray(inner) || !Array.isArray(types)) return [path];
  return inner.flatMap((name, index) => pathsIn(types[index], path === '' ? `${name}` : `${path}.${name}`));
}

/** The path, and those of what is around it. */
function pathsAround(path: string): string[] {
  const ends = [...path.matchAll(/\[\]|\.|$/g)].map(({ index }) => index);
  return [...ends.map((end) => path.slice(0, end)), path];
}

const SCHEMAS: Readonly<Record<Described, unknown>> = {
  'endpoint config': DescribeEndpointConfigOutput$,
  model: DescribeModelOutput$,
  endpoint: DescribeEndpointOutput$,
};

/** A plan with this request, whose endpoint file states these options. */
const planned = (request: object = {}, stated: readonly string[] = []) => ({ request, stated: new Set(stated) });

const KINDS = ['endpoint config', 'model', 'endpoint'] as const;

describe('the members of SageMaker’s answers', () => {
  it.each(KINDS)('are all classed, as many as the SDK knows: %s', (kind) => {
    const paths = pathsIn(SCHEMAS[kind]);
    expect(paths).toContain(
      kind === 'model' ? 'PrimaryContainer.ModelPackageName' : 'ProductionVariants[].VariantName',
    );
    const unclassed = paths.filter((path) => !pathsAround(path).some((each) => each in MEMBERS[kind]));
    expect(unclassed, 'class them in src/endpoints/members.ts').toEqual([]);
  });

  it.each(KINDS)('are classed once, and none that the SDK does not know: %s', (kind) => {
    const known = new Set(pathsIn(SCHEMAS[kind]).flatMap(pathsAround));
    const classed = Object.keys(MEMBERS[kind]);
    expect(classed.filter((path) => !known.has(path))).toEqual([]);
    expect(classed.filter((path) => pathsAround(path).some((each) => each !== path && classed.includes(each)))).toEqual(
      [],
    );
  });

  it('are refused when they are not classed, at any depth, with their value', () => {
    const answer = {
      Tomorrow: 7,
      ProductionVariants: [{ VariantName: 'a', RoutingConfig: { Sticky: true } }],
      At: new Date(0),
    };
    expect([
      ...lostMembers('endpoint config', answer, planned({ ProductionVariants: [{ VariantName: 'a' }] })),
    ]).toEqual([
      ['Tomorrow', '7'],
      ['ProductionVariants[0].RoutingConfig.Sticky', 'true'],
      ['At', '"1970-01-01T00:00:00.000Z"'],
    ]);
  });

  it('are nothing when they are empty, however deep', () => {
    const answer = {
      VpcConfig: { Subnets: undefined },
      KmsKeyId: undefined,
      AsyncInferenceConfig: null,
      ExplainerConfig: { ClarifyExplainerConfig: { Labels: [] } },
    };
    expect([...lostMembers('endpoint config', answer, planned())]).toEqual([]);
  });

  it('of which SageMaker has two or more are refused from the second on', () => {
    const variant = { VariantName: 'a' };
    const answer = { ProductionVariants: [variant, { VariantName: 'b' }] };
    expect([...lostMembers('endpoint config', answer, planned({ ProductionVariants: [variant] })).keys()]).toEqual([
      'ProductionVariants[1]',
    ]);
  });

  it('are harmless only at SageMaker’s default', () => {
    const lost = (value: boolean) => {
      const MetricsConfig = { EnableEnhancedMetrics: value, EnableDetailedObservability: value };
      return [...lostMembers('endpoint config', { EnableNetworkIsolation: value, MetricsConfig }, planned()).keys()];
    };
    expect(lost(false)).toEqual([]);
    expect(lost(true)).toEqual([
      'EnableNetworkIsolation',
      'MetricsConfig.EnableEnhancedMetrics',
      'MetricsConfig.EnableDetailedObservability',
    ]);
  });

  it('are told in at most 200 characters', () => {
    const [[, whole = ''] = []] = [...lostMembers('model', { Containers: ['x'.repeat(196)] }, planned())];
    expect(whole).toMatch(/^\["x{196}"\]$/);
    const [[, told = ''] = []] = [...lostMembers('model', { Containers: ['x'.repeat(300)] }, planned())];
    expect(told).toMatch(/^\["x{198}\.\.\.$/);
  });
});

describe('what the endpoint file can say', () => {
  const answer = { VpcConfig: { Subnets: ['subnet-1'] }, EnableNetworkIsolation: true };

  it('is lost, with its key, where the file does not say it', () => {
    expect([...lostMembers('model', answer, planned())]).toEqual([
      ['VpcConfig', '{"Subnets":["subnet-1"]} (in the endpoint file: vpc_config)'],
      ['EnableNetworkIsolation', 'true (in the endpoint file: enable_network_isolation)'],
    ]);
  });

  it('is not lost where the file says it, whatever it says', () => {
    const stated = planned({ VpcConfig: { Subnets: ['subnet-2'] } }, ['vpc_config', 'enable_network_isolation']);
    expect([...lostMembers('model', answer, stated)]).toEqual([]);
  });

  it('is what the options of the file say, and no more', () => {
    expect(OPTIONS).toEqual(new Set(Object.keys(options)));
  });
});

describe('what is reused', () => {
  const wanted = { ModelName: 'm', ExecutionRoleArn: 'role', PrimaryContainer: { ModelPackageName: 'arn:Group/1' } };
  const found = { ...wanted, CreationTime: new Date(0), ModelArn: 'arn:m' };

  it.each([
    ['as planned', {}],
    ['with the package in lower case', { PrimaryContainer: { ModelPackageName: 'arn:group/1' } }],
    [
      'with what follows from its package',
      { PrimaryContainer: { ...wanted.PrimaryContainer, Image: 'image:1', ModelDataUrl: 's3://model' } },
    ],
    ['with no variables', { PrimaryContainer: { ...wanted.PrimaryContainer, Environment: {} } }],
    ['with a default', { EnableNetworkIsolation: false }],
  ])('is a model %s', (_, more) => {
    expect(differencesFrom('model', wanted, { ...found, ...more })).toEqual([]);
  });

  it.each([
    [{ ExecutionRoleArn: 'Role' }, 'ExecutionRoleArn: expected "role", found "Role"'],
    [{ ExecutionRoleArn: 'other' }, 'ExecutionRoleArn: expected "role", found "other"'],
    [{ EnableNetworkIsolation: true }, 'EnableNetworkIsolation: expected nothing, found true'],
    [
      { PrimaryContainer: { ...wanted.PrimaryContainer, Environment: { A: '1' } } },
      'PrimaryContainer.Environment: expected nothing, found {"A":"..."}',
    ],
    [{ ExecutionRoleArn: undefined }, 'ExecutionRoleArn: expected "role", found nothing'],
  ])('is no model that differs: %o', (more, told) => {
    expect(differencesFrom('model', wanted, { ...found, ...more })).toEqual([told]);
  });

  it('is told by the names of environment variables, and never by their values', () => {
    const modelOf = (Environment: Record<string, string>) => ({ PrimaryContainer: { Image: 'image:1', Environment } });
    expect(differencesFrom('model', modelOf({ TOKEN: 'secret-1' }), modelOf({ TOKEN: 'secret-2' }))).toEqual([
      'PrimaryContainer.Environment: expected {"TOKEN":"..."}, found {"TOKEN":"..."}, with other values',
    ]);
    const several = { Containers: [{ Image: 'image:1', Environment: { TOKEN: 'secret-3' } }, { Image: 'image:2' }] };
    expect([...lostMembers('model', several, planned())].join()).not.toContain('secret');
  });

  it('is no model of an image, whatever is in it', () => {
    expect(differencesFrom('model', wanted, { ...found, PrimaryContainer: { Image: 'image:1' } })).toEqual([
      'PrimaryContainer.ModelPackageName: expected "arn:group/1", found nothing',
      'PrimaryContainer.Image: expected nothing, found "image:1"',
    ]);
  });
});
