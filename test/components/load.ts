/** A load that is sent in a moment, and still decides: a limit of half of five requests. */
export const QUICK_LOAD = { rate: '5', duration: '1', warm_up: '0', max_p99_ms: '', max_errors: 'any=50' };

/** The same by three workers. */
export const QUICK_LOAD_OF_WORKERS = { ...QUICK_LOAD, workers: '3' };
