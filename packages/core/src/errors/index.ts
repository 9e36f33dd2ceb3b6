export { allErrorCodes, type ErrorCode, EXIT, exitCodeOf } from "./error-codes.ts";
export { plainIssue } from "./plain-issue.ts";
export { PtError, type PtErrorOptions } from "./pt-error.ts";
export { didYouMean, nearest } from "./suggest.ts";
export { asSystemError } from "./system-error.ts";
