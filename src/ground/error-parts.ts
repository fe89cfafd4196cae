/** An error by its name and message: `ValidationException: Could not find ...`. */
export function inItsOwnWords(error: unknown): string {
  const { name, message } = partsOf(error);
  // What the SDK adds to an answer that it could not read is for those who write programs.
  const words = message.replace(/\s*Deserialization error: to see the raw response.*$/s, '');
  if (words === '') return name;
  // Every error is one: the name of its class says more.
  return name === 'Error' ? words : `${name}: ${words}`;
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
