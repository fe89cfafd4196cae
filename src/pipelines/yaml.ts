// Imported where it is used, by this file: a bundle gives the names of a CommonJS package only to a static import.
export { parse as parseYaml } from 'yaml';
