/* What Linux offers and Swift's Glibc module does not import: headers without a module, macros and
   variadic calls. Header only; every function here is `static inline`. */
#ifndef CLINUX_H
#define CLINUX_H

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#ifndef RWF_NOWAIT
#define RWF_NOWAIT 0x00000008
#endif

/* What of a file's part is in memory already: the count, or -1 and EAGAIN when the disk would have
   to be waited for. */
static inline ssize_t clinux_read_cached(int descriptor, void *buffer, size_t count, off_t offset) {
  struct iovec part = {buffer, count};
  return syscall(SYS_preadv2, descriptor, &part, 1, (long)offset, 0L, RWF_NOWAIT);
}

/* Files and the disks they are on. */
static inline int clinux_lower_priority(int by) {
  return setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), by);
}

/* Whether something keeps the clock right: 1, or 0 when the kernel says nobody does; -1 and errno where
   it may not be asked. */
static inline int clinux_clock_is_kept(void) {
  struct timex question = {0};
  int state = adjtimex(&question);
  return state < 0 ? -1 : state != TIME_ERROR && !(question.status & STA_UNSYNC);
}

/* Digests: instructions for CRC32C and SHA-256. */
#include "CLinuxDigest.h"
/* The event loop: sockets, readiness, names, signals. */
#include "CLinuxSocket.h"

#endif
