/** A load that is sent in a moment, and still decides: a limit of half of ten requests. */
export const QUICK_LOAD = { rate: '5', duration: '2', warm_up: '0', max_p99_ms: '', max_errors: 'any=50' };
