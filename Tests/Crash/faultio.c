// Stands between the server and the system (LD_PRELOAD): writes down what reaches the disk and in
// which order, ends the process at a named point, and makes calls fail. Only paths under the spool
// are touched, and what is sent over sockets is noted.
//
//   FAULTIO_SPOOL    the spool's directory, absolute and as the server is given it
//   FAULTIO_CONTROL  a file of 4096 bytes shared with whoever watches: see struct control
//   FAULTIO_LOG      where operations are written down; none when absent
//   FAULTIO_RULES    OP,WHEN,PATTERN,N,ACTION[,ARGUMENT];…
//
// OP: write fdatasync fsync dirsync rename unlink open mkdir truncate answer deliver, any.
// WHEN: before, after. PATTERN: a part of the path below the spool, of the new one for a rename;
// for answer and deliver a part of the first bytes. N: the n-th such call, or *N: every n-th.
// ACTION: kill; tear (half of the write, then the end); short (half of the write); lie (says it was
// done); delay (ARGUMENT milliseconds, then as usual); or an errno: EIO ENOSPC EINTR EDQUOT EMFILE.
//
// Rules count, and the times of struct control are noted, only while `armed` is not 0.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RULES = 32, MAX_FDS = 65536, HEAD = 1024 };
static const uint64_t LOG_BYTES = 1ull << 30;

struct control {
  _Atomic uint64_t armed, fired, death, rotation, snapshot, deletion, operations, log_used;
  _Atomic uint64_t counts[MAX_RULES];
};

enum op { OPEN = 1, WRITE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, TRUNCATE, MKDIR, CLOSE, SEND,
          SYNC_FAILED };
enum kind { K_WRITE, K_FDATASYNC, K_FSYNC, K_DIRSYNC, K_RENAME, K_UNLINK, K_OPEN, K_MKDIR,
            K_TRUNCATE, K_ANSWER, K_DELIVER, K_ANY };
static const char *const kinds[] = {"write", "fdatasync", "fsync", "dirsync", "rename", "unlink",
                                    "open", "mkdir", "truncate", "answer", "deliver", "any"};
enum action { A_ERRNO, A_KILL, A_TEAR, A_SHORT, A_LIE, A_DELAY };

struct rule {
  enum kind kind;
  int after;
  char pattern[96];
  uint64_t n;
  int every;
  enum action action;
  int error;
  long argument;
};

struct record {  // followed by path and data
  uint32_t length;
  uint8_t op, flags;
  uint16_t path_length;
  int32_t fd;
  uint32_t data_length;
  int64_t number;
  uint64_t time;
};

static struct control dummy, *control = &dummy;
static uint8_t *log_base;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char spool[PATH_MAX];
static size_t spool_length;
static struct rule rules[MAX_RULES];
static int rule_count;
static _Atomic(char *) paths[MAX_FDS];  // below the spool; of open files there

#define REAL(name) real_##name
static int (*REAL(open))(const char *, int, ...);
static int (*REAL(openat))(int, const char *, int, ...);
static ssize_t (*REAL(write))(int, const void *, size_t);
static ssize_t (*REAL(writev))(int, const struct iovec *, int);
static ssize_t (*REAL(pwrite))(int, const void *, size_t, off_t);
static ssize_t (*REAL(send))(int, const void *, size_t, int);
static int (*REAL(fsync))(int);
static int (*REAL(fdatasync))(int);
static int (*REAL(rename))(const char *, const char *);
static int (*REAL(unlink))(const char *);
static int (*REAL(ftruncate))(int, off_t);
static int (*REAL(mkdir))(const char *, mode_t);
static int (*REAL(close))(int);

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

// ------------------------------------------------------------------ setting up

static int error_number(const char *name) {
  static const struct { const char *name; int number; } known[] = {
      {"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"EDQUOT", EDQUOT}, {"EMFILE", EMFILE}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(name, known[i].name)) return known[i].number;
  return 0;
}

static void read_rule(char *text) {
  char *words[6] = {0};
  int count = 0;
  for (char *word = strsep(&text, ","); word && count < 6; word = strsep(&text, ","))
    words[count++] = word;
  if (count < 5 || rule_count == MAX_RULES) return;
  struct rule *rule = &rules[rule_count];
  rule->kind = K_ANY;
  for (int k = 0; k <= K_ANY; k++)
    if (!strcmp(words[0], kinds[k])) rule->kind = k;
  rule->after = !strcmp(words[1], "after");
  snprintf(rule->pattern, sizeof rule->pattern, "%s", words[2]);
  rule->every = words[3][0] == '*';
  rule->n = strtoull(words[3] + rule->every, 0, 10);
  if (!rule->n) rule->n = 1;
  rule->argument = words[5] ? atol(words[5]) : 0;
  rule->error = error_number(words[4]);
  rule->action = !strcmp(words[4], "kill")    ? A_KILL
                 : !strcmp(words[4], "tear")  ? A_TEAR
                 : !strcmp(words[4], "short") ? A_SHORT
                 : !strcmp(words[4], "lie")   ? A_LIE
                 : !strcmp(words[4], "delay") ? A_DELAY
                                              : A_ERRNO;
  if (rule->action != A_ERRNO || rule->error) rule_count++;
}

static void *shared(const char *path, uint64_t size) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || syscall(SYS_ftruncate, fd, size)) abort();
  void *base = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (base == MAP_FAILED) abort();
  return base;
}

__attribute__((constructor)) static void set_up(void) {
#define FIND(name) REAL(name) = dlsym(RTLD_NEXT, #name)
  FIND(open), FIND(openat), FIND(write), FIND(writev), FIND(pwrite), FIND(send), FIND(fsync);
  FIND(fdatasync), FIND(rename), FIND(unlink), FIND(ftruncate), FIND(mkdir), FIND(close);
  const char *directory = getenv("FAULTIO_SPOOL");
  if (!directory) return;
  const char *file = getenv("FAULTIO_CONTROL");
  if (file) control = shared(file, 4096);
  if ((file = getenv("FAULTIO_LOG"))) log_base = shared(file, LOG_BYTES);
  char *text = getenv("FAULTIO_RULES");
  if (text && (text = strdup(text)))
    for (char *rule = strsep(&text, ";"); rule; rule = strsep(&text, ";")) read_rule(rule);
  snprintf(spool, sizeof spool, "%s", directory);
  spool_length = strlen(spool);
}

// The part of a path below the spool, or nil.
static const char *below(const char *path) {
  if (!spool_length || strncmp(path, spool, spool_length)) return 0;
  if (!path[spool_length]) return path + spool_length;
  return path[spool_length] == '/' ? path + spool_length + 1 : 0;
}

static const char *path_of(int fd) { return fd >= 0 && fd < MAX_FDS ? paths[fd] : 0; }

static void forget(int fd) {
  // The old text is not freed: another thread may still look at it.
  if (fd >= 0 && fd < MAX_FDS) paths[fd] = 0;
}

// ------------------------------------------------------------------ writing down

static void note(enum op op, int fd, const char *path, int64_t number, const void *data,
                 size_t length) {
  atomic_fetch_add(&control->operations, 1);
  if (!log_base) return;
  size_t path_length = path ? strlen(path) : 0;
  struct record record = {.length = (uint32_t)(sizeof record + path_length + length + 7) & ~7u,
                          .op = op, .path_length = (uint16_t)path_length, .fd = fd,
                          .data_length = (uint32_t)length, .number = number};
  pthread_mutex_lock(&log_lock);
  uint64_t at = control->log_used;
  if (at + record.length > LOG_BYTES) abort();
  record.time = now();
  memcpy(log_base + at, &record, sizeof record);
  if (path_length) memcpy(log_base + at + sizeof record, path, path_length);
  if (length) memcpy(log_base + at + sizeof record + path_length, data, length);
  control->log_used = at + record.length;
  pthread_mutex_unlock(&log_lock);
}

static void die(void) {
  control->death = now();
  syscall(SYS_kill, getpid(), SIGKILL);
  for (;;) pause();
}

// ------------------------------------------------------------------ rules

// The rule that fires now, or nil. Kills and delays are done here; the rest is the caller's.
static const struct rule *judge(enum kind kind, int after, const char *text) {
  if (!rule_count || !control->armed || !text) return 0;
  const struct rule *fires = 0;
  for (int i = 0; i < rule_count; i++) {
    const struct rule *rule = &rules[i];
    if (rule->after != after || (rule->kind != kind && rule->kind != K_ANY)) continue;
    if (!strstr(text, rule->pattern)) continue;
    uint64_t count = atomic_fetch_add(&control->counts[i], 1) + 1;
    if (rule->every ? count % rule->n : count != rule->n) continue;
    control->fired = (uint64_t)i + 1;
    control->death = now();  // of the process, as a rule; at least of this call
    if (rule->action == A_KILL) die();
    if (rule->action == A_DELAY) {
      struct timespec time = {rule->argument / 1000, rule->argument % 1000 * 1000000};
      nanosleep(&time, 0);
    } else {
      fires = rule;
    }
  }
  return fires;
}

static int fails(const struct rule *rule) {
  if (!rule || rule->action != A_ERRNO) return 0;
  errno = rule->error;
  return 1;
}

static size_t half(size_t count) { return count > 1 ? count / 2 : count; }

// ------------------------------------------------------------------ files

static int opened(int fd, const char *path, int flags) {
  if (fd < 0) return fd;
  forget(fd);
  if (!path) return fd;
  if (fd < MAX_FDS) paths[fd] = strdup(path);
  note(OPEN, fd, path, flags, 0, 0);
  if (flags & O_CREAT) judge(K_OPEN, 1, path);
  return fd;
}

static mode_t mode_of(int flags, va_list rest) {
  return flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  const char *ours = below(path);
  if (ours && flags & O_CREAT && fails(judge(K_OPEN, 0, ours))) return -1;
  return opened(REAL(open)(path, flags, mode), ours, flags);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return open(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = mode_of(flags, rest);
  va_end(rest);
  if (path[0] == '/') return open(path, flags, mode);
  return opened(REAL(openat)(directory, path, flags, mode), 0, flags);
}

int creat(const char *path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

int close(int fd) {
  const char *path = path_of(fd);
  if (path) note(CLOSE, fd, path, 0, 0, 0);
  forget(fd);
  return REAL(close)(fd);
}

static void wrote(int fd, const char *path, const void *data, ssize_t count) {
  if (count > 0) note(WRITE, fd, path, lseek(fd, 0, SEEK_CUR) - count, data, (size_t)count);
}

static ssize_t write_file(int fd, const char *path, const void *data, size_t count) {
  const struct rule *rule = judge(K_WRITE, 0, path);
  if (fails(rule)) return -1;
  if (rule && rule->action == A_LIE) return (ssize_t)count;
  if (rule && (rule->action == A_TEAR || rule->action == A_SHORT)) count = half(count);
  ssize_t done = REAL(write)(fd, data, count);
  int error = errno;
  wrote(fd, path, data, done);
  if (rule && rule->action == A_TEAR) die();
  judge(K_WRITE, 1, path);
  errno = error;
  return done;
}

// What goes over a socket is told by how it starts: files of the spool start otherwise.
static enum kind message(const void *data, size_t count) {
  if (count > 9 && !memcmp(data, "HTTP/1.1 ", 9)) return K_ANSWER;
  if (count > 6 && !memcmp(data, "POST /", 6)) return K_DELIVER;
  return K_ANY;
}

static enum kind before_send(int fd, char head[HEAD + 1], const void *data, size_t count) {
  enum kind kind = message(data, count);
  if (kind == K_ANY) return kind;
  size_t length = count < HEAD ? count : HEAD;
  memcpy(head, data, length);
  head[length] = 0;
  judge(kind, 0, head);
  note(SEND, fd, 0, (int64_t)count, head, length);
  return kind;
}

ssize_t write(int fd, const void *data, size_t count) {
  const char *path = path_of(fd);
  if (path) return write_file(fd, path, data, count);
  char head[HEAD + 1];
  enum kind kind = spool_length ? before_send(fd, head, data, count) : K_ANY;
  ssize_t done = REAL(write)(fd, data, count);
  int error = errno;
  if (kind != K_ANY) judge(kind, 1, head);
  errno = error;
  return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  const char *path = path_of(fd);
  size_t total = 0;
  for (int i = 0; i < count; i++) total += parts[i].iov_len;
  if (path) {
    char *all = malloc(total + 1), *at = all;
    for (int i = 0; i < count; at += parts[i++].iov_len)
      memcpy(at, parts[i].iov_base, parts[i].iov_len);
    ssize_t done = write_file(fd, path, all, total);
    free(all);
    return done;
  }
  char first[HEAD], head[HEAD + 1];
  size_t length = 0;
  for (int i = 0; i < count && length < HEAD; i++) {
    size_t room = HEAD - length, more = parts[i].iov_len < room ? parts[i].iov_len : room;
    memcpy(first + length, parts[i].iov_base, more);
    length += more;
  }
  enum kind kind = spool_length ? before_send(fd, head, first, length) : K_ANY;
  ssize_t done = REAL(writev)(fd, parts, count);
  int error = errno;
  if (kind != K_ANY) judge(kind, 1, head);
  errno = error;
  return done;
}

ssize_t send(int fd, const void *data, size_t count, int flags) {
  char head[HEAD + 1];
  enum kind kind = spool_length ? before_send(fd, head, data, count) : K_ANY;
  ssize_t done = REAL(send)(fd, data, count, flags);
  int error = errno;
  if (kind != K_ANY) judge(kind, 1, head);
  errno = error;
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t offset) {
  const char *path = path_of(fd);
  if (!path) return REAL(pwrite)(fd, data, count, offset);
  if (fails(judge(K_WRITE, 0, path))) return -1;
  ssize_t done = REAL(pwrite)(fd, data, count, offset);
  if (done > 0) note(WRITE, fd, path, offset, data, (size_t)done);
  judge(K_WRITE, 1, path);
  return done;
}

ssize_t pwrite64(int fd, const void *data, size_t count, off_t offset) {
  return pwrite(fd, data, count, offset);
}

static int synced(int fd, const char *path, enum kind kind, int (*real)(int)) {
  struct stat status;
  if (kind == K_FSYNC && !fstat(fd, &status) && S_ISDIR(status.st_mode)) kind = K_DIRSYNC;
  const struct rule *rule = judge(kind, 0, path);
  if (rule && rule->action == A_LIE) return 0;
  if (fails(rule)) {
    int error = errno;
    note(SYNC_FAILED, fd, path, error, 0, 0);
    errno = error;
    return -1;
  }
  note(SYNC_BEGIN, fd, path, 0, 0, 0);
  int result = real(fd), error = errno;
  note(result ? SYNC_FAILED : SYNC_END, fd, path, error, 0, 0);
  judge(kind, 1, path);
  errno = error;
  return result;
}

int fsync(int fd) {
  const char *path = path_of(fd);
  return path ? synced(fd, path, K_FSYNC, REAL(fsync)) : REAL(fsync)(fd);
}

int fdatasync(int fd) {
  const char *path = path_of(fd);
  return path ? synced(fd, path, K_FDATASYNC, REAL(fdatasync)) : REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t length) {
  const char *path = path_of(fd);
  if (!path) return REAL(ftruncate)(fd, length);
  if (fails(judge(K_TRUNCATE, 0, path))) return -1;
  int result = REAL(ftruncate)(fd, length);
  if (!result) note(TRUNCATE, fd, path, length, 0, 0);
  judge(K_TRUNCATE, 1, path);
  return result;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

// ------------------------------------------------------------------ names

static int ends(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && !strcmp(text + length - tail, end);
}

static void note_time(const char *path, int gone) {
  if (!control->armed || !ends(path, ".jsonl")) return;
  if (gone) control->deletion = now();
  else if (!strncmp(path, "snapshots/", 10)) control->snapshot = now();
  else control->rotation = now();
}

int rename(const char *from, const char *to) {
  const char *old = below(from), *new = below(to);
  if (!old || !new) return REAL(rename)(from, to);
  if (fails(judge(K_RENAME, 0, new))) return -1;
  int result = REAL(rename)(from, to), error = errno;
  if (!result) {
    note(RENAME, -1, old, 0, new, strlen(new));
    note_time(new, 0);
  }
  judge(K_RENAME, 1, new);
  errno = error;
  return result;
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  (void)from_directory, (void)to_directory;
  return rename(from, to);  // the server gives whole paths
}

int unlink(const char *path) {
  const char *ours = below(path);
  if (!ours) return REAL(unlink)(path);
  if (fails(judge(K_UNLINK, 0, ours))) return -1;
  int result = REAL(unlink)(path), error = errno;
  if (!result) {
    note(UNLINK, -1, ours, 0, 0, 0);
    note_time(ours, 1);
  }
  judge(K_UNLINK, 1, ours);
  errno = error;
  return result;
}

int mkdir(const char *path, mode_t mode) {
  const char *ours = below(path);
  if (!ours) return REAL(mkdir)(path, mode);
  if (fails(judge(K_MKDIR, 0, ours))) return -1;
  int result = REAL(mkdir)(path, mode), error = errno;
  if (!result) note(MKDIR, -1, ours, 0, 0, 0);
  judge(K_MKDIR, 1, ours);
  errno = error;
  return result;
}
