import { objectAt } from './object-address.ts';

/** Pages of the AWS console that a person opens from the job page. They hold names only, no secret. */
interface ConsoleRegion {
  readonly region: string;
}

function console(region: string, page: string): string {
  const domain = region.startsWith('cn-')
    ? 'console.amazonaws.cn'
    : region.startsWith('us-gov-')
      ? 'console.amazonaws-us-gov.com'
      : 'console.aws.amazon.com';
  return `https://${region}.${domain}/${page}`;
}

/** The page of an endpoint. */
export function endpointUrl({ region }: ConsoleRegion, endpoint: string): string {
  return console(region, `sagemaker/home?region=${region}#/endpoints/${encodeURIComponent(endpoint)}`);
}

/** Studio shows model packages and pipelines inside a domain that we do not know; the console's list leads there. */
export function studioUrl({ region }: ConsoleRegion): string {
  return console(region, `sagemaker/home?region=${region}#/studio-landing`);
}

/** A CloudWatch log group, or those of its streams that begin with a prefix. */
export function logsUrl({ region }: ConsoleRegion, group: string, streamPrefix?: string): string {
  const prefix = streamPrefix ? `$3FlogStreamNameFilter$3D${escaped(streamPrefix)}` : '';
  return console(region, `cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${escaped(group)}${prefix}`);
}

/** An object of S3, or a folder of objects, by its address `s3://bucket/key`; `undefined` where that is none. */
export function objectUrl({ region }: ConsoleRegion, address: string): string | undefined {
  const place = objectAt(address);
  if (!place) return undefined;
  const { bucket, key } = place;
  const page = key.endsWith('/') ? 's3/buckets' : 's3/object';
  return console(region, `${page}/${encodeURIComponent(bucket)}?region=${region}&prefix=${encodeURIComponent(key)}`);
}

/** The CloudWatch console reads its fragment encoded twice, with `$` for `%`. */
function escaped(text: string): string {
  return encodeURIComponent(encodeURIComponent(text)).replaceAll('%', '$');
}
