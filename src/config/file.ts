/** `leasehold/config/file`: configurations from files. It needs Node.js; everything else of the configuration is `leasehold/config`. */

export { type LoadFileResult, loadConfigFile } from "./load-file.ts";
