// Whoever needs this file imports it dynamically: only to a static import does a bundle give the names of a CommonJS
// package.
export { parse as parseYaml } from 'yaml';
