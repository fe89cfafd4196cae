import type { IncomingHttpHeaders } from 'node:http';

/** What the signature of a request says: whose key it is made with, and for where, as far as it is told. */
interface CredentialScope {
  readonly accessKey: string;
  readonly region: string | undefined;
  readonly service: string | undefined;
}

/** The credential scope of a request (AWS Signature Version 4); `undefined` when it is not signed. Signatures are not checked. */
export function credentialScope(headers: IncomingHttpHeaders): CredentialScope | undefined {
  const [, accessKey, region, service] =
    /Credential=([^/,\s]+)\/(?:\d+\/([^/]+)\/([^/]+)\/)?/.exec(headers.authorization ?? '') ?? [];
  return accessKey === undefined ? undefined : { accessKey, region, service };
}
