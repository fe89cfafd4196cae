/** An error by its name and message: `ValidationException: Could not find ...`. */
export function inItsOwnWords(error: unknown): string {
  const { name, message } = partsOf(error);
  return message === '' ? name : `${name}: ${message}`;
}

/** The name, system code, message and HTTP status of anything thrown. */
export function partsOf(error: unknown): { name: string; code: string; message: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: 'Error', code: '', message: String(error), status: undefined };
  const metadata = '$metadata' in error && typeof error.$metadata === 'object' ? error.$metadata : undefined;
  const status = metadata && 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return {
    name: error.name,
    code: 'code' in error && typeof error.code === 'string' ? error.code : '',
    message: error.message,
    status: typeof status === 'number' ? status : undefined,
  };
}
