/** In MB: what SageMaker offers to each copy of a serverless container. */
export const SIZES = [1024, 2048, 3072, 4096, 5120, 6144] as const;
