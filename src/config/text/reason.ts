const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ERR_MODULE_NOT_FOUND: "the file, or a module that it imports, is missing",
  EACCES: "permission denied",
  EPERM: "this is not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  EROFS: "the file system can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "its name is too long",
  ELOOP: "its symbolic links lead nowhere",
  EIO: "the device has failed",
};

/** Why a file could not be read or written, in words. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const reason = code === undefined ? undefined : REASONS[code];
  return reason ?? (error instanceof Error ? error.message : String(error));
}

/** Whether the system has refused something, such as to open a file: no defect of a program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && codeOf(error) !== undefined;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}
