/* Sockets, readiness, names and signals for the event loop. Header only. */
#ifndef CLINUX_SOCKET_H
#define CLINUX_SOCKET_H

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* Declared by hand: _GNU_SOURCE would give structures a shape that Swift's own Glibc module, built
   without it, contradicts. */
extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pipe2(int descriptors[2], int flags);

#define CLINUX_O_PATH 010000000

/* What `struct ucred` holds. */
struct clinux_credentials {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

/* The first 15 bytes count. */
static inline void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int clinux_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/* ---- epoll: one registration per descriptor, edge-triggered, the descriptor as the data ---- */

static inline int clinux_epoll_add(int epoll, int descriptor) {
  struct epoll_event event;
  memset(&event, 0, sizeof event);
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.fd = descriptor;
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

/* What became possible on one descriptor. */
struct clinux_readiness {
  int32_t descriptor;
  uint8_t readable;
  uint8_t writable;
  uint8_t hangup;
};

#define CLINUX_EPOLL_BATCH 256

/* At most CLINUX_EPOLL_BATCH results; the count, or -1 with errno set. */
static inline int clinux_epoll_wait(int epoll, struct clinux_readiness *out, int timeout) {
  struct epoll_event events[CLINUX_EPOLL_BATCH];
  int count = epoll_wait(epoll, events, CLINUX_EPOLL_BATCH, timeout);
  for (int i = 0; i < count; i++) {
    uint32_t bits = events[i].events;
    out[i].descriptor = events[i].data.fd;
    out[i].hangup = (bits & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    out[i].readable = out[i].hangup || (bits & EPOLLIN) != 0;
    out[i].writable = (bits & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  }
  return count;
}

/* ---- socket addresses, so that Swift never rebinds a pointer ---- */

/* `length` is 4 or 16. */
static inline socklen_t clinux_ip_address(
    struct sockaddr_storage *out, const uint8_t *bytes, int length, uint16_t port) {
  memset(out, 0, sizeof *out);
  if (length == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    memcpy(&in->sin_addr, bytes, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  memcpy(&in6->sin6_addr, bytes, 16);
  return sizeof *in6;
}

/* 0 when the path does not fit (`sun_path` has 108 bytes with its NUL). */
static inline socklen_t clinux_unix_address(
    struct sockaddr_storage *out, const char *path, int length) {
  struct sockaddr_un *un = (struct sockaddr_un *)out;
  memset(out, 0, sizeof *out);
  if (length <= 0 || length >= (int)sizeof un->sun_path) return 0;
  un->sun_family = AF_UNIX;
  memcpy(un->sun_path, path, (size_t)length);
  return sizeof *un;
}

/* The number of address bytes written (4 or 16), or 0 for another family. */
static inline int clinux_ip_bytes(
    const struct sockaddr *address, uint8_t *bytes, uint16_t *port) {
  if (address->sa_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)address;
    memcpy(bytes, &in->sin_addr, 4);
    *port = ntohs(in->sin_port);
    return 4;
  }
  if (address->sa_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    memcpy(bytes, &in6->sin6_addr, 16);
    *port = ntohs(in6->sin6_port);
    return 16;
  }
  return 0;
}

static inline int clinux_socket(int family) {
  return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static inline int clinux_connect(
    int descriptor, const struct sockaddr_storage *address, socklen_t length) {
  return connect(descriptor, (const struct sockaddr *)address, length);
}

static inline int clinux_bind(
    int descriptor, const struct sockaddr_storage *address, socklen_t length) {
  return bind(descriptor, (const struct sockaddr *)address, length);
}

/* Close-on-exec and non-blocking; the peer's address is left in `address`. */
static inline int clinux_accept(int descriptor, struct sockaddr_storage *address) {
  socklen_t length = sizeof *address;
  memset(address, 0, sizeof *address);
  return accept4(descriptor, (struct sockaddr *)address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int clinux_storage_bytes(
    const struct sockaddr_storage *address, uint8_t *bytes, uint16_t *port) {
  return clinux_ip_bytes((const struct sockaddr *)address, bytes, port);
}

static inline int clinux_local_address(int descriptor, struct sockaddr_storage *address) {
  socklen_t length = sizeof *address;
  memset(address, 0, sizeof *address);
  return getsockname(descriptor, (struct sockaddr *)address, &length);
}

static inline int clinux_set_option(int descriptor, int level, int name, int value) {
  return setsockopt(descriptor, level, name, &value, sizeof value);
}

/* The pending error of a socket after a non-blocking connect. */
static inline int clinux_socket_error(int descriptor) {
  int value = 0;
  socklen_t length = sizeof value;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length) != 0) return errno;
  return value;
}

static inline int clinux_peer_credentials(int descriptor, uint32_t *uid, int32_t *pid) {
  struct clinux_credentials credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0) return -1;
  *uid = credentials.uid;
  *pid = credentials.pid;
  return 0;
}

static inline ssize_t clinux_write_two(
    int descriptor, const void *first, size_t first_length, const void *second,
    size_t second_length) {
  struct iovec parts[2] = {
      {(void *)first, first_length}, {(void *)second, second_length}};
  return writev(descriptor, parts, 2);
}

/* ---- names ---- */

/* Up to `capacity` addresses of 17 bytes each: length, then the address. The count, or the negative
   of a getaddrinfo code (EAI_…, which are negative on Linux, are returned as they are). */
static inline int clinux_resolve(const char *name, uint8_t *out, int capacity) {
  struct addrinfo hints, *list = 0;
  memset(&hints, 0, sizeof hints);
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  int code = getaddrinfo(name, 0, &hints, &list);
  if (code != 0) return code < 0 ? code : -code;
  int count = 0;
  for (struct addrinfo *entry = list; entry && count < capacity; entry = entry->ai_next) {
    uint16_t port;
    uint8_t *slot = out + 17 * count;
    int length = clinux_ip_bytes(entry->ai_addr, slot + 1, &port);
    if (length == 0) continue;
    slot[0] = (uint8_t)length;
    count++;
  }
  freeaddrinfo(list);
  return count;
}

/* ---- signals: the handler may only write one byte ---- */

static int clinux_signal_pipe = -1;

static void clinux_signal_handler(int number) {
  int saved = errno;
  uint8_t byte = (uint8_t)number;
  ssize_t ignored = write(clinux_signal_pipe, &byte, 1);
  (void)ignored;
  errno = saved;
}

static inline int clinux_signal_forward(int number, int descriptor) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  clinux_signal_pipe = descriptor;
  action.sa_handler = clinux_signal_handler;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  return sigaction(number, &action, 0);
}

static inline int clinux_signal_is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, 0, &action) == 0 && action.sa_handler == SIG_IGN;
}

static inline int clinux_signal_default(int number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  return sigaction(number, &action, 0);
}

static inline int clinux_signal_ignore(int number) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_IGN;
  return sigaction(number, &action, 0);
}

static inline void clinux_ignore_broken_pipe(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, 0);
}

/* ---- the rest ---- */

/* An errno in the C library's words; never more than `capacity` bytes with the NUL. */
static inline void clinux_error_text(int code, char *out, int capacity) {
  strncpy(out, strerror(code), (size_t)capacity - 1);
  out[capacity - 1] = 0;
}

/* Raises the soft limit of open files towards `wanted`; the limit then in force, or -1. */
static inline int64_t clinux_raise_open_files(uint64_t wanted) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  }
  return (int64_t)limit.rlim_cur;
}

#endif
