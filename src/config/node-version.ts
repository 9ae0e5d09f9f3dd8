/*
 * Says which Node.js is needed, to whoever imports what needs one. It has to be imported first: on
 * an older one whatever comes after it may fail, and would be blamed.
 */

/** As in `engines` of package.json, and in bin/leasehold.js. */
const OLDEST = 24;

if (Number.parseInt(process.versions.node, 10) < OLDEST)
  throw new Error(`leasehold needs Node.js ${OLDEST} or later, and this is ${process.version}: https://nodejs.org/en/download has it`);
