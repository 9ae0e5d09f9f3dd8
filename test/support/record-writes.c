/*
 * Records what a process writes to, cuts off from, syncs and deletes of the files whose paths start with RECORD_FILES, in the order in which it happened, into the file
 * RECORD_LOG: for tests that cut the power. Loaded with LD_PRELOAD.
 *
 *   an entry: kind (W, T, S or U), length of the name, 2 bytes of nothing, length of the data u32, offset u64; the name without its folder; the data
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct entry {
  uint8_t kind, name_length;
  uint16_t nothing;
  uint32_t length;
  uint64_t offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;

static void record_path(char kind, const char *path, const void *data, size_t length, uint64_t offset) {
  const char *files = getenv("RECORD_FILES");
  if (files == NULL || strncmp(path, files, strlen(files)) != 0) return;
  const char *name = strrchr(path, '/') + 1;
  struct entry entry = {kind, strlen(name), 0, length, offset};
  struct iovec parts[3] = {{&entry, sizeof entry}, {(void *)name, entry.name_length}, {(void *)data, length}};
  pthread_mutex_lock(&lock);
  if (out < 0) out = syscall(SYS_openat, AT_FDCWD, getenv("RECORD_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (writev(out, parts, 3) < 0) abort();
  pthread_mutex_unlock(&lock);
}

static void record(char kind, int fd, const void *data, size_t length, uint64_t offset) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t end = readlink(link, path, sizeof path - 1);
  if (end < 0) return;
  path[end] = 0;
  record_path(kind, path, data, length, offset);
}

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) abort();
  return found;
}

static ssize_t record_write(const char *function, int fd, const void *data, size_t length, off_t offset) {
  ssize_t written = ((ssize_t(*)(int, const void *, size_t, off_t))real(function))(fd, data, length, offset);
  if (written > 0) record('W', fd, data, written, offset);
  return written;
}

static int record_cut(const char *function, int fd, off_t size) {
  int failed = ((int (*)(int, off_t))real(function))(fd, size);
  if (!failed) record('T', fd, NULL, 0, size);
  return failed;
}

static int record_sync(const char *function, int fd) {
  int failed = ((int (*)(int))real(function))(fd);
  if (!failed) record('S', fd, NULL, 0, 0);
  return failed;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return record_write("pwrite", fd, data, length, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return record_write("pwrite64", fd, data, length, offset); }
int ftruncate(int fd, off_t size) { return record_cut("ftruncate", fd, size); }
int ftruncate64(int fd, off64_t size) { return record_cut("ftruncate64", fd, size); }
int fsync(int fd) { return record_sync("fsync", fd); }
int fdatasync(int fd) { return record_sync("fdatasync", fd); }

int unlink(const char *path) {
  int failed = ((int (*)(const char *))real("unlink"))(path);
  if (!failed) record_path('U', path, NULL, 0, 0);
  return failed;
}
