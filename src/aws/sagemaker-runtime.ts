// Whoever needs this file imports it dynamically. If it were the package itself, a bundle would keep everything of it.
export {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  ModelError,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
