import type {
  AdditionalInferenceSpecificationDefinition,
  ModelPackageContainerDefinition,
} from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { CONTENT_HASH, contentOf, contentsOf, dataPlacesOf } from '../../src/registry/content-hash.ts';

const full: ModelPackageContainerDefinition = {
  ContainerHostname: 'model',
  Image: '111122223333.dkr.ecr.ap-southeast-1.amazonaws.com/resale-price:1',
  ImageDigest: `sha256:${'a'.repeat(64)}`,
  ModelDataUrl: 's3://models/1/model.tar.gz',
  ModelDataETag: '0123456789abcdef',
  ModelDataSource: {
    S3DataSource: {
      S3Uri: 's3://models/1/',
      S3DataType: 'S3Prefix',
      CompressionType: 'None',
      ModelAccessConfig: { AcceptEula: true },
      HubAccessConfig: { HubContentArn: 'arn:aws:sagemaker:ap-southeast-1:aws:hub-content/a' },
      ManifestS3Uri: 's3://models/1/manifest',
      ETag: 'e1',
      ManifestEtag: 'e2',
    },
  },
  AdditionalModelDataSources: [
    {
      ChannelName: 'draft',
      S3DataSource: { S3Uri: 's3://d/', S3DataType: 'S3Prefix', CompressionType: 'None', ETag: 'e3' },
    },
  ],
  AdditionalS3DataSource: { S3DataType: 'S3Object', S3Uri: 's3://more/x', ETag: 'e4' },
  ProductId: 'prod-1',
  Environment: { ETag: 'a variable of the team', LOG: '1' },
  ModelInput: { DataInputConfig: '{}' },
  Framework: 'XGBOOST',
  FrameworkVersion: '1.7',
  NearestModelName: 'xgboost',
  IsCheckpoint: false,
  BaseModel: { HubContentName: 'llama', HubContentVersion: '1', RecipeName: 'r' },
};
const packageOf = (container: ModelPackageContainerDefinition) => ({
  InferenceSpecification: { Containers: [container] },
});

describe('the content hash', () => {
  it('stays what it was in earlier releases, of each of its versions', () => {
    expect(contentsOf(packageOf(full))).toEqual([
      'v2-5fa07d8533b165a1209bb02e27393',
      'efe3d261dd7fa086a65584e308215ee3',
    ]);
    expect(contentOf({})).toBe('v2-610e6de6a6dbc5e5798d690c105c4');
    for (const hash of contentsOf(packageOf(full))) expect(hash).toMatch(CONTENT_HASH);
  });

  it.each([
    ['the image under the same digest', { Image: 'another.example.com/image:1' }],
    ['the digest', { ImageDigest: `sha256:${'b'.repeat(64)}` }],
    ['a hostname', { ContainerHostname: 'other' }],
    ['the framework', { Framework: 'PYTORCH' }],
    ['its version', { FrameworkVersion: '2' }],
    ['the model that it is near to', { NearestModelName: 'resnet' }],
    ['the model input', { ModelInput: { DataInputConfig: '{"x":[1]}' } }],
    ['the product', { ProductId: 'prod-2' }],
    ['the base model', { BaseModel: { HubContentName: 'llama', HubContentVersion: '2' } }],
    ['whether it is a checkpoint', { IsCheckpoint: true }],
    ['the place of the data', { ModelDataUrl: 's3://models/2/model.tar.gz' }],
    [
      'a manifest',
      { ModelDataSource: { S3DataSource: { ...full.ModelDataSource?.S3DataSource, ManifestS3Uri: 's3://m' } } },
    ],
    ['a variable', { Environment: { LOG: '1' } }],
    ['a member that no table knows', { Accelerator: 'new' }],
  ])('changes with %s', (_, change) => {
    expect(contentOf(packageOf(Object.assign({ ...full }, change)))).not.toBe(contentOf(packageOf(full)));
  });

  it('does not change with what S3 says of the data', () => {
    const without = JSON.parse(JSON.stringify(full), (key, value) =>
      /^(ModelData|Manifest)?ET?ag$/i.test(key) && value.length < 20 ? undefined : value,
    );
    expect(contentOf(packageOf(without))).toBe(contentOf(packageOf(full)));
  });

  it('changes with an additional specification', () => {
    const more = { ...packageOf(full), AdditionalInferenceSpecifications: [{ Name: 'gpu', Containers: [full] }] };
    expect(contentOf(more)).not.toBe(contentOf(packageOf(full)));
  });

  it('sees the name and the containers of an additional specification, in each of its versions', () => {
    const withMore = (...more: AdditionalInferenceSpecificationDefinition[]) =>
      contentsOf({ ...packageOf(full), AdditionalInferenceSpecifications: more });
    const other = { ...full, Image: 'another.example.com/image:1', ImageDigest: `sha256:${'c'.repeat(64)}` };
    const hashes = [
      withMore({ Name: 'gpu', Containers: [full] }),
      withMore({ Name: 'cpu', Containers: [full] }),
      withMore({ Name: 'gpu', Containers: [other] }),
      withMore({ Name: 'gpu', Containers: [full, full] }),
      withMore({ Name: 'gpu', Containers: undefined }),
    ].flat();
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it('takes a member that AWS sends as null', () => {
    const nothing = packageOf(Object.assign({ ...full }, { BaseModel: null }));
    expect(contentOf(nothing)).not.toBe(contentOf(packageOf(full)));
  });
});

it('names where all data lies, with the ETags that S3 told', () => {
  expect(dataPlacesOf(packageOf(full))).toEqual([
    { address: 's3://models/1/model.tar.gz', etag: '0123456789abcdef', isPrefix: false },
    { address: 's3://models/1/', etag: 'e1', isPrefix: true },
    { address: 's3://more/x', etag: 'e4', isPrefix: false },
    { address: 's3://d/', etag: 'e3', isPrefix: true },
  ]);
});
