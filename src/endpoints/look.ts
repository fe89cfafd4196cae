import { Reads } from '../ground/reads.ts';
import { describePackage, type RegistryReader } from '../registry/packages.ts';
import { findConfig, findEndpoint, findModel } from './endpoint.ts';
import { readEndpointTags } from './tags.ts';

/**
 * One look at an endpoint and what is behind it, each by its name or ARN. What is expected to be there can be asked for before
 * it is known: an expectation that is wrong costs a request and changes no answer.
 */
export class Look extends Reads {
  readonly endpoint;
  readonly tags;
  readonly config;
  readonly model;
  readonly package;

  constructor(reader: RegistryReader) {
    super();
    const { sagemaker } = reader;
    this.endpoint = this.once((name) => findEndpoint(sagemaker, name));
    this.tags = this.once((arn) => readEndpointTags(sagemaker, arn));
    this.config = this.once((name) => findConfig(sagemaker, name));
    this.model = this.once((name) => findModel(sagemaker, name));
    this.package = this.once((arn) => describePackage(reader, arn));
  }
}
