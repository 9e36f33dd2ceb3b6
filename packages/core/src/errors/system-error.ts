import { PtError } from "./pt-error.ts";

/**
 * Turns an operating-system failure on `path` into the `PtError` an operator can act on.
 * Anything that is not a file-system error is returned unchanged.
 */
export function asSystemError(error: unknown, path: string): unknown {
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof PtError || errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return error;
  const options = { details: { path, errno }, cause: error };
  switch (errno) {
    case "ENOSPC":
    case "EDQUOT":
      return new PtError("E_DISK_FULL", `no space left while writing ${path}`, {
        ...options,
        hint: "Free some space and run the command again; nothing was lost.",
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new PtError("E_PERM", `no permission to use ${path} (${errno})`, {
        ...options,
        hint: "Check the owner and mode of the folder, or choose another one.",
      });
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      return new PtError("E_PERM", `${path} is not usable here (${errno})`, {
        ...options,
        hint: "A file stands where a folder is needed, or the reverse; choose another path.",
      });
    case "ENAMETOOLONG":
      return new PtError("E_IO", `the path is too long: ${path}`, { ...options, hint: "Choose a shorter one." });
    default:
      return new PtError("E_IO", `the system refused ${path} (${errno})`, options);
  }
}
